/** Lists with a limit: a shorter one is a slice of a longer one that the request loads anyway. */
export interface LongestLists<Row> {
  /** The first `limit` rows of the named list. Calls `ask` unless one as long is loaded or being loaded. */
  rows(name: string, limit: number, ask: () => Promise<readonly Row[]>): Promise<readonly Row[]>
  clear(): void
}

export function longestLists<Row>(): LongestLists<Row> {
  const asked = new Map<string, { readonly limit: number; readonly rows: Promise<readonly Row[]> }>()
  return {
    async rows(name, limit, ask) {
      const longest = asked.get(name)
      const list = longest && longest.limit >= limit ? longest : { limit, rows: ask() }
      asked.set(name, list)
      return (await list.rows).slice(0, limit)
    },
    clear: () => asked.clear(),
  }
}

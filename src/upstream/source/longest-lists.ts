/** Lists that upstream cuts at a limit: a shorter one is sliced from a longer one that the request has asked already. */
export interface LongestLists<Row> {
  /** The first `limit` rows of the list with this name, by `ask` unless a longer one is at hand or on its way. */
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

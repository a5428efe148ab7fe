/** Reads a list page by page, only as far as needed, and each page once. */
export interface Paginator<Row> {
  /** Reads pages until `enough` holds for the rows so far, or the list ends. Returns them, and whether the list has ended. */
  until(
    enough: (rows: readonly Row[]) => boolean,
  ): Promise<{ readonly rows: readonly Row[]; readonly hasEnded: boolean }>
}

export interface Page<Row, Cursor> {
  readonly rows: readonly Row[]
  /** The start of the next page; undefined after the last. */
  readonly next: Cursor | undefined
}

/** Returned instead of a page if the list has changed since the earlier pages: they are dropped and read again. */
export const changed = Symbol('changed')

/**
 * Paginates with `readPage`. A page that fails fails for everyone who needs it: a list never comes back short. `readPage` itself
 * bounds how often it returns `changed`.
 */
export function paginate<Row, Cursor>(
  readPage: (cursor: Cursor | undefined) => Promise<Page<Row, Cursor> | typeof changed>,
): Paginator<Row> {
  const rows: Row[] = []
  let next: Cursor | undefined
  let hasEnded = false
  let reading: Promise<void> | undefined

  const readOn = async () => {
    const page = await readPage(next)
    if (page === changed) {
      rows.length = 0
      next = undefined
      return
    }
    for (const row of page.rows) rows.push(row)
    next = page.next
    hasEnded = next === undefined
  }
  return {
    async until(enough) {
      while (!hasEnded && !enough(rows)) {
        // A failed page stays failed for this request.
        reading ??= readOn().then(() => {
          reading = undefined
        })
        await reading
      }
      return { rows: rows.slice(), hasEnded }
    },
  }
}

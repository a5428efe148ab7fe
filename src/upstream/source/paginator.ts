/** A list that upstream hands out page by page, read no further than somebody asks and never twice. */
export interface Paginator<Row> {
  /** Reads on until a row fits or the list ends; answers with all rows read so far, and whether that is all of them. */
  until(
    enough: (rows: readonly Row[]) => boolean,
  ): Promise<{ readonly rows: readonly Row[]; readonly ended: boolean }>
}

export interface Page<Row, Cursor> {
  readonly rows: readonly Row[]
  /** Where the next page starts; undefined after the last. */
  readonly next: Cursor | undefined
}

/** What a page is where the list has changed since the ones before it were read: those are forgotten, and the first read again. */
export const changed = Symbol('changed')

/**
 * A walk over the pages; one that fails part-way fails for everyone who needs the part, and never comes back short. Whoever
 * reads them bounds how often they may be `changed`.
 */
export function paginate<Row, Cursor>(
  readPage: (cursor: Cursor | undefined) => Promise<Page<Row, Cursor> | typeof changed>,
): Paginator<Row> {
  const rows: Row[] = []
  let next: Cursor | undefined
  let ended = false
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
    ended = next === undefined
  }
  return {
    async until(enough) {
      while (!ended && !enough(rows)) {
        // A failed page stays failed: what could not be read once is not asked for again behind it.
        reading ??= readOn().then(() => {
          reading = undefined
        })
        await reading
      }
      return { rows: rows.slice(), ended }
    },
  }
}

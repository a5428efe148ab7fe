/** A value of a row. Instants are ISO 8601 in UTC, local times have no zone, and null is a value that is not known. */
export type Cell = string | number | boolean | null

export type Row = readonly Cell[]

/** `local` is a time by the clock of a place, `count` a whole number. */
export type ColumnType = 'text' | 'instant' | 'local' | 'count' | 'flag'

export interface Column {
  readonly name: string
  readonly type: ColumnType
}

/** What could not be exported. Its rows are missing; `of` says which. */
export interface Failure {
  readonly of: Readonly<Record<string, string | null>>
  readonly message: string
  readonly code: string
  readonly provider?: string | undefined
  readonly retryAfterSeconds?: number | undefined
}

/** A thing without rows that nobody failed to give, such as a store that no vendor counts. */
export interface Note {
  readonly of: Readonly<Record<string, string | null>>
  readonly message: string
}

/** What came of one question. Its rows are read once. */
export interface Part {
  readonly rows: Iterable<Row>
  readonly failures: readonly Failure[]
  readonly notes: readonly Note[]
}

/** Everything that an export holds, made while it is read. */
export interface Table {
  readonly columns: readonly Column[]
  readonly parts: AsyncIterable<Part>
}

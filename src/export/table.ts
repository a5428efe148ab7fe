/** A value of a row. Instants are ISO 8601 in UTC, local times have no zone, and null is unknown. */
export type Cell = string | number | boolean | null

export type Row = readonly Cell[]

/** `local` is a time by a place's clock, `count` a whole number. */
export type ColumnType = 'text' | 'instant' | 'local' | 'count' | 'flag'

export interface Column {
  readonly name: string
  readonly type: ColumnType
}

/** A failure. Its rows are missing; `of` says which. */
export interface Failure {
  readonly of: Readonly<Record<string, string | null>>
  readonly message: string
  readonly code: string
  readonly provider?: string | undefined
  readonly retryAfterSeconds?: number | undefined
}

/** Something that has no rows although nothing failed, such as a store that no vendor counts. */
export interface Note {
  readonly of: Readonly<Record<string, string | null>>
  readonly message: string
}

/** The result of one question. Its rows are read once. */
export interface Part {
  readonly rows: Iterable<Row>
  readonly failures: readonly Failure[]
  readonly notes: readonly Note[]
}

/** A whole export, made while it is read. */
export interface Table {
  readonly columns: readonly Column[]
  readonly parts: AsyncIterable<Part>
}

import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ColumnMetaData, RowGroup } from 'hyparquet'
import type { SchemaElement } from 'hyparquet-writer'
import { onFirstUse } from '../upstream/first-use.ts'
import { hasWorkedLong } from '../upstream/turns.ts'
import type { Cell, Column, ColumnType, Row, Table } from './table.ts'
import { CutExport, errorColumn, errorRow } from './text-formats.ts'
import type { Tally } from './verdict.ts'

export interface ParquetOptions {
  /** The question, in the form of an address. */
  readonly question: string
  /** Whether a failure is a row with its sentence in the column `error`; if not, it ends the export. */
  readonly hasErrors: boolean
}

/**
 * Rows of a row group, which is held in memory and encoded in one turn. The metadata of each is held until the end of the file.
 */
function groupSizeAfter(rows: number): number {
  return rows < 1_000_000 ? 10_000 : 25_000
}

const openLibrary = onFirstUse(() => import('hyparquet-writer'))

/** A Parquet file, in pieces of one row group. Throws CutExport if something failed. */
export async function* parquetOf(
  { columns: given, parts }: Table,
  { question, hasErrors }: ParquetOptions,
  tally: Tally,
): AsyncGenerator<Uint8Array> {
  const columns = hasErrors ? [...given, errorColumn] : given
  const { ByteWriter, ParquetWriter } = await openLibrary()
  const bytes = new ByteWriter()
  const file = new ParquetWriter({
    writer: bytes,
    schema: schemaOf(columns),
    createdBy: 'Isotherm',
  })
  const shareParts = equalParts()
  const write = async (rows: readonly Row[]) => {
    const columnData = columns.map(({ name, type }, index) => ({
      name,
      data: cellsOf(rows, index, type),
      offsetIndex: false,
    }))
    await file.write({ columnData, rowGroupSize: rows.length })
    shareParts(file.row_groups.at(-1))
    // The library holds each chunk of columns for a page index, which is not written.
    file.pendingIndexes = []
  }
  let group: Row[] = []
  for await (const { rows, failures } of parts) {
    const [failure] = failures
    if (failure && !hasErrors) throw new CutExport(failure)
    tally.failed += failures.length
    for (const row of withErrors(
      rows,
      tally,
      failures.map(one => errorRow(one, given)),
    )) {
      group.push(row)
      if (group.length < groupSizeAfter(tally.rows)) {
        if (group.length % 250 === 0 && hasWorkedLong()) await nextTurn()
        continue
      }
      await write(group)
      group = []
      yield taken(bytes)
      await nextTurn()
    }
  }
  if (group.length > 0) await write(group)
  const { verdict } = tally
  file.kvMetadata = Object.entries({
    question,
    made: new Date().toISOString(),
    sources: JSON.stringify(Object.keys(verdict.calls)),
    sandbox: JSON.stringify(verdict.sandbox ?? []),
    age: JSON.stringify(verdict.age),
    rows: String(verdict.rows),
    complete: String(verdict.complete),
  }).map(([key, value]) => ({ key: `isotherm.${key}`, value }))
  await file.finish()
  yield taken(bytes)
}

/** Keeps equal values of the groups' metadata once: a long file has thousands of groups, held until its end. */
function equalParts(): (group: RowGroup | undefined) => void {
  const [encodings, paths] = [once<ColumnMetaData['encodings']>(), once<string[]>()]
  const stats = once<NonNullable<ColumnMetaData['encoding_stats']>>()
  return group => {
    for (const { meta_data: data } of group?.columns ?? []) {
      if (!data) continue
      data.encodings = encodings(data.encodings)
      data.path_in_schema = paths(data.path_in_schema)
      if (data.encoding_stats) data.encoding_stats = stats(data.encoding_stats)
    }
  }
}

/** Replaces each value by the first equal one. */
function once<Value>(): (value: Value) => Value {
  const known = new Map<string, Value>()
  return value => known.getOrInsert(JSON.stringify(value), value)
}

/** Counts only the rows that were asked for. */
function* withErrors(rows: Iterable<Row>, tally: Tally, errors: readonly Row[]): Generator<Row> {
  for (const row of rows) {
    tally.rows++
    yield row
  }
  yield* errors
}

/** The bytes written since the last read; they are read before more are written. */
function taken(writer: { getBytes(): Uint8Array; index: number }): Uint8Array {
  const written = writer.getBytes()
  writer.index = 0
  return written
}

function schemaOf(columns: readonly Column[]): SchemaElement[] {
  return [
    { name: 'root', num_children: columns.length },
    ...columns.map(
      ({ name, type }): SchemaElement => ({ name, repetition_type: 'OPTIONAL', ...elements[type] }),
    ),
  ]
}

const elements: Readonly<Record<ColumnType, Omit<SchemaElement, 'name'>>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  instant: timeElement(true),
  // The older form would say that the time is in UTC.
  local: timeElement(false),
  count: { type: 'INT64' },
  flag: { type: 'BOOLEAN' },
}

function timeElement(isAdjustedToUTC: boolean): Omit<SchemaElement, 'name'> {
  return {
    type: 'INT64',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC, unit: 'MILLIS' },
    ...(isAdjustedToUTC && { converted_type: 'TIMESTAMP_MILLIS' }),
  }
}

/** In the library's form: its 64-bit integers are bigints. */
function cellsOf(rows: readonly Row[], index: number, type: ColumnType): (Cell | Date | bigint)[] {
  const read = readers[type]
  return rows.map(row => read(row[index] ?? null))
}

const readers: Readonly<Record<ColumnType, (cell: Cell) => Cell | Date | bigint>> = {
  text: cell => cell,
  instant: cell => (typeof cell === 'string' ? new Date(cell) : null),
  local: cell => (typeof cell === 'string' ? new Date(`${cell}Z`) : null),
  count: cell => (typeof cell === 'number' ? BigInt(cell) : null),
  flag: cell => cell,
}

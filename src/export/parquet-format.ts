import { setImmediate as nextTurn } from 'node:timers/promises'
import type { SchemaElement } from 'hyparquet-writer'
import { onFirstUse } from '../upstream/first-use.ts'
import { hasWorkedLong } from '../upstream/source/turns.ts'
import type { Cell, Column, ColumnType, Row, Table } from './table.ts'
import { CutExport, errorColumn, errorRow } from './text-formats.ts'
import type { Tally } from './verdict.ts'

export interface ParquetOptions {
  /** What was asked, as in an address. */
  readonly question: string
  /** Whether what failed is a row with its sentence in the column `error`, in place of the end of the export. */
  readonly hasErrors: boolean
}

/** Rows of a row group. It is held in memory, and encoded in one turn. */
const groupSize = 10_000

const openLibrary = onFirstUse(() => import('hyparquet-writer'))

/** A Parquet file, in pieces of a row group. Throws CutExport where something failed. */
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
  const write = async (rows: readonly Row[]) => {
    const columnData = columns.map(({ name, type }, index) => ({ name, data: cellsOf(rows, index, type) }))
    await file.write({ columnData, rowGroupSize: groupSize })
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
      if (group.length < groupSize) {
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

/** Only the rows of what was asked are counted. */
function* withErrors(rows: Iterable<Row>, tally: Tally, errors: readonly Row[]): Generator<Row> {
  for (const row of rows) {
    tally.rows++
    yield row
  }
  yield* errors
}

/** What was written since, which is read before the next is written. */
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
  // Its older form would say that it is in UTC.
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

/** As the library takes them: its 64-bit integers are bigints. */
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

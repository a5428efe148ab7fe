import { setImmediate as nextTurn } from 'node:timers/promises'
import { hasWorkedLong } from '../upstream/turns.ts'
import type { Cell, Column, Failure, Part, Row, Table } from './table.ts'
import type { Tally } from './verdict.ts'

/** Thrown where an export is cut short by a failure that its format cannot report. The message names the export. */
export class CutExport extends Error {
  override readonly name = 'CutExport'
  readonly failure: Failure

  constructor(failure: Failure) {
    // By its id: a name may be long.
    super(sentenceOf(failure, new Set(['name'])))
    this.failure = failure
  }
}

/** A line for each row, failure and note; the last one is the verdict. */
export async function* ndjsonOf({ columns, parts }: Table, tally: Tally): AsyncGenerator<string> {
  const lines = new JsonLines(columns)
  for await (const { rows, failures, notes } of parts) {
    for (const row of rows) {
      tally.rows++
      lines.add(row)
      if (lines.count < groupSize) continue
      yield lines.take()
      if (hasWorkedLong()) await nextTurn()
    }
    if (lines.count > 0) yield lines.take()
    tally.failed += failures.length
    const others = [...failures.map(error => ({ error })), ...notes.map(note => ({ note }))]
    if (others.length > 0) yield others.map(line => `${JSON.stringify(line)}\n`).join('')
  }
  yield `${JSON.stringify({ verdict: tally.verdict })}\n`
}

/** Lines of JSON, joined once: a growing text makes ten times as much garbage, some of which outlives the rows. */
class JsonLines {
  count = 0
  readonly #before: readonly string[]
  readonly #pieces: string[] = []

  constructor(columns: readonly Column[]) {
    this.#before = columns.map(({ name }, index) => `${index === 0 ? '{' : ','}${JSON.stringify(name)}:`)
  }

  add(row: Row): void {
    const before = this.#before
    for (let index = 0; index < before.length; index++) {
      const cell = row[index] ?? null
      this.#pieces.push(before[index] ?? '', typeof cell === 'number' ? String(cell) : JSON.stringify(cell))
    }
    this.#pieces.push('}\n')
    this.count++
  }

  take(): string {
    const text = this.#pieces.join('')
    this.#pieces.length = 0
    this.count = 0
    return text
  }
}

export interface CsvOptions {
  /** Whether texts that a spreadsheet would run as formulas are escaped. */
  readonly escapesFormulas: boolean
  /** Whether it begins with a byte order mark, which Excel needs. */
  readonly hasMark: boolean
  /** Whether a failure is a row with its sentence in the column `error`; if not, it ends the export. */
  readonly hasErrors: boolean
}

export const errorColumn: Column = { name: 'error', type: 'text' }

/** RFC 4180, with a header line. Throws CutExport if something failed. */
export async function* csvOf(
  { columns, parts }: Table,
  { escapesFormulas, hasMark, hasErrors }: CsvOptions,
  tally: Tally,
): AsyncGenerator<string> {
  const { stringify } = await import('csv-stringify/sync')
  const options = {
    record_delimiter: '\r\n',
    // Readers take either character as the end of a record.
    quoted_match: /[\r\n]/,
    escape_formulas: escapesFormulas,
    cast: { boolean: (value: boolean) => String(value) },
  }
  const names = [...columns.map(({ name }) => name), ...(hasErrors ? [errorColumn.name] : [])]
  const printed = (rows: readonly Row[]) => stringify([...rows], options)
  let head = (hasMark ? '\ufeff' : '') + printed([names])
  for await (const { rows, failures } of parts) {
    const [failure] = failures
    if (failure && !hasErrors) throw new CutExport(failure)
    for await (const some of groupsOf(rows, tally)) {
      yield head + printed(hasErrors ? some.map(row => [...row, null]) : some)
      head = ''
    }
    tally.failed += failures.length
    if (failures.length > 0) yield head + printed(failures.map(one => errorRow(one, columns)))
    if (failures.length > 0) head = ''
  }
  if (head) yield head
}

/** Describes a failure in the column `error`, with all that is missing and has no column of its own. */
export function errorRow(failure: Failure, columns: readonly Column[]): Row {
  const sentence = sentenceOf(failure, new Set(columns.map(({ name }) => name)))
  return [...columns.map(({ name }): Cell => failure.of[name] ?? null), `${failure.code}: ${sentence}`]
}

/** A failure and its missing rows, except for columns that are `known` in another way. */
function sentenceOf({ of, message }: Failure, known: ReadonlySet<string>): string {
  const { from, to, ...others } = Object.fromEntries(Object.entries(of).filter(([name]) => !known.has(name)))
  const days = from && to ? [`${from} to ${to}`] : []
  const missing = [...Object.values(others).filter(value => value !== null), ...days].join(', ')
  return message + (missing && ` (${missing})`)
}

/** Rows printed at once. */
const groupSize = 250

async function* groupsOf(rows: Part['rows'], tally: Tally): AsyncGenerator<readonly Row[]> {
  let group: Row[] = []
  for (const row of rows) {
    tally.rows++
    group.push(row)
    if (group.length < groupSize) continue
    yield group
    group = []
    if (hasWorkedLong()) await nextTurn()
  }
  if (group.length > 0) yield group
}

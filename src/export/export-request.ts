import { type AccountFacts, type ExportKind, exportKinds, type OpenTable } from './exports.ts'
import { Parameters } from './parameters.ts'
import { parquetOf } from './parquet-format.ts'
import type { Table } from './table.ts'
import { type CsvOptions, csvOf, ndjsonOf } from './text-formats.ts'
import type { Tally } from './verdict.ts'

/** The parts of an export's address. */
export interface ExportAddress {
  readonly name: string
  readonly kind: ExportKind
  readonly format: Format
}

const formats = ['ndjson', 'csv', 'parquet'] as const
export type Format = (typeof formats)[number]

/** Undefined for any other path. */
export function exportAt(path: string): ExportAddress | undefined {
  const [, name = '', extension] = /^\/export\/([a-z]+)\.([a-z]+)$/.exec(path) ?? []
  const kind = Object.hasOwn(exportKinds, name) ? exportKinds[name] : undefined
  const format = formats.find(known => known === extension)
  return kind && format && { name, kind, format }
}

/** Says which addresses are exports. */
export const exportAddresses = `${Object.keys(exportKinds).join(', ')}, each as ${formats.map(format => `.${format}`).join(', ')}`

export type ExportRequest = TextExport | FileExport

interface AnyExport {
  readonly open: OpenTable
  /** Whether its rows report failures. */
  readonly reportsErrors: boolean
}

/** Sent while it is made. */
export interface TextExport extends AnyExport {
  readonly type: string
  /** So many characters are made before the first is sent. A short export that cannot report failures is made whole. */
  readonly heldLength: number
  /** The export as text, piece by piece. */
  readonly print: (table: Table, tally: Tally) => AsyncGenerator<string>
}

/** Can be used only once it is whole. */
export interface FileExport extends AnyExport {
  readonly type: undefined
  readonly print: (table: Table, tally: Tally) => AsyncGenerator<Uint8Array>
}

/** Throws BadInput for a query that cannot be exported. */
export function readExport(
  { name, kind, format }: ExportAddress,
  query: string,
  facts: AccountFacts,
): ExportRequest {
  const parameters = new Parameters(query)
  const open = kind.read(parameters, facts)
  const csv = format === 'csv' ? csvOptions(parameters) : undefined
  const hasErrors = csv?.hasErrors ?? (format === 'parquet' && hasErrorRows(parameters))
  parameters.end()
  if (format === 'parquet') {
    const question = `${name}?${query}`
    return {
      open,
      type: undefined,
      reportsErrors: hasErrors,
      print: (table, tally) => parquetOf(table, { question, hasErrors }, tally),
    }
  }
  if (!csv)
    return {
      open,
      type: 'application/x-ndjson; charset=utf-8',
      reportsErrors: true,
      heldLength: 1,
      print: ndjsonOf,
    }
  const type = 'text/csv; charset=utf-8; header=present'
  const print: TextExport['print'] = (table, tally) => csvOf(table, csv, tally)
  return { open, type, reportsErrors: hasErrors, heldLength: 65_536, print }
}

function csvOptions(parameters: Parameters): CsvOptions {
  return {
    escapesFormulas: parameters.choice('formulas', ['escape', 'keep'], 'escape') === 'escape',
    hasMark: parameters.choice('bom', ['true', 'false'], 'false') === 'true',
    hasErrors: hasErrorRows(parameters),
  }
}

function hasErrorRows(parameters: Parameters): boolean {
  return parameters.choice('errors', ['end', 'rows'], 'end') === 'rows'
}

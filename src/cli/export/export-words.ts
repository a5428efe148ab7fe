import { parseArgs } from 'node:util'
import { type ExportAddress, exportAt } from '../../export/export-request.ts'

export interface ExportWords {
  readonly address: ExportAddress
  readonly query: string
  readonly file: string
  readonly account: string | undefined
  readonly isQuiet: boolean
}

const parameters = {
  location: { type: 'string', multiple: true },
  brand: { type: 'string', multiple: true },
  website: { type: 'string', multiple: true },
  from: { type: 'string' },
  to: { type: 'string' },
  interval: { type: 'string' },
  metrics: { type: 'string' },
  types: { type: 'string' },
  formulas: { type: 'string' },
  bom: { type: 'string' },
  errors: { type: 'string' },
} as const

/** As `parseArgs` takes them. */
export const exportOptions = {
  ...parameters,
  account: { type: 'string' },
  output: { type: 'string', short: 'o' },
  quiet: { type: 'boolean', short: 'q' },
} as const

/** The words behind `export`. Returns a sentence for words that are no export. */
export function readExportWords(words: readonly string[]): ExportWords | string {
  let parsed: ReturnType<typeof parse>
  try {
    parsed = parse(words)
  } catch (error) {
    return error instanceof TypeError ? error.message : 'The command line cannot be read.'
  }
  const { values, positionals } = parsed
  const [name = '', ...others] = positionals
  const address = exportAt(`/export/${name}`)
  if (!address || others.length > 0)
    return 'isotherm export needs one name such as traffic.csv: traffic, heatmaps, pages or snapshots as csv, ndjson or parquet.'
  const query = new URLSearchParams()
  for (const [parameter, value] of Object.entries(values)) {
    if (!Object.hasOwn(parameters, parameter)) continue
    for (const one of [value].flat()) query.append(parameter, String(one))
  }
  return {
    address,
    query: query.toString(),
    file: values.output ?? name,
    account: values.account,
    isQuiet: values.quiet ?? false,
  }
}

function parse(words: readonly string[]) {
  return parseArgs({ args: [...words], options: exportOptions, allowPositionals: true, strict: true })
}

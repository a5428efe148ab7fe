import { parseArgs } from 'node:util'
import { type ExportAddress, exportAt } from '../../export/export-request.ts'

export interface ExportWords {
  readonly address: ExportAddress
  readonly query: string
  readonly file: string
  readonly account: string | undefined
  readonly isQuiet: boolean
}

/** Whether an option may be given several times is decided by the export itself. */
const several = { type: 'string', multiple: true } as const

const parameters = {
  location: several,
  brand: several,
  website: several,
  from: several,
  to: several,
  interval: several,
  metrics: several,
  types: several,
  formulas: several,
  bom: several,
  errors: several,
} as const

/** In the form of `parseArgs`. */
export const exportOptions = {
  ...parameters,
  account: several,
  output: { type: 'string', short: 'o', multiple: true },
  quiet: { type: 'boolean', short: 'q' },
} as const

/** Reads the words behind `export`. Returns a sentence if they name no export. */
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
  const [{ length: files }, { length: accounts }] = [values.output ?? [], values.account ?? []]
  if (files > 1) return `--output is given ${files} times, and is one file.`
  // A shell makes such a word of an unset variable.
  if (values.output?.[0] === '') return '--output names no file.'
  if (values.output?.[0] === '-')
    return '--output is a file, as an export has its name only once it is whole: it cannot be standard output.'
  if (accounts > 1) return `--account is given ${accounts} times, and is one account.`
  const query = new URLSearchParams()
  for (const [parameter, value] of Object.entries(values)) {
    if (!Object.hasOwn(parameters, parameter)) continue
    for (const one of [value].flat()) query.append(parameter, String(one))
  }
  return {
    address,
    query: query.toString(),
    file: values.output?.[0] ?? name,
    account: values.account?.[0],
    isQuiet: values.quiet ?? false,
  }
}

function parse(words: readonly string[]) {
  return parseArgs({ args: [...words], options: exportOptions, allowPositionals: true, strict: true })
}

import { performance } from 'node:perf_hooks'
import { parse } from 'graphql'
import { schema } from '../../schema/index.ts'
import { openAccount } from '../../src/account.ts'
import { readCatalog } from '../../src/catalog/file.ts'
import { readConfig } from '../../src/config/config.ts'
import { createContext } from '../../src/context.ts'
import { compiledOperations } from '../../src/execution/compiled-operations.ts'
import { pauseFields } from '../../src/execution/paused-fields.ts'

/** Microseconds of one run of a small compiled query that asks no vendor, at the median of the rounds. */
export interface PausesCost {
  readonly without: number
  readonly with: number
}

const query = '{ locations(first: 100) { nodes { id name } pageInfo { hasNextPage } } }'
const [rounds, runs] = [21, 300]

/** What being able to pause costs an operation that never does, in one process and in turns. */
export async function weighPauses(catalogText: string): Promise<PausesCost> {
  const read = readCatalog(catalogText, 'the bench')
  if (!('catalog' in read)) throw new TypeError('The catalog of the bench is wrong.')
  await using account = openAccount(readConfig({ ZENOVAY_API_KEY: 'unused' }).providers, read.catalog)
  const signal = new AbortController().signal
  const find = compiledOperations(schema)
  const document = parse(query)
  pauseFields(schema)
  const run = async (pauses: object) => {
    const contextValue = { ...createContext(account, signal), ...pauses }
    const result = await find({ schema, document, variableValues: {}, contextValue })?.()
    if (result?.errors) throw new TypeError('The bench asks what fails.')
  }
  const microseconds = async (pauses: object) => {
    const start = performance.now()
    for (let time = 0; time < runs; time++) {
      await run(pauses)
      // A turn that works for long is one in which a pause is due.
      await new Promise(resolve => setImmediate(resolve))
    }
    return (1000 * (performance.now() - start)) / runs
  }
  const measured: PausesCost[] = []
  for (let round = 0; round < rounds; round++)
    measured.push({ without: await microseconds({ pauses: undefined }), with: await microseconds({}) })
  return { without: median(measured.map(one => one.without)), with: median(measured.map(one => one.with)) }
}

export function printPauses({ without, with: paced }: PausesCost): string {
  const percent = (100 * (paced / without - 1)).toFixed(1)
  return `a small compiled query takes ${paced.toFixed(0)} µs where it can pause, ${without.toFixed(0)} µs where it cannot: ${percent} % more\n`
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN
}

import { Pool } from 'undici'
import { z } from 'zod'
import { startServer } from './process.ts'
import { printDay } from './questions.ts'

/** How long the emulator takes for each call, in milliseconds. */
const callTime = 200
const parallelism = 8
const locations = 200
/** Windows of five days start on the first one. */
const firstDay = 20_000
const ranges = { quarter: 90, half: 180, year: 365 } as const

/** One question over one range, asked once of a process that has answered nothing but a day of one location. */
export interface LongAnswer {
  readonly days: number
  readonly calls: number
  /** The most calls that were under way at the same time. */
  readonly parallelism: number
  readonly milliseconds: number
  /** What the calls alone take, in milliseconds. */
  readonly bound: number
  readonly answerBytes: number
  /** In bytes, since the process began. */
  readonly peakMemory: number
  /** In milliseconds. */
  readonly processorTime: number
}

/** The least that a range can be answered with. */
export interface LeanAnswer {
  /** The heap that Node was allowed, in MiB. */
  readonly heap: number
  /** In bytes, with that heap. */
  readonly peakMemory: number
}

export interface Year extends Readonly<Record<keyof typeof ranges, LongAnswer>> {
  readonly lean: { readonly quarter: LeanAnswer; readonly year: LeanAnswer }
}

/** Rejects for an answer that is not whole. Options are Node's own, for the process that is measured. */
export async function askYear(catalogFile: string, options: readonly string[] = []): Promise<Year> {
  const leanQuarter = await askLean(ranges.quarter, catalogFile, leastHeap)
  return {
    quarter: await askLong(ranges.quarter, catalogFile, { options }),
    half: await askLong(ranges.half, catalogFile, { options }),
    year: await askLong(ranges.year, catalogFile, { options }),
    lean: { quarter: leanQuarter, year: await askLean(ranges.year, catalogFile, leanQuarter.heap) },
  }
}

const heapStep = 8
/** Where looking for the least heap begins and where it is given up, in MiB. */
const leastHeap = 56
const largestHeap = 160
/** A process without room does not always say so: it may collect garbage for ever. In milliseconds. */
const leanLimit = 45_000

/** Garbage that is not collected yet is in every peak; what is needed shows where there is no room for any. */
async function askLean(days: number, catalogFile: string, from: number): Promise<LeanAnswer> {
  for (let heap = from; heap <= largestHeap; heap += heapStep) {
    const options = [`--max-old-space-size=${heap}`, '--max-semi-space-size=2']
    const run = askLong(days, catalogFile, { options, isMute: true, milliseconds: leanLimit })
    const answer = await run.catch(() => undefined)
    if (answer) return { heap, peakMemory: answer.peakMemory }
  }
  throw new Error(`${days} days were not answered with a heap of ${largestHeap} MiB.`)
}

interface Run {
  readonly options: readonly string[]
  readonly isMute?: boolean
  /** What the answer may take. */
  readonly milliseconds?: number
}

async function askLong(
  days: number,
  catalogFile: string,
  { options, isMute = false, milliseconds: most = limit }: Run,
): Promise<LongAnswer> {
  await using resources = new AsyncDisposableStack()
  const emulator = resources.use(await startServer('emulator.ts', { arguments: [`--delay=${callTime}`] }))
  const environment = environmentFor(emulator.origin, catalogFile)
  const isotherm = resources.use(await startServer('../../src/main.ts', { environment, options, isMute }))
  const pool = new Pool(isotherm.origin, { headersTimeout: limit, bodyTimeout: limit })
  resources.defer(() => pool.close())
  await ask(pool, 1, 1, most)

  const before = await emulator.order('calls', z.int())
  const worked = await isotherm.order('processor-time', z.number())
  const start = performance.now()
  const text = await ask(pool, locations, days, most)
  const milliseconds = performance.now() - start
  const calls = (await emulator.order('calls', z.int())) - before
  checkAnswer(text, days)
  return {
    days,
    calls,
    parallelism: await emulator.order('most-at-once', z.int()),
    milliseconds,
    bound: (calls / parallelism) * callTime,
    answerBytes: Buffer.byteLength(text),
    peakMemory: await isotherm.order('peak-memory', z.number()),
    processorTime: (await isotherm.order('processor-time', z.number())) - worked,
  }
}

/** The bench ends by itself, whatever is measured. */
const limit = 120_000

const traffic = 'traffic(range: $range, interval: HOURLY, metrics: [VISITS]) { columns { values } }'
const query = `query Year($ids: [ID!]!, $range: TrafficRange!) {
  nodes(ids: $ids) { ... on Location { ${traffic} } }
}`

async function ask(pool: Pool, locations: number, days: number, most: number): Promise<string> {
  const ids = Array.from({ length: locations }, (_, index) => `Location:store-${index + 1}`)
  const range = { utc: { start: printDay(firstDay), end: printDay(firstDay + days) } }
  const answer = await pool.request({
    method: 'POST',
    path: '/graphql',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query, variables: { ids, range } }),
    signal: AbortSignal.timeout(most),
  })
  const text = await answer.body.text()
  if (answer.statusCode !== 200) throw new Error(`answered ${answer.statusCode}: ${text.slice(0, 500)}`)
  return text
}

function checkAnswer(text: string, days: number): void {
  const columns = z.object({ values: z.array(z.int().nullable()).length(24 * days) })
  const list = z.array(z.object({ traffic: z.tuple([z.object({ columns })]) })).length(locations)
  const answer = z.object({ data: z.object({ nodes: list }), errors: z.undefined().optional() })
  const { nodes } = answer.parse(JSON.parse(text)).data
  // One bucket in ten was not reported: windows that were lost would show as more.
  for (const { traffic } of nodes) {
    const told = traffic[0].columns.values.filter(value => value !== null).length
    if (told < 0.85 * 24 * days) throw new Error(`${told} buckets of ${24 * days} were told`)
  }
}

function environmentFor(upstream: string, catalogFile: string) {
  return {
    PORT: '0',
    ISOTHERM_SANDBOX: 'off',
    ISOTHERM_CACHE_BYTES: '0',
    ISOTHERM_ANSWER_TIMEOUT_MS: String(limit),
    ISOTHERM_CATALOG: catalogFile,
    ANALYTIKS_CLIENT_ID: 'bench',
    ANALYTIKS_CLIENT_SECRET: 'bench',
    ANALYTIKS_TOKEN_URL: `${upstream}/token`,
    ANALYTIKS_EXPORTS_URL: upstream,
    ANALYTIKS_CONCURRENCY: String(parallelism),
  }
}

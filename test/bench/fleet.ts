import { deepStrictEqual } from 'node:assert'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Pool } from 'undici'
import { z } from 'zod'
import { startIsotherm } from './contest.ts'
import { type BenchServer, startProcess, startServer } from './process.ts'

/** One answer: times in milliseconds, memory in bytes. */
export interface FleetAnswer {
  readonly milliseconds: number
  readonly processorTime: number
  readonly answerBytes: number
  /** What the process takes after it. */
  readonly memory: number
}

/** How a fleet of that many stores is answered, the first time and again and again. */
export interface FleetOfSize {
  readonly stores: number
  readonly cold: FleetAnswer
  readonly again: readonly FleetAnswer[]
  readonly peakMemory: number
}

/** Small questions beside a fleet's, in milliseconds. */
export interface Beside {
  readonly requests: number
  readonly median: number
  readonly percentile99: number
  readonly longest: number
  /** The longest that one turn of the event loop worked, in milliseconds of the processor. */
  readonly longestHold: number
}

export interface Fleet {
  readonly sizes: readonly FleetOfSize[]
  readonly proxy: FleetAnswer & { readonly peakMemory: number }
  readonly besideCold: Beside
  readonly besideAgain: Beside
}

const [fewest, middleCount, many, stores] = [100, 400, 1600, 3000]
const repeats = 5
/** The default of `ISOTHERM_CACHE_BYTES`. */
const cacheBytes = 256 * 1024 ** 2
const timeZone = 'Europe/London'
/** Thirteen months with both changes of the clock. */
const range = { start: '2024-10-01', end: '2025-11-01' }
const concurrency = { ANALYTIKS_CONCURRENCY: '8' }
/** The bench ends by itself, whatever is measured. */
const limit = 300_000

/** Asks fleets for their days: each size of a process of its own, the largest of the proxy too. Rejects where they differ. */
export async function askFleet(folder: string): Promise<Fleet> {
  const catalogFile = join(folder, 'fleet.yaml')
  await writeFile(catalogFile, catalog())
  await using resources = new AsyncDisposableStack()
  const emulator = resources.use(await startServer('emulator.ts'))
  const sizes: FleetOfSize[] = []
  let last: Answer | undefined
  for (const count of [fewest, middleCount, many, stores]) {
    await using process = new AsyncDisposableStack()
    const isotherm = process.use(await startIsotherm(emulator.origin, catalogFile, cacheBytes, concurrency))
    const pool = openPool(isotherm, process)
    await ask(pool, isotherm, questionOf(1))
    const cold = await ask(pool, isotherm, questionOf(count))
    const again: FleetAnswer[] = []
    for (let time = 0; time < repeats; time++) {
      const answer = await ask(pool, isotherm, questionOf(count))
      deepStrictEqual(readRows(answer), readRows(cold))
      again.push(answer.measured)
    }
    const peakMemory = await isotherm.order('peak-memory', z.number())
    sizes.push({ stores: count, cold: cold.measured, again, peakMemory })
    last = cold
  }
  const proxy = await askProxy(emulator, last)
  return { sizes, proxy, ...(await askBeside(emulator, catalogFile)) }
}

async function askProxy(emulator: BenchServer, expected: Answer | undefined): Promise<Fleet['proxy']> {
  await using process = new AsyncDisposableStack()
  const proxy = process.use(await startServer('proxy.ts', { arguments: [emulator.origin] }))
  const pool = openPool(proxy, process)
  const locations = Array.from({ length: stores }, (_, index) => index + 1)
  const body = JSON.stringify({ locations, ...range, timeZone, metric: 'visits' })
  const answer = await ask(pool, proxy, { path: '/traffic/days', body })
  deepStrictEqual(readRows(answer), expected && readRows(expected))
  return { ...answer.measured, peakMemory: await proxy.order('peak-memory', z.number()) }
}

/** The largest fleet while another client asks small questions: the first time, then again and again. */
async function askBeside(emulator: BenchServer, catalogFile: string) {
  await using resources = new AsyncDisposableStack()
  // Small questions have a vendor of their own, which is not busy with the fleet's.
  const pages = resources.use(await startServer('emulator.ts'))
  const settings = { ...concurrency, ZENOVAY_URL: pages.origin }
  const isotherm = resources.use(await startIsotherm(emulator.origin, catalogFile, cacheBytes, settings))
  const beside = resources.use(await startProcess('beside.ts'))
  const pool = openPool(isotherm, resources)
  await ask(pool, isotherm, questionOf(1))
  await isotherm.order('watch-loop', z.unknown())
  const measure = async (times: number): Promise<Beside> => {
    await beside.order('ask', z.unknown(), { origin: isotherm.origin })
    for (let time = 0; time < times; time++) await ask(pool, isotherm, questionOf(stores))
    const small = await beside.order('stop', besideResult)
    return { ...small, longestHold: await isotherm.order('longest-hold', z.number()) }
  }
  return { besideCold: await measure(1), besideAgain: await measure(repeats) }
}

const besideResult = z.object({
  requests: z.int(),
  median: z.number(),
  percentile99: z.number(),
  longest: z.number(),
})

interface Question {
  readonly path: string
  readonly body: string
}

interface Answer {
  readonly text: string
  readonly measured: FleetAnswer
}

const query = `query Fleet($first: Int!, $range: TrafficRange!) {
  locations(first: $first) { nodes { analytiksId traffic(range: $range, interval: DAILY, metrics: [VISITS]) { columns { starts values } } } }
}`

function questionOf(first: number): Question {
  return { path: '/graphql', body: JSON.stringify({ query, variables: { first, range: { local: range } } }) }
}

function openPool({ origin }: BenchServer, resources: AsyncDisposableStack): Pool {
  const pool = new Pool(origin, { headersTimeout: limit, bodyTimeout: limit })
  resources.defer(() => pool.close())
  return pool
}

async function ask(pool: Pool, server: BenchServer, { path, body }: Question): Promise<Answer> {
  const worked = await server.order('processor-time', z.number())
  const start = performance.now()
  const response = await pool.request({
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body,
    signal: AbortSignal.timeout(limit),
  })
  const text = await response.body.text()
  const milliseconds = performance.now() - start
  if (response.statusCode !== 200) throw new Error(`answered ${response.statusCode}: ${text.slice(0, 500)}`)
  const measured = {
    milliseconds,
    processorTime: (await server.order('processor-time', z.number())) - worked,
    answerBytes: Buffer.byteLength(text),
    memory: await server.order('memory', z.number()),
  }
  return { text, measured }
}

const columns = z.object({ starts: z.array(z.string()), values: z.array(z.int().nullable()) })
const traffic = z.tuple([z.object({ columns })])
const locationsAnswer = z.object({ locations: z.array(z.object({ id: z.int(), traffic })) })
const graphAnswer = z.object({
  data: z.object({
    locations: z.object({ nodes: z.array(z.object({ analytiksId: z.coerce.number(), traffic })) }),
  }),
  errors: z.undefined().optional(),
})

/** The rows of either, in one shape. */
function readRows({ text }: Answer) {
  const json: unknown = JSON.parse(text)
  const rows = locationsAnswer.safeParse(json)
  if (rows.success) return rows.data.locations
  const { nodes } = graphAnswer.parse(json).data.locations
  return nodes.map(({ analytiksId, traffic }) => ({ id: analytiksId, traffic }))
}

function catalog(): string {
  const entries = Array.from(
    { length: stores },
    (_, index) =>
      `  - { id: store-${index + 1}, name: Store ${index + 1}, timeZone: ${timeZone}, analytiks: { locationId: ${index + 1} } }\n`,
  )
  return `locations:\n${entries.join('')}`
}

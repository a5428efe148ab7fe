import { Pool } from 'undici'
import { z } from 'zod'
import { startIsotherm } from './contest.ts'
import { startServer } from './process.ts'
import { printDay } from './questions.ts'

/** Times in milliseconds, memory in bytes. */
interface YearAnswer {
  readonly milliseconds: number
  readonly processorTime: number
  readonly answerBytes: number
  readonly memory: number
}

/** A year of hours of 200 stores with the default cache: cold, then the same again and again. */
export interface Again {
  readonly answers: readonly YearAnswer[]
  readonly peakMemory: number
}

const [stores, firstDay, days, times] = [200, 20_000, 365, 9]
const cacheBytes = 256 * 1024 ** 2
const limit = 120_000
const query = `query Year($ids: [ID!]!, $range: TrafficRange!) {
  nodes(ids: $ids) { ... on Location { traffic(range: $range, interval: HOURLY, metrics: [VISITS]) { columns { values } } } }
}`

/** Rejects when an answer differs from the first, or when upstream is asked again. */
export async function askAgain(catalogFile: string): Promise<Again> {
  await using resources = new AsyncDisposableStack()
  const emulator = resources.use(await startServer('emulator.ts'))
  const isotherm = resources.use(
    await startIsotherm(emulator.origin, catalogFile, cacheBytes, { ANALYTIKS_CONCURRENCY: '8' }),
  )
  const pool = new Pool(isotherm.origin, { headersTimeout: limit, bodyTimeout: limit })
  resources.defer(() => pool.close())
  const ids = Array.from({ length: stores }, (_, index) => `Location:store-${index + 1}`)
  const range = { utc: { start: printDay(firstDay), end: printDay(firstDay + days) } }
  const body = JSON.stringify({ query, variables: { ids, range } })
  const answers: YearAnswer[] = []
  let first: string | undefined
  let calls = 0
  for (let time = 0; time < times; time++) {
    const worked = await isotherm.order('processor-time', z.number())
    const start = performance.now()
    const response = await pool.request({
      method: 'POST',
      path: '/graphql',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body,
      signal: AbortSignal.timeout(limit),
    })
    const text = await response.body.text()
    const milliseconds = performance.now() - start
    const { data, errors } = answer.parse(JSON.parse(text))
    const values = JSON.stringify(data)
    if (errors || (first !== undefined && values !== first))
      throw new Error(`The same question was answered differently: ${JSON.stringify(errors)?.slice(0, 300)}`)
    const made = await emulator.order('calls', z.int())
    if (first !== undefined && made !== calls) throw new Error('Upstream was asked again.')
    first = values
    calls = made
    answers.push({
      milliseconds,
      processorTime: (await isotherm.order('processor-time', z.number())) - worked,
      answerBytes: Buffer.byteLength(text),
      memory: await isotherm.order('memory', z.number()),
    })
  }
  return { answers, peakMemory: await isotherm.order('peak-memory', z.number()) }
}

const answer = z.object({ data: z.unknown(), errors: z.unknown().optional() })

export function printAgain({ answers, peakMemory }: Again): string {
  const rows = answers.map(({ milliseconds, processorTime, memory }, index) => {
    const [seconds, worked] = [milliseconds, processorTime].map(time => (time / 1000).toFixed(2))
    return `${index === 0 ? 'cold' : `again ${index}`}: ${seconds} s, ${worked} s of CPU, ${mebibytes(memory)} MiB after it`
  })
  return `a year of hours of ${stores} stores, with the default cache\n${rows.join('\n')}\npeak ${mebibytes(peakMemory)} MiB\n`
}

function mebibytes(bytes: number): string {
  return (bytes / 1024 ** 2).toFixed(0)
}

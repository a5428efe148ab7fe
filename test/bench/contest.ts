import { deepStrictEqual } from 'node:assert'
import { z } from 'zod'
import { type BenchServer, startProcess, startServer } from './process.ts'
import { type BenchRequest, type Question, questions } from './questions.ts'

export type QuestionName = keyof typeof questions
export const askers = ['proxy', 'isotherm'] as const
export type Asker = (typeof askers)[number]

export interface Measured {
  readonly requestsPerSecond: number
  /** In milliseconds. */
  readonly median: number
  readonly percentile99: number
  /** In milliseconds: what other processes do to the machine changes it less than the rest. */
  readonly processorTimePerRequest: number
  readonly upstreamCallsPerRequest: number
  /** In bytes, since the process began. */
  readonly peakMemory: number
}

export type Contest = Readonly<Record<Asker, Measured>>

export interface Pace {
  readonly warmUpMilliseconds: number
  readonly roundMilliseconds: number
  readonly rounds: number
}

/** What a load came to. */
export const loadResult = z.object({
  requests: z.int(),
  seconds: z.number(),
  median: z.number(),
  percentile99: z.number(),
})

/**
 * Asks the proxy and Isotherm one question, in turn, each in a process of its own against the same emulator. Rejects when
 * they do not answer the same. Of several rounds the middle one counts.
 */
export async function contest(name: QuestionName, catalogFile: string, pace: Pace): Promise<Contest> {
  await using resources = new AsyncDisposableStack()
  const emulator = resources.use(await startServer('emulator.ts'))
  const asking = resources.use(await startProcess('load.ts'))
  const servers = {
    proxy: resources.use(await startServer('proxy.ts', { arguments: [emulator.origin] })),
    isotherm: resources.use(await startIsotherm(emulator.origin, catalogFile, 0)),
  }
  await compare(questions[name], servers)

  let first = 1
  const run = async (asker: Asker, milliseconds: number) => {
    const before = await emulator.order('calls', z.int())
    const worked = await servers[asker].order('processor-time', z.number())
    const order = { question: name, asker, origin: servers[asker].origin, first, milliseconds }
    const measured = await asking.order('load', loadResult, order)
    first += measured.requests
    const calls = (await emulator.order('calls', z.int())) - before
    const processorTime = (await servers[asker].order('processor-time', z.number())) - worked
    return { ...measured, calls, processorTime }
  }
  for (const asker of askers) await run(asker, pace.warmUpMilliseconds)
  const rounds: Record<Asker, Awaited<ReturnType<typeof run>>[]> = { proxy: [], isotherm: [] }
  for (let round = 0; round < pace.rounds; round++) {
    for (const asker of askers) rounds[asker].push(await run(asker, pace.roundMilliseconds))
  }
  const result = async (asker: Asker): Promise<Measured> => {
    const runs = rounds[asker]
    const requests = runs.reduce((sum, run) => sum + run.requests, 0)
    return {
      requestsPerSecond: middle(runs.map(run => run.requests / run.seconds)),
      median: middle(runs.map(run => run.median)),
      percentile99: middle(runs.map(run => run.percentile99)),
      processorTimePerRequest: runs.reduce((sum, run) => sum + run.processorTime, 0) / requests,
      upstreamCallsPerRequest: runs.reduce((sum, run) => sum + run.calls, 0) / requests,
      peakMemory: await servers[asker].order('peak-memory', z.number()),
    }
  }
  return { proxy: await result('proxy'), isotherm: await result('isotherm') }
}

/** Isotherm as it is run, with so many bytes of cache: with 0 each question has to be asked upstream. */
export function startIsotherm(
  upstream: string,
  catalogFile: string,
  cacheBytes: number,
  more: Readonly<Record<string, string>> = {},
): Promise<BenchServer> {
  return startServer('../../src/main.ts', {
    environment: {
      PORT: '0',
      ISOTHERM_SANDBOX: 'off',
      ISOTHERM_CACHE_BYTES: `${cacheBytes}`,
      ISOTHERM_CATALOG: catalogFile,
      ZENOVAY_API_KEY: 'bench',
      ZENOVAY_URL: upstream,
      ZENOVAY_PLAN: 'enterprise',
      ZENOVAY_CONCURRENCY: '64',
      ANALYTIKS_CLIENT_ID: 'bench',
      ANALYTIKS_CLIENT_SECRET: 'bench',
      ANALYTIKS_TOKEN_URL: `${upstream}/token`,
      ANALYTIKS_EXPORTS_URL: upstream,
      ANALYTIKS_CONCURRENCY: '64',
      ...more,
    },
    isRead: true,
  })
}

async function compare(question: Question, servers: Readonly<Record<Asker, BenchServer>>): Promise<void> {
  const [proxy, isotherm] = await Promise.all(
    askers.map(async asker => question.values(await ask(servers[asker].origin, question[asker](0)))),
  )
  deepStrictEqual(isotherm, proxy)
}

async function ask(origin: string, { method, path, body }: BenchRequest): Promise<unknown> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(origin + path, { method, headers, body: body ?? null })
  return response.json()
}

export function middle(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0
}

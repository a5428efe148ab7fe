import { deepStrictEqual } from 'node:assert'
import { z } from 'zod'
import { type AskerName, installedPeers } from './askers.ts'
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
  /** How much of a processor the load took: near 1 it is the load that is measured. */
  readonly loadShare: number
}

export type Contest = Readonly<Record<Asker, Measured> & Partial<Record<AskerName, Measured>>>

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
  processorShare: z.number(),
})

/** Of what a load consists, beside what `contest` decides. */
export interface ContestLoad {
  /** How many are under way at once; by default as many as the question says. */
  readonly connections?: number
}

/**
 * Asks the proxy, Isotherm and, where the question is put to them, the peers that are installed, in turn, each in a process of
 * its own against the same emulator. Rejects when they do not answer the same. Of several rounds the middle one counts.
 */
export async function contest(
  name: QuestionName,
  catalogFile: string,
  pace: Pace,
  load: ContestLoad = {},
): Promise<Contest> {
  await using resources = new AsyncDisposableStack()
  const emulator = resources.use(await startServer('emulator.ts'))
  const asking = resources.use(await startProcess('load.ts'))
  const servers: Record<Asker, BenchServer> & Partial<Record<AskerName, BenchServer>> = {
    proxy: resources.use(await startServer('proxy.ts', { arguments: [emulator.origin] })),
    isotherm: resources.use(await startIsotherm(emulator.origin, catalogFile, 0)),
  }
  for (const peer of questions[name].isForPeers ? installedPeers() : [])
    servers[peer] = resources.use(await startPeer(peer, emulator.origin))
  const names = installedNames(servers)
  await compare(questions[name], servers)

  let first = 1
  const run = async (asker: AskerName, milliseconds: number) => {
    const { origin, order } = servers[asker] ?? servers.isotherm
    const before = await emulator.order('calls', z.int())
    const worked = await order('processor-time', z.number())
    const measured = await asking.order('load', loadResult, {
      question: name,
      asker,
      origin,
      first,
      milliseconds,
      ...load,
    })
    first += measured.requests
    const calls = (await emulator.order('calls', z.int())) - before
    const processorTime = (await order('processor-time', z.number())) - worked
    return { ...measured, calls, processorTime }
  }
  for (const asker of names) await run(asker, pace.warmUpMilliseconds)
  const rounds = new Map<AskerName, Awaited<ReturnType<typeof run>>[]>(names.map(asker => [asker, []]))
  for (let round = 0; round < pace.rounds; round++) {
    for (const asker of names) rounds.get(asker)?.push(await run(asker, pace.roundMilliseconds))
  }
  await compare(questions[name], servers)
  const result = async (asker: AskerName): Promise<Measured> => {
    const runs = rounds.get(asker) ?? []
    const requests = runs.reduce((sum, run) => sum + run.requests, 0)
    const { order } = servers[asker] ?? servers.isotherm
    return {
      requestsPerSecond: middle(runs.map(run => run.requests / run.seconds)),
      median: middle(runs.map(run => run.median)),
      percentile99: middle(runs.map(run => run.percentile99)),
      processorTimePerRequest: runs.reduce((sum, run) => sum + run.processorTime, 0) / requests,
      upstreamCallsPerRequest: runs.reduce((sum, run) => sum + run.calls, 0) / requests,
      peakMemory: await order('peak-memory', z.number()),
      loadShare: middle(runs.map(run => run.processorShare)),
    }
  }
  const peers: Partial<Record<AskerName, Measured>> = {}
  for (const asker of names) peers[asker] = await result(asker)
  return { ...peers, proxy: await result('proxy'), isotherm: await result('isotherm') }
}

function installedNames(servers: Partial<Record<AskerName, BenchServer>>): readonly AskerName[] {
  return [...askers, ...installedPeers().filter(name => servers[name])]
}

/** A peer of `test/foreign`, in front of the same emulator. */
export function startPeer(name: AskerName, upstream: string): Promise<BenchServer> {
  return startServer(`../foreign/peers/${name}.ts`, { arguments: [upstream], isRead: true })
}

/** Isotherm as it is run, with so many bytes of cache or as many as it has by default: with 0 each question has to be asked upstream. */
export function startIsotherm(
  upstream: string,
  catalogFile: string,
  cacheBytes: number | undefined,
  more: Readonly<Record<string, string>> = {},
): Promise<BenchServer> {
  return startServer('../../src/main.ts', {
    environment: {
      PORT: '0',
      ISOTHERM_SANDBOX: 'off',
      ...(cacheBytes !== undefined && { ISOTHERM_CACHE_BYTES: `${cacheBytes}` }),
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

/** Rejects unless all of them answer what the proxy answers. */
export async function compare(
  question: Question,
  servers: Partial<Record<AskerName, BenchServer>>,
): Promise<void> {
  const asked = Object.entries(servers).map(async ([asker, { origin }]) => {
    const request = asker === 'proxy' ? question.proxy(0) : question.isotherm(0)
    return question.values(await ask(origin, request))
  })
  const [first, ...others] = await Promise.all(asked)
  for (const other of others) deepStrictEqual(other, first)
}

async function ask(origin: string, { method, path, body }: BenchRequest): Promise<unknown> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(origin + path, { method, headers, body: body ?? null })
  return response.json()
}

export function middle(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0
}

import { z } from 'zod'
import { compare, loadResult, middle, type Pace, startIsotherm } from './contest.ts'
import { type BenchServer, startProcess, startServer } from './process.ts'
import { questions } from './questions.ts'

interface Side {
  readonly requestsPerSecond: number
  /** In milliseconds. */
  readonly processorTimePerRequest: number
  /** In milliseconds. */
  readonly percentile99: number
  /** How much of a processor the load took: near 1 it is the load that is measured. */
  readonly loadShare: number
}

/** One query over and over: a proxy that keeps nothing, and Isotherm with its cache as it is by default and without. */
export type Hot = Readonly<Record<(typeof sides)[number], Side>>

const sides = ['proxy', 'cached', 'uncached'] as const

/** Asks one question over 32 connections, in turn. Of several rounds the middle one counts. */
export async function askHot(catalogFile: string, pace: Pace): Promise<Hot> {
  await using resources = new AsyncDisposableStack()
  const emulator = resources.use(await startServer('emulator.ts'))
  const asking = resources.use(await startProcess('load.ts'))
  const settings = { ISOTHERM_LOG_LEVEL: 'warn' }
  const servers: Record<keyof Hot, BenchServer> = {
    proxy: resources.use(await startServer('proxy.ts', { arguments: [emulator.origin] })),
    cached: resources.use(await startIsotherm(emulator.origin, catalogFile, undefined, settings)),
    uncached: resources.use(await startIsotherm(emulator.origin, catalogFile, 0, settings)),
  }
  await compare(questions.websites, { proxy: servers.proxy, isotherm: servers.cached })
  const run = async (side: keyof Hot, milliseconds: number): Promise<Side> => {
    const { origin, order } = servers[side]
    const worked = await order('processor-time', z.number())
    const { requests, seconds, percentile99, processorShare } = await asking.order('load', loadResult, {
      question: 'websites',
      asker: side === 'proxy' ? 'proxy' : 'isotherm',
      origin,
      first: 0,
      milliseconds,
      different: 1,
    })
    const processorTime = (await order('processor-time', z.number())) - worked
    return {
      requestsPerSecond: requests / seconds,
      processorTimePerRequest: processorTime / requests,
      percentile99,
      loadShare: processorShare,
    }
  }
  for (const side of sides) await run(side, pace.warmUpMilliseconds)
  const rounds: Record<keyof Hot, Side[]> = { proxy: [], cached: [], uncached: [] }
  for (let round = 0; round < pace.rounds; round++)
    for (const side of sides) rounds[side].push(await run(side, pace.roundMilliseconds))
  await compare(questions.websites, { proxy: servers.proxy, isotherm: servers.cached })
  const result = (side: keyof Hot): Side => ({
    requestsPerSecond: middle(rounds[side].map(one => one.requestsPerSecond)),
    processorTimePerRequest: middle(rounds[side].map(one => one.processorTimePerRequest)),
    percentile99: middle(rounds[side].map(one => one.percentile99)),
    loadShare: middle(rounds[side].map(one => one.loadShare)),
  })
  return { proxy: result('proxy'), cached: result('cached'), uncached: result('uncached') }
}

export function printHot(hot: Hot): string {
  const rows = sides.map(side => {
    const { requestsPerSecond, processorTimePerRequest, percentile99, loadShare } = hot[side]
    const ratio = (requestsPerSecond / hot.proxy.requestsPerSecond).toFixed(2)
    return `${side.padEnd(9)} ${requestsPerSecond.toFixed(0).padStart(7)} requests/s, ${ratio} of the proxy's; ${processorTimePerRequest.toFixed(3)} ms of CPU each, 99th ${percentile99.toFixed(1)} ms, load CPU ${loadShare.toFixed(2)}`
  })
  return `one query over and over, 32 connections\n${rows.join('\n')}\n`
}

import { z } from 'zod'
import { loadResult, middle, type Pace, startIsotherm } from './contest.ts'
import { startProcess, startServer } from './process.ts'

interface Side {
  readonly requestsPerSecond: number
  /** In milliseconds: what other processes do to the machine changes it less than the speed. */
  readonly processorTimePerRequest: number
}

/** How Isotherm stands the same few questions over and over: with the cache on, and with each asked upstream. */
export type Repeats = Readonly<Record<(typeof sides)[number], Side>>

const sides = ['cached', 'asked'] as const
const websiteCount = 8

/** Asks for the rows of a few websites, in turn with the cache on and off. Of several rounds the middle one counts. */
export async function askRepeats(catalogFile: string, pace: Pace): Promise<Repeats> {
  await using resources = new AsyncDisposableStack()
  const emulator = resources.use(await startServer('emulator.ts'))
  const asking = resources.use(await startProcess('load.ts'))
  const servers = {
    cached: resources.use(await startIsotherm(emulator.origin, catalogFile, 100_000_000)),
    asked: resources.use(await startIsotherm(emulator.origin, catalogFile, 0)),
  }
  const run = async (side: keyof Repeats, milliseconds: number): Promise<Side> => {
    const { origin, order } = servers[side]
    const worked = await order('processor-time', z.number())
    const load = { question: 'websites', asker: 'isotherm', origin, first: 1, milliseconds }
    const { requests, seconds } = await asking.order('load', loadResult, {
      ...load,
      different: websiteCount,
    })
    const processorTime = (await order('processor-time', z.number())) - worked
    return { requestsPerSecond: requests / seconds, processorTimePerRequest: processorTime / requests }
  }
  for (const side of sides) await run(side, pace.warmUpMilliseconds)
  const rounds: Record<keyof Repeats, Side[]> = { cached: [], asked: [] }
  for (let round = 0; round < pace.rounds; round++) {
    const before = await emulator.order('calls', z.int())
    rounds.cached.push(await run('cached', pace.roundMilliseconds))
    if ((await emulator.order('calls', z.int())) !== before) throw new Error('Upstream was asked again.')
    rounds.asked.push(await run('asked', pace.roundMilliseconds))
  }
  const result = (side: keyof Repeats): Side => ({
    requestsPerSecond: middle(rounds[side].map(one => one.requestsPerSecond)),
    processorTimePerRequest: middle(rounds[side].map(one => one.processorTimePerRequest)),
  })
  return { cached: result('cached'), asked: result('asked') }
}

export function printRepeats(repeats: Repeats): string {
  const rows = sides.map(side => {
    const { requestsPerSecond, processorTimePerRequest } = repeats[side]
    return `${side}: ${requestsPerSecond.toFixed(0)} requests/s, ${processorTimePerRequest.toFixed(3)} ms of processor each`
  })
  return `20 rows of ${websiteCount} websites over and over\n${rows.join('\n')}\n`
}

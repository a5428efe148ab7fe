import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { mintKey } from '../../src/access/keys.ts'
import { inSeconds, issuerName, startIssuer } from '../support/issuer.ts'
import { loadResult, middle, type Pace, startIsotherm } from './contest.ts'
import { startProcess, startServer } from './process.ts'

interface Side {
  /** In milliseconds. */
  readonly processorTimePerRequest: number
  readonly requestsPerSecond: number
}

/** More of the processor, as a share, than with nothing of it. */
interface ComparedSide extends Side {
  readonly more: number
}

/** Nothing of it, the log, metrics too, and a key or a token and its limits too. */
type Sides = Readonly<Record<(typeof sides)[number], ComparedSide>>

/** What being watched and guarded costs the small query: asked upstream each time, and as one shared response. */
export type Overhead = Readonly<Record<keyof typeof bases, Sides>>

const sides = ['nothing', 'log', 'metrics', 'key', 'token'] as const
const websiteCount = 8
/** Equal requests at one moment share a call, so what is asked each time is always another website. */
const bases = {
  asked: { cacheBytes: 0, different: undefined },
  shared: { cacheBytes: 100_000_000, different: websiteCount },
} as const

export async function weighOverhead(catalogFile: string, folder: string, pace: Pace): Promise<Overhead> {
  const weigh = (base: keyof Overhead) => weighSides(catalogFile, folder, pace, bases[base])
  return { asked: await weigh('asked'), shared: await weigh('shared') }
}

/** Asks for the rows of websites. Of several rounds the middle one counts. */
async function weighSides(
  catalogFile: string,
  folder: string,
  pace: Pace,
  { cacheBytes, different }: (typeof bases)[keyof Overhead],
): Promise<Sides> {
  await using resources = new AsyncDisposableStack()
  const emulator = resources.use(await startServer('emulator.ts'))
  const asking = resources.use(await startProcess('load.ts'))
  const { key, line } = mintKey()
  const accessFile = join(folder, 'access.yaml')
  const issuer = resources.use(await startIssuer())
  await writeFile(accessFile, accessOf(line, issuer.jwks))
  const credentials = { key, token: await issuer.sign({ exp: inSeconds(3600), scope: 'pages:read' }) }
  const quiet = { ISOTHERM_LOG_LEVEL: 'silent' }
  const watched = { ISOTHERM_METRICS: '127.0.0.1:0' }
  const start = (environment: Readonly<Record<string, string>>) =>
    startIsotherm(emulator.origin, catalogFile, cacheBytes, environment)
  const servers = {
    nothing: resources.use(await start(quiet)),
    log: resources.use(await start({})),
    metrics: resources.use(await start(watched)),
    key: resources.use(await start({ ...watched, ISOTHERM_ACCESS: accessFile })),
    token: resources.use(await start({ ...watched, ISOTHERM_ACCESS: accessFile })),
  }
  let first = 1
  const run = async (side: keyof Sides, milliseconds: number): Promise<Side> => {
    const { origin, order } = servers[side]
    const worked = await order('processor-time', z.number())
    const { requests, seconds } = await asking.order('load', loadResult, {
      question: 'websites',
      asker: 'isotherm',
      origin,
      first,
      milliseconds,
      ...(different !== undefined && { different }),
      ...((side === 'key' || side === 'token') && { authorization: `Bearer ${credentials[side]}` }),
    })
    first += requests
    const processorTime = (await order('processor-time', z.number())) - worked
    return { requestsPerSecond: requests / seconds, processorTimePerRequest: processorTime / requests }
  }
  for (const side of sides) await run(side, 3 * pace.warmUpMilliseconds)
  const rounds: Record<keyof Sides, Side[]> = {
    nothing: [],
    log: [],
    metrics: [],
    key: [],
    token: [],
  }
  for (let round = 0; round < 3 * pace.rounds; round++) {
    // Each side is the first as often as the last: what the machine does beside it counts for all alike.
    for (const side of round % 2 === 0 ? sides : sides.toReversed())
      rounds[side].push(await run(side, pace.roundMilliseconds / 2))
  }
  const result = (side: keyof Sides): ComparedSide => ({
    requestsPerSecond: middle(rounds[side].map(one => one.requestsPerSecond)),
    processorTimePerRequest: middle(rounds[side].map(one => one.processorTimePerRequest)),
    more: middle(
      rounds[side].map(
        ({ processorTimePerRequest }, round) =>
          processorTimePerRequest / (rounds.nothing[round]?.processorTimePerRequest ?? Number.NaN) - 1,
      ),
    ),
  })
  return {
    nothing: result('nothing'),
    log: result('log'),
    metrics: result('metrics'),
    key: result('key'),
    token: result('token'),
  }
}

const titles = {
  nothing: 'neither log, metrics nor keys',
  log: 'with a line of the log for each',
  metrics: 'with metrics as well',
  key: 'with a key and its limits as well',
  token: 'with a token that is remembered in place of the key',
} as const

export function printOverhead({ asked, shared }: Overhead): string {
  return `20 rows of a website, by what tells of them and guards them\nasked upstream each time\n${rowsOf(asked)}\nshared responses of ${websiteCount} websites\n${rowsOf(shared)}\n`
}

function rowsOf(weighed: Sides): string {
  const rows = sides.map(side => {
    const { requestsPerSecond, processorTimePerRequest, more } = weighed[side]
    return `${titles[side]}: ${processorTimePerRequest.toFixed(3)} ms of processor each (${(100 * more).toFixed(1)} % more), ${requestsPerSecond.toFixed(0)} requests/s`
  })
  return rows.join('\n')
}

/** One caller and one issuer, whose limits no load of the bench reaches. */
function accessOf(line: string, jwks: string): string {
  return `accounts:
  - id: bench
callers:
  - id: bench
    keys: ['${line}']
    accounts: [bench]
    scopes: [pages:read]
    limits: &limits { requestsPerMinute: 1000000, costPerMinute: 1000000000, upstreamCallsPerHour: { zenovay: 1000000 } }
issuers:
  - { issuer: '${issuerName}', audience: isotherm, jwks: '${jwks}', algorithms: [ES256], limits: *limits }
`
}

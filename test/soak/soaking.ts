import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { startSandbox } from '../../src/sandbox.ts'
import { message } from '../bench/orders.ts'
import { failNowAndThen, one } from './faults.ts'
import { type Reading, reading } from './flatness.ts'
import { mix } from './requests.ts'

export interface Soaked {
  readonly readings: readonly Reading[]
  /** How many requests were sent. */
  readonly requests: number
}

/** At this pace one core is not busy all the time, so that nothing piles up that is no leak. */
const requestsPerSecond = 25
const mostUnderWay = 50
/** Readings are taken in quiet moments: what is under way is no leak. */
const betweenReadings = 5_000

/** Soaks an Isotherm of its own for that long. Rejects with the first response that is no sound one. */
export async function soak(milliseconds: number, onReading = (_reading: Reading) => {}): Promise<Soaked> {
  await using resources = new AsyncDisposableStack()
  const sandbox = resources.use(await startSandbox())
  const isotherm = await startIsotherm(sandbox.environment())
  resources.defer(() => isotherm.end())
  const readings: Reading[] = []
  const problems: unknown[] = []
  let requests = 0
  const end = Date.now() + milliseconds
  while (Date.now() < end && problems.length === 0) {
    const underWay = new Set<Promise<void>>()
    {
      using _faults = failNowAndThen(sandbox)
      const pause = Math.min(Date.now() + betweenReadings, end)
      while (Date.now() < pause) {
        if (underWay.size < mostUnderWay) {
          requests++
          const sent = one(mix)(isotherm.origin).catch(problem => void problems.push(problem))
          underWay.add(sent)
          void sent.finally(() => underWay.delete(sent))
        }
        await sleep(1000 / requestsPerSecond)
      }
    }
    await Promise.all(underWay)
    const read = await isotherm.read()
    readings.push(read)
    onReading(read)
  }
  if (problems.length > 0) throw problems[0]
  return { readings, requests }
}

async function startIsotherm(environment: Readonly<Record<string, string>>) {
  const child = fork(join(import.meta.dirname, '../../src/main.ts'), [], {
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      ISOTHERM_SANDBOX: 'off',
      ISOTHERM_UPSTREAM_TIMEOUT_MS: '1000',
      // Caches are full within the first readings.
      ISOTHERM_CACHE_BYTES: '4000000',
      ISOTHERM_IMAGE_CACHE_BYTES: '4000000',
      ...environment,
    },
    execArgv: ['--expose-gc', '--import', join(import.meta.dirname, 'reading.ts')],
    stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
  })
  const closed = once(child, 'close')
  const ended = closed.then((): never => {
    throw new Error('Isotherm ended by itself.')
  })
  ended.catch(() => undefined)
  if (!child.stdout) throw new TypeError('A server has a standard output.')
  const lines = createInterface(child.stdout)
  const said = new Promise<string>(announce => {
    lines.on('line', line => {
      const origin = /listens on (http:\/\/[^/]+)/.exec(line)?.[1]
      if (origin) announce(origin)
    })
  })
  const origin = await Promise.race([said, ended])
  return {
    origin,
    async read(): Promise<Reading> {
      const received = once(child, 'message')
      child.send({ order: 'reading' })
      const [answer] = await Promise.race([received, ended])
      return reading.parse(message.parse(answer).value)
    },
    async end(): Promise<void> {
      child.kill()
      await closed
    },
  }
}

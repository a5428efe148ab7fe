import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startSandbox } from '../../src/sandbox.ts'
import { startServer } from '../bench/process.ts'
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
  const isotherm = resources.use(
    await startServer('../../src/main.ts', {
      environment: {
        PORT: '0',
        ISOTHERM_SANDBOX: 'off',
        ISOTHERM_UPSTREAM_TIMEOUT_MS: '1000',
        // Caches are full within the first readings.
        ISOTHERM_CACHE_BYTES: '4000000',
        ISOTHERM_IMAGE_CACHE_BYTES: '4000000',
        ...sandbox.environment(),
      },
      options: ['--expose-gc', '--import', join(import.meta.dirname, 'reading.ts')],
      isMute: true,
    }),
  )
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
    const read = await isotherm.order('reading', reading)
    readings.push(read)
    onReading(read)
  }
  if (problems.length > 0) throw problems[0]
  return { readings, requests }
}

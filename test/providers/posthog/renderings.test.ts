import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Screenshot } from '../../../src/providers/posthog/client.ts'
import { Renderings } from '../../../src/providers/posthog/renderings.ts'
import { UpstreamError } from '../../../src/upstream/error.ts'
import { failureOf } from '../../support/wiring.ts'

const heatmap = Object.create(null)
const rendering: Screenshot = { state: 'RENDERING', retryAfterSeconds: null, heatmap }
const ready: Screenshot = { state: 'READY', contentType: 'image/jpeg', width: 1024 }

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('two hundred who wait for an image that takes thirty seconds ask as often as one', async () => {
  const looksOf = async (viewers: number) => {
    const vendor = renders({ readyAfter: 30_000 })
    const waiting = Array.from({ length: viewers }, () => vendor.wait())
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await Promise.all(waiting)).toEqual(waiting.map(() => ready))
    return vendor.looks
  }
  const alone = await looksOf(1)
  expect(alone).toEqual([0, 2000, 5000, 9500, 16_250, 26_250, 36_250])
  expect(await looksOf(200)).toEqual(alone)
})

test('a hundred images are waited for at once, by a thousand, and more are told to come again', async () => {
  const looks = new Map<string, number>()
  const renderings = new Renderings<string>({
    nameOf: name => name,
    perHour: 1200,
    async look(name) {
      looks.set(name, (looks.get(name) ?? 0) + 1)
      return rendering
    },
  })
  const controller = new AbortController()
  const wait = (image: number) => renderings.settled(`${image}`, controller.signal)
  const waiting = Array.from({ length: 1000 }, (_, index) => wait(index % 100).catch(() => 'left'))
  const tooMany = { code: 'UPSTREAM_RATE_LIMITED', retryable: true, retryAfterSeconds: 60 }
  expect(await failureOf(wait(3))).toMatchObject(tooMany)
  controller.abort()
  expect(new Set(await Promise.all(waiting))).toEqual(new Set(['left']))
  const others = new AbortController()
  const again = Array.from({ length: 100 }, (_, index) =>
    renderings.settled(`again ${index}`, others.signal).catch(() => 'left'),
  )
  expect(await failureOf(renderings.settled('one more', others.signal))).toMatchObject(tooMany)
  others.abort()
  await Promise.all(again)
  expect(await timersLeft()).toBe(0)
})

test('whoever comes and goes, looks are never nearer than two seconds, and everyone who stays learns the end', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(60_000),
      fc.array(fc.record({ comes: fc.nat(40_000), stays: fc.nat(120_000) }), { minLength: 1, maxLength: 8 }),
      async (readyAfter, viewers) => {
        const vendor = renders({ readyAfter })
        const outcomes = viewers.map(async ({ comes, stays }) => {
          await new Promise(resolve => setTimeout(resolve, comes))
          const controller = new AbortController()
          setTimeout(() => controller.abort(), stays)
          return vendor.wait(controller.signal).catch(error => error)
        })
        await vi.advanceTimersByTimeAsync(200_000)
        const { looks } = vendor
        for (const [index, look] of looks.entries())
          if (index > 0 && (looks[index - 1] ?? 0) < readyAfter)
            expect(look - (looks[index - 1] ?? 0)).toBeGreaterThanOrEqual(2000)
        for (const [index, outcome] of (await Promise.all(outcomes)).entries()) {
          const { comes = 0, stays = 0 } = viewers[index] ?? {}
          if (comes + stays > readyAfter + 10_000 && stays > 10_000) expect(outcome).toEqual(ready)
          else if (outcome instanceof Error) expect(outcome).toBeInstanceOf(UpstreamError)
        }
        expect(await timersLeft()).toBe(0)
      },
    ),
    { numRuns: 50 },
  )
})

test('once nobody waits any more the vendor is left alone', async () => {
  const vendor = renders({ readyAfter: 60_000 })
  const [one, other] = [new AbortController(), new AbortController()]
  const waiting = [vendor.wait(one.signal), vendor.wait(other.signal)].map(failureOf)
  await vi.advanceTimersByTimeAsync(6000)
  one.abort()
  await vi.advanceTimersByTimeAsync(4000)
  expect(vendor.looks).toEqual([0, 2000, 5000, 9500])
  other.abort()
  await Promise.all(waiting)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(vendor.looks).toHaveLength(4)
  expect(await timersLeft()).toBe(0)
})

test('a wait that the vendor names is kept', async () => {
  const vendor = renders({ readyAfter: 10_000, retryAfterSeconds: 7 })
  const waiting = vendor.wait()
  await vi.advanceTimersByTimeAsync(30_000)
  expect(await waiting).toEqual(ready)
  expect(vendor.looks).toEqual([0, 7000, 14_000])
})

test('a limit of the vendor is waited for, and an outage is stood through', async () => {
  const limited = new UpstreamError('posthog', 'UPSTREAM_RATE_LIMITED', 'Too often.', {
    retryAfterSeconds: 40,
  })
  const down = new UpstreamError('posthog', 'UPSTREAM_UNAVAILABLE', 'Down.')
  const vendor = renders({ readyAfter: 3000, failures: [limited, down] })
  const waiting = vendor.wait()
  await vi.advanceTimersByTimeAsync(120_000)
  expect(await waiting).toEqual(ready)
  expect(vendor.looks).toEqual([0, 40_000, 50_000])
})

test('a failure for good ends the wait at once', async () => {
  const forbidden = new UpstreamError('posthog', 'UPSTREAM_FORBIDDEN', 'No.')
  const vendor = renders({ readyAfter: 3000, failures: [forbidden] })
  const failure = failureOf(vendor.wait())
  await vi.advanceTimersByTimeAsync(0)
  expect(await failure).toBe(forbidden)
  expect(await timersLeft()).toBe(0)
})

test('however many are waited for, they leave half of the hour to others', async () => {
  let looks = 0
  const renderings: Renderings<number> = new Renderings({
    nameOf: String,
    perHour: 120,
    async look(key) {
      looks++
      return renderings.saw(key, rendering)
    },
  })
  const waiting = Array.from({ length: 10 }, (_, key) =>
    failureOf(renderings.settled(key, AbortSignal.timeout(3_600_000))),
  )
  await vi.advanceTimersByTimeAsync(14 * 60_000)
  // Five quick ones each, and then one a minute for all of them.
  expect(looks).toBeGreaterThan(50)
  expect(looks).toBeLessThanOrEqual(50 + 14)
  await vi.advanceTimersByTimeAsync(10 * 60_000)
  await Promise.all(waiting)
})

test('whoever waits until a limit no longer fits is told of the limit', async () => {
  const limited = new UpstreamError('posthog', 'UPSTREAM_RATE_LIMITED', 'Too often.', {
    retryAfterSeconds: 3000,
  })
  const vendor = renders({ readyAfter: 3000, failures: [limited] })
  const failure = failureOf(vendor.wait())
  await vi.advanceTimersByTimeAsync(0)
  expect(await failure).toBe(limited)
})

test('an image that the vendor never finishes is late after a quarter of an hour', async () => {
  const vendor = renders({ readyAfter: Number.POSITIVE_INFINITY })
  const failure = failureOf(vendor.wait())
  await vi.advanceTimersByTimeAsync(15 * 60_000)
  expect(await failure).toMatchObject({ code: 'UPSTREAM_TIMEOUT', provider: 'posthog' })
  expect(vendor.looks.length).toBeLessThan(100)
})

test('what was seen a moment ago is known, with the time to ask again', async () => {
  const vendor = renders({ readyAfter: 60_000 })
  expect(vendor.renderings.known('a')).toBeUndefined()
  expect(vendor.renderings.saw('a', rendering)).toMatchObject({ state: 'RENDERING', retryAfterSeconds: 2 })
  await vi.advanceTimersByTimeAsync(500)
  expect(vendor.renderings.known('a')).toMatchObject({ retryAfterSeconds: 2 })
  expect(vendor.renderings.known('b')).toBeUndefined()
  await vi.advanceTimersByTimeAsync(1500)
  expect(vendor.renderings.known('a')).toBeUndefined()
  expect(vendor.renderings.saw('a', rendering)).toMatchObject({ retryAfterSeconds: 3 })
  expect(vendor.renderings.saw('a', ready)).toEqual(ready)
  expect(vendor.renderings.known('a')).toBeUndefined()
})

/** The timers that start again and again: one of another file in this process may begin meanwhile, and ends. */
async function timersLeft(): Promise<number> {
  await vi.advanceTimersByTimeAsync(3_600_000)
  return vi.getTimerCount()
}

/** A vendor that draws one image from now on. */
function renders({
  readyAfter,
  retryAfterSeconds = null,
  failures = [],
}: {
  readonly readyAfter: number
  readonly retryAfterSeconds?: number | null
  readonly failures?: readonly Error[]
}) {
  const start = Date.now()
  const looks: number[] = []
  const renderings: Renderings<string> = new Renderings({
    nameOf: key => key,
    perHour: 1200,
    async look(key) {
      const failure = failures[looks.length]
      looks.push(Date.now() - start)
      if (failure) throw failure
      const isReady = Date.now() - start >= readyAfter
      return renderings.saw(key, isReady ? ready : { ...rendering, retryAfterSeconds })
    },
  })
  const wait = (signal = new AbortController().signal) => renderings.settled('a', signal)
  return { looks, renderings, wait }
}

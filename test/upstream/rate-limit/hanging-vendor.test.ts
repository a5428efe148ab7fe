import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { UpstreamError, type UpstreamErrorCode } from '../../../src/upstream/error.ts'
import { openLocalCallCounter } from '../../../src/upstream/rate-limit/call-counter.ts'
import { type FairSemaphore, openFairSemaphore } from '../../../src/upstream/rate-limit/fair-semaphore.ts'
import { systemClock } from '../../../src/upstream/rate-limit/quota-period.ts'
import { openRateLimiter } from '../../../src/upstream/rate-limit/rate-limiter.ts'
import { failureOf } from '../../support/wiring.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const deadline = 3_000
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds)
const start = () => ({ signal: new AbortController().signal })

/** A rate limiter, and how its calls end: each takes some time, at most the deadline. */
function open({
  concurrency = 8,
  commonSemaphore,
  maximumWaiting = 10_000,
}: {
  readonly concurrency?: number
  readonly commonSemaphore?: FairSemaphore
  readonly maximumWaiting?: number
} = {}) {
  const limiter = openRateLimiter('datadog', {
    semaphore: openFairSemaphore('datadog', concurrency, { deadlineMilliseconds: deadline, maximumWaiting }),
    commonSemaphore,
    counter: openLocalCallCounter({}, systemClock),
    patienceMilliseconds: deadline,
  })
  let made = 0
  return {
    limiter,
    get made() {
      return made
    },
    /** Makes one call of that duration; returns when and how it ended. A call that hangs ends at its deadline. */
    async call(milliseconds: number, code?: UpstreamErrorCode, callContext = start()) {
      const asked = performance.now()
      const end = (outcome: string) => ({ outcome, after: performance.now() - asked })
      return limiter
        .spend(callContext, async () => {
          made++
          await new Promise(resolve => setTimeout(resolve, Math.min(milliseconds, deadline)))
          const failure = milliseconds >= deadline ? 'UPSTREAM_TIMEOUT' : code
          if (failure) throw new UpstreamError('datadog', failure, 'no')
        })
        .then(
          () => end('done'),
          error => end(error.code),
        )
    },
    [Symbol.dispose]: () => limiter[Symbol.dispose](),
  }
}

test('with a vendor that hangs every call fails within two deadlines', async () => {
  using vendor = open()
  const asked = []
  for (let count = 0; count < 500; count++) {
    asked.push(vendor.call(Number.POSITIVE_INFINITY))
    await pass(20)
  }
  await pass(2 * deadline)
  const ends = await Promise.all(asked)
  expect(new Set(ends.map(({ outcome }) => outcome))).toEqual(new Set(['UPSTREAM_TIMEOUT']))
  expect(Math.max(...ends.map(({ after }) => after))).toBeLessThanOrEqual(2 * deadline)
  // Eight at a time while calls come.
  expect(vendor.made).toBeLessThanOrEqual(8 * 5)
})

test('while calls succeed a fleet waits for its turns without a bound', async () => {
  using vendor = open()
  const asked = Array.from({ length: 4_740 }, () => vendor.call(100))
  await pass((4_740 / 8 + 1) * 100)
  const ends = await Promise.all(asked)
  expect(ends.every(({ outcome }) => outcome === 'done')).toBe(true)
  expect(Math.max(...ends.map(({ after }) => after))).toBeGreaterThan(10 * deadline)
})

const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ pass: fc.integer({ min: 1, max: 60 }) }) },
    fc.constantFrom('wait' as const, 'succeed' as const, 'fail' as const, 'refuse' as const),
    fc.record({ leave: fc.nat(5) }),
  ),
  { maxLength: 40 },
)

test('a wait ends exactly when no call has succeeded for one deadline of it', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async steps => {
      using semaphore = openFairSemaphore('datadog', 1, { deadlineMilliseconds: 100 })
      await semaphore.take(start())
      const began = performance.now()
      const now = () => performance.now() - began
      const waits: { since: number; end: AbortController; endedAt?: number; expectedAt?: number }[] = []
      let succeededAt = Number.NEGATIVE_INFINITY
      const expectEnds = (until: number) => {
        for (const wait of waits) {
          const at = Math.max(wait.since, succeededAt) + 100
          if (at <= until) wait.expectedAt ??= at
        }
      }
      for (const step of steps) {
        if (step === 'wait') {
          const wait: (typeof waits)[number] = { since: now(), end: new AbortController() }
          waits.push(wait)
          void failureOf(semaphore.take(wait.end)).then(() => {
            wait.endedAt = now()
          })
        } else if (step === 'succeed') {
          semaphore.note()
          succeededAt = now()
        } else if (step === 'refuse') {
          semaphore.note(new UpstreamError('datadog', 'UPSTREAM_NOT_FOUND', 'no'))
          succeededAt = now()
        } else if (step === 'fail') semaphore.note(new UpstreamError('datadog', 'UPSTREAM_TIMEOUT', 'no'))
        else if ('pass' in step) {
          await pass(step.pass)
          expectEnds(now())
        } else {
          const wait = waits[step.leave]
          if (wait) wait.expectedAt ??= now()
          wait?.end.abort()
          await pass(0)
        }
      }
      for (const { endedAt, expectedAt } of waits) {
        if (expectedAt === undefined) expect(endedAt).toBeUndefined()
        else {
          expect(endedAt).toBeGreaterThanOrEqual(expectedAt)
          expect(endedAt).toBeLessThanOrEqual(expectedAt + 2)
        }
      }
    }),
    { numRuns: 200 },
  )
})

test.each<[string, UpstreamErrorCode | undefined, string]>([
  ['hangs', undefined, 'UPSTREAM_TIMEOUT'],
  ['fails each call', 'UPSTREAM_UNAVAILABLE', 'UPSTREAM_UNAVAILABLE'],
  ['limits each call', 'UPSTREAM_RATE_LIMITED', 'UPSTREAM_RATE_LIMITED'],
])('with a vendor that %s slowly waiting calls fail as the others did', async (_, code, expected) => {
  using vendor = open({ concurrency: 1 })
  const asked = [1, 2, 3, 4].map(() => vendor.call(code ? deadline - 100 : deadline, code))
  await pass(2 * deadline)
  expect(await Promise.all(asked)).toMatchObject(asked.map(() => ({ outcome: expected })))
  expect(vendor.made).toBeLessThanOrEqual(2)
  const error = await failureOf(waitInVain(code))
  expect(error).toMatchObject({
    code: expected,
    retryable: true,
    message: 'No call to datadog has succeeded for 3 s, so this one was not made.',
  })
})

async function waitInVain(code: UpstreamErrorCode | undefined): Promise<unknown> {
  using semaphore = openFairSemaphore('datadog', 0, { deadlineMilliseconds: deadline })
  if (code) semaphore.note(new UpstreamError('datadog', code, 'no'))
  const waiting = semaphore.take(start())
  await Promise.race([pass(deadline), waiting])
  return waiting
}

test('a refusal is a sign of life: calls behind others go on waiting', async () => {
  using vendor = open({ concurrency: 1 })
  const asked = [1, 2, 3, 4, 5].map(() => vendor.call(2_000, 'UPSTREAM_NOT_FOUND'))
  await pass(10_000)
  expect(await Promise.all(asked)).toMatchObject(asked.map(() => ({ outcome: 'UPSTREAM_NOT_FOUND' })))
})

test('after an idle time a call waits a whole deadline, however long ago the last one succeeded', async () => {
  using vendor = open({ concurrency: 1 })
  const first = vendor.call(10)
  await pass(100 * deadline)
  expect((await first).outcome).toBe('done')
  const asked = [vendor.call(2_900), vendor.call(10)]
  await pass(2_999)
  expect(await Promise.all(asked)).toMatchObject([{ outcome: 'done' }, { outcome: 'done' }])
})

test('aborted calls do not mean that the vendor is down', async () => {
  using vendor = open({ concurrency: 1 })
  const scope = new AbortController()
  const left = vendor.call(2_900, 'UPSTREAM_UNAVAILABLE', scope)
  const waiting = vendor.call(deadline)
  const last = vendor.call(10)
  scope.abort()
  await pass(2 * deadline)
  expect((await left).outcome).toBe('UPSTREAM_UNAVAILABLE')
  for (const { outcome, after } of await Promise.all([waiting, last])) {
    expect(outcome).toBe('UPSTREAM_TIMEOUT')
    expect(after).toBeLessThanOrEqual(2 * deadline)
  }
})

test('an operation that hangs fails although another succeeds, which waits for at most one deadline', async () => {
  const commonSemaphore = openFairSemaphore('datadog', 8, { deadlineMilliseconds: deadline })
  using lists = open({ commonSemaphore })
  using changes = open({ commonSemaphore })
  const asked = []
  const changed = []
  for (let count = 0; count < 20; count++) {
    for (let each = 0; each < 50; each++) asked.push(lists.call(Number.POSITIVE_INFINITY))
    await pass(500)
    changed.push(changes.call(10))
    await pass(500)
  }
  await pass(2 * deadline)
  for (const { outcome, after } of await Promise.all(asked)) {
    expect(outcome).toBe('UPSTREAM_TIMEOUT')
    // And the turn of a mutation that came before it.
    expect(after).toBeLessThanOrEqual(2 * deadline + 10)
  }
  for (const { outcome, after } of await Promise.all(changed)) {
    expect(outcome).toBe('done')
    expect(after).toBeLessThanOrEqual(deadline + 10)
  }
})

test('calls beyond the queue are refused at once as retryable; an aborted call makes room', async () => {
  using semaphore = openFairSemaphore('datadog', 1, { maximumWaiting: 2 })
  const held = await semaphore.take(start())
  const leaving = new AbortController()
  const left = failureOf(semaphore.take(leaving))
  const waiting = semaphore.take(start())
  const refusal = { code: 'UPSTREAM_RATE_LIMITED', retryable: true }
  const message = '2 calls to datadog wait for their turn already: ask again later.'
  expect(await failureOf(semaphore.take(start()))).toMatchObject({ ...refusal, message })
  leaving.abort()
  await left
  const second = semaphore.take(start())
  expect(await failureOf(semaphore.take(start()))).toMatchObject(refusal)
  // Had a permit before, and waits for one again.
  const back = semaphore.take(start(), { isReturning: true })
  held[Symbol.dispose]()
  for (const served of [back, waiting, second]) (await served)[Symbol.dispose]()
})

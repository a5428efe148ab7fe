import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CallerLimits } from '../../../src/server/limits/caller-limits.ts'
import { UpstreamError, type UpstreamErrorCode } from '../../../src/upstream/error.ts'
import { type Allowance, openLocalCallCounter } from '../../../src/upstream/rate-limit/call-counter.ts'
import { openCallCounters } from '../../../src/upstream/rate-limit/call-counters.ts'
import { type FairSemaphore, openFairSemaphore } from '../../../src/upstream/rate-limit/fair-semaphore.ts'
import { type Clock, systemClock } from '../../../src/upstream/rate-limit/quota-period.ts'
import { openRateLimiter, type RateLimiter } from '../../../src/upstream/rate-limit/rate-limiter.ts'
import { failureOf } from '../../support/wiring.ts'
import { handClock } from './clock.ts'

const callContext = { signal: new AbortController().signal }
const answer = async () => 'answer'

/** With a clock that stands still by default. */
function open(
  allowance: Allowance,
  {
    semaphore = openFairSemaphore('zenovay', 8),
    clock = handClock(),
    commonSemaphore,
    patience = 10_000,
  }: {
    readonly semaphore?: FairSemaphore
    readonly clock?: Clock
    readonly commonSemaphore?: FairSemaphore
    readonly patience?: number
  } = {},
) {
  return openRateLimiter('zenovay', {
    semaphore,
    commonSemaphore,
    counter: openLocalCallCounter(allowance, clock),
    patienceMilliseconds: patience,
    clock,
  })
}

test('a call waits for its turn if the wait is not too long', async () => {
  const clock = handClock()
  using limiter = open({ windows: [{ calls: 2, milliseconds: 50 }] }, { clock })
  let made = 0
  const spent = [1, 2, 3, 4, 5].map(() => limiter.spend(callContext, async () => made++))
  for (const count of [2, 4, 5]) {
    await spent[count - 1]
    expect(made).toBe(count)
    clock.move(50)
  }
})

test('a timer that fires early neither ends a wait nor shortens what a call may wait', async () => {
  const clock = handClock()
  using limiter = open({ windows: [{ calls: 1, milliseconds: 40 }] }, { clock, patience: 50 })
  using real = open({ windows: [{ calls: 1, milliseconds: 100 }] }, { clock: systemClock })
  await limiter.spend(callContext, answer)
  const second = limiter.spend(callContext, answer)
  for (const _ of [1, 2]) await real.spend(callContext, answer)
  clock.move(40)
  expect(await second).toBe('answer')
})

test('a call whose turn does not come is not charged to its caller', async () => {
  using limits = new CallerLimits(openCallCounters())
  const caller = { id: 'small', scopes: new Set<never>(), limits: { upstreamCallsPerHour: { zenovay: 2 } } }
  const charge = limits.chargeOf(caller, 'zenovay')
  const charged = { ...callContext, charge }
  using full = open({ windows: [{ calls: 1, milliseconds: 20_500 }] })
  using free = open({})
  expect(await full.spend(charged, answer)).toBe('answer')
  expect(await failureOf(full.spend(charged, answer))).toMatchObject({ code: 'UPSTREAM_RATE_LIMITED' })
  expect(await free.spend(charged, answer)).toBe('answer')
  expect(await failureOf(free.spend(charged, answer))).toMatchObject({ code: 'RATE_LIMITED' })
})

test('a wait that is too long is an error at once, without a call', async () => {
  using limiter = open({ windows: [{ calls: 1, milliseconds: 20_500 }] })
  expect(await limiter.spend(callContext, answer)).toBe('answer')
  let calls = 0
  const failure = await failureOf(limiter.spend(callContext, async () => ++calls))
  expect(failure).toMatchObject({
    code: 'UPSTREAM_RATE_LIMITED',
    message: 'The limits of zenovay allow no call now.',
    retryable: true,
    retryAfterSeconds: 21,
    upstreamStatus: undefined,
  })
  expect(calls).toBe(0)
})

test('a month that is used up is UPSTREAM_QUOTA_EXHAUSTED', async () => {
  using limiter = open({ period: { limit: 1, length: 'month' } })
  expect(limiter.quotaLeft).toBe(1)
  await limiter.spend(callContext, answer)
  expect(limiter.quotaLeft).toBe(0)
  const failure = await failureOf(limiter.spend(callContext, answer))
  expect(failure).toMatchObject({ code: 'UPSTREAM_QUOTA_EXHAUSTED', retryable: false })
  expect(failure.retryAfterSeconds).toBeGreaterThan(0)
})

test.each<[UpstreamErrorCode]>([['UPSTREAM_RATE_LIMITED'], ['UPSTREAM_QUOTA_EXHAUSTED']])(
  'after an %s that names a wait nothing is asked before it is over, by those either who wait already',
  async code => {
    using limiter = open(
      { period: { limit: 9, length: 'month' } },
      { semaphore: openFairSemaphore('zenovay', 1) },
    )
    const refused = new UpstreamError('zenovay', code, 'no', { retryAfterSeconds: 30 })
    let calls = 0
    const spend = () =>
      limiter.spend(callContext, async () => {
        calls++
        throw refused
      })
    const failures = await Promise.all([spend(), spend(), spend()].map(failureOf))
    expect(failures[0]).toBe(refused)
    for (const failure of failures) expect(failure).toMatchObject({ code, retryAfterSeconds: 30 })
    expect(calls).toBe(1)
  },
)

test('a failure that is not of the limits blocks no call', async () => {
  using limiter = open({})
  const gone = new UpstreamError('zenovay', 'UPSTREAM_UNAVAILABLE', 'no', { retryAfterSeconds: 60 })
  expect(await failureOf(limiter.spend(callContext, () => Promise.reject(gone)))).toBe(gone)
  expect(await limiter.spend(callContext, answer)).toBe('answer')
})

test('a vendor that names no wait is left alone for longer each time, up to a minute, until it answers', async () => {
  const clock = handClock()
  using limiter = open({}, { clock, patience: 0 })
  const refused = new UpstreamError('zenovay', 'UPSTREAM_RATE_LIMITED', 'no')
  const waitAfter = async (calls: number) => {
    const { promise: sent, reject } = Promise.withResolvers<never>()
    const spent = Array.from({ length: calls }, () => failureOf(limiter.spend(callContext, () => sent)))
    await new Promise(setImmediate)
    reject(refused)
    expect(new Set(await Promise.all(spent))).toEqual(new Set([refused]))
    const { retryAfterSeconds = 0 } = await failureOf(limiter.spend(callContext, answer))
    clock.move(retryAfterSeconds * 1000)
    return retryAfterSeconds
  }
  const waits: number[] = []
  for (const calls of [1, 3, 1, 2, 1, 1, 1, 8]) waits.push(await waitAfter(calls))
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60])
  expect(await limiter.spend(callContext, answer)).toBe('answer')
  expect(await waitAfter(2)).toBe(1)
  // An answer as well, though it is no success.
  const unknown = new UpstreamError('zenovay', 'UPSTREAM_NOT_FOUND', 'no', { upstreamStatus: 404 })
  expect(await failureOf(limiter.spend(callContext, () => Promise.reject(unknown)))).toBe(unknown)
  expect(await waitAfter(1)).toBe(1)
})

test('a wait of nothing is none', async () => {
  using limiter = open({}, { patience: 0 })
  const refused = new UpstreamError('datadog', 'UPSTREAM_RATE_LIMITED', 'no', { retryAfterSeconds: 0 })
  expect(await failureOf(limiter.spend(callContext, () => Promise.reject(refused)))).toBe(refused)
  expect(await failureOf(limiter.spend(callContext, answer))).toMatchObject({ retryAfterSeconds: 1 })
})

test.each([undefined, 3600])(
  'a refusal of the token holds back no call that has one: a wait of %s',
  async wait => {
    using limiter = open({}, { patience: 0 })
    const details = { isOfToken: true, retryAfterSeconds: wait }
    const refused = new UpstreamError('analytiks', 'UPSTREAM_RATE_LIMITED', 'no', details)
    expect(await failureOf(limiter.spend(callContext, () => Promise.reject(refused)))).toBe(refused)
    expect(await limiter.spend(callContext, answer)).toBe('answer')
  },
)

test.each([
  ['UPSTREAM_RATE_LIMITED', 1],
  ['UPSTREAM_QUOTA_EXHAUSTED', 31],
] as const)('the wait of an %s counts for %i days at most', async (code, days) => {
  using limiter = open({ period: { limit: 9, length: 'month' } })
  const refused = new UpstreamError('zenovay', code, 'no', { retryAfterSeconds: 9e8 })
  await failureOf(limiter.spend(callContext, () => Promise.reject(refused)))
  expect(await failureOf(limiter.spend(callContext, answer))).toMatchObject({
    code,
    retryAfterSeconds: days * 86_400,
  })
})

test('a deadline that passes during a wait for the limits is an error of the limits', async () => {
  using limiter = open({ windows: [{ calls: 1, milliseconds: 5_000 }] })
  await limiter.spend(callContext, answer)
  const failure = await failureOf(limiter.spend({ signal: AbortSignal.timeout(20) }, answer))
  expect(failure).toMatchObject({ code: 'UPSTREAM_RATE_LIMITED', retryAfterSeconds: 5 })
})

test('a call behind one that waits for a limit gets the error of the limit, after one deadline', async () => {
  const clock = handClock()
  const semaphore = openFairSemaphore('zenovay', 1, { deadlineMilliseconds: 50, clock })
  using limiter = open({ windows: [{ calls: 1, milliseconds: 40 }] }, { semaphore, clock, patience: 50 })
  await limiter.spend(callContext, answer)
  clock.move(1)
  const { promise: end, resolve } = Promise.withResolvers<void>()
  const second = limiter.spend(callContext, () => end)
  const third = failureOf(limiter.spend(callContext, answer))
  await new Promise(setImmediate)
  clock.move(50)
  expect(await third).toMatchObject({ code: 'UPSTREAM_RATE_LIMITED', retryable: true, retryAfterSeconds: 1 })
  resolve()
  await second
})

test.each([
  ['as long as a call may take where calls succeed', undefined, 'answer'],
  ['no longer than is left of that where none does', 'UPSTREAM_TIMEOUT', 'UPSTREAM_RATE_LIMITED'],
] as const)('a call that has waited for a turn waits for a limit %s', async (_, code, expected) => {
  const clock = handClock()
  const semaphore = openFairSemaphore('zenovay', 1, { deadlineMilliseconds: 1_000, clock })
  using limiter = open({}, { clock, semaphore, patience: 1_000 })
  const { promise: ended, resolve: end } = Promise.withResolvers<void>()
  const first = limiter.spend(callContext, async () => {
    await ended
    limiter.learn({ waitMilliseconds: 50 })
    if (code) throw new UpstreamError('zenovay', code, 'no')
  })
  const second = limiter.spend(callContext, answer).catch(error => error.code)
  clock.move(970)
  end()
  await first.catch(() => undefined)
  await new Promise(setImmediate)
  clock.move(50)
  expect(await second).toBe(expected)
})

test('an aborted call stops waiting, and closing ends every wait', async () => {
  const limiter = open({ windows: [{ calls: 1, milliseconds: 5_000 }] })
  await limiter.spend(callContext, answer)
  const scope = new AbortController()
  const left = failureOf(limiter.spend({ signal: scope.signal }, answer))
  const closed = failureOf(limiter.spend(callContext, answer))
  const reason = new Error('gone')
  scope.abort(reason)
  expect(await left).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', cause: reason })
  limiter[Symbol.dispose]()
  expect(await closed).toMatchObject({ message: 'The connection to zenovay was closed.' })
})

test('a permit is released however the call ends', async () => {
  using limiter = open({}, { semaphore: openFairSemaphore('zenovay', 1) })
  await Promise.allSettled(
    [1, 2, 3].map(() => limiter.spend(callContext, () => Promise.reject(new Error('no')))),
  )
  expect(await limiter.spend(callContext, answer)).toBe('answer')
})

const slow: Allowance = { windows: [{ calls: 1, milliseconds: 150 }] }

test('a wait for the limits of one operation does not hold up another operation', async () => {
  const commonSemaphore = openFairSemaphore('zenovay', 1)
  const clock = handClock()
  using lists = open(slow, { commonSemaphore, clock })
  using changes = open({}, { commonSemaphore })
  const done: string[] = []
  const list = (name: string) => lists.spend(callContext, async () => done.push(name))
  await list('first')
  const [second, third] = [list('second'), list('third')]
  await new Promise(setImmediate)
  await changes.spend(callContext, async () => done.push('change'))
  expect(done).toEqual(['first', 'change'])
  clock.move(150)
  await second
  clock.move(150)
  await third
  expect(done).toEqual(['first', 'change', 'second', 'third'])
})

test('a call that has waited for the limits goes before later ones', async () => {
  const semaphore = openFairSemaphore('zenovay', 1)
  const back = Promise.withResolvers<void>()
  const commonSemaphore: FairSemaphore = {
    ...semaphore,
    take(callContext, wait) {
      if (wait?.isReturning) back.resolve()
      return semaphore.take(callContext, wait)
    },
  }
  using lists = open(slow, { commonSemaphore, clock: systemClock })
  using changes = open({}, { commonSemaphore })
  const done: string[] = []
  const list = (name: string) =>
    lists.spend({ signal: new AbortController().signal }, async () => done.push(name))
  await list('first')
  const second = list('second')
  await new Promise(setImmediate)
  const change = Promise.withResolvers<void>()
  const changed = changes.spend(callContext, () => change.promise)
  const third = list('third')
  await back.promise
  change.resolve()
  await Promise.all([second, third, changed])
  expect(done).toEqual(['first', 'second', 'third'])
})

test.each<[string, () => RateLimiter]>([
  ['its own permit', () => open({}, { semaphore: openFairSemaphore('zenovay', 1) })],
  ['the common permit', () => open({}, { commonSemaphore: openFairSemaphore('zenovay', 1) })],
])('a call that waits for %s holds no claim, also where it is sent again', async (_what, openLimiter) => {
  const end = Promise.withResolvers<void>()
  using limiter = openLimiter()
  const { claim, steps } = claiming()
  const first = limiter.spend(callContext, () => end.promise)
  const second = limiter.spend({ ...callContext, claim }, answer)
  const again = limiter.spend({ ...callContext, claim: claiming(steps).claim }, answer)
  await new Promise(setImmediate)
  expect(steps).toEqual([])
  end.resolve()
  await Promise.all([first, second, again])
  expect(steps).toEqual(['take', 'take'])

  const hold = Promise.withResolvers<void>()
  const other = limiter.spend(callContext, () => hold.promise)
  const repeated = limiter.spend({ ...callContext, claim }, answer)
  await new Promise(setImmediate)
  expect(steps).toEqual(['take', 'take', 'leave'])
  hold.resolve()
  await Promise.all([other, repeated])
  expect(steps).toEqual(['take', 'take', 'leave', 'take'])
})

test('a call that waits for a limit gives back its claim until its turn comes, and is not made if it is not had again', async () => {
  const clock = handClock()
  using limiter = open(slow, { clock })
  await limiter.spend(callContext, answer)
  const { claim, steps } = claiming()
  const waits = limiter.spend({ ...callContext, claim }, answer)
  await expect.poll(() => steps).toEqual(['take', 'leave'])
  clock.move(150)
  expect(await waits).toBe('answer')
  expect(steps).toEqual(['take', 'leave', 'take'])

  const lost = claiming()
  let calls = 0
  const elsewhere = failureOf(limiter.spend({ ...callContext, claim: lost.claim }, async () => ++calls))
  await expect.poll(() => lost.steps).toEqual(['take', 'leave'])
  lost.isElsewhere = true
  clock.move(150)
  expect(await elsewhere).toMatchObject({ message: 'elsewhere' })
  expect(calls).toBe(0)
})

/** A claim, and what is done with it. */
function claiming(steps: string[] = []) {
  let isHeld = false
  const claiming = {
    steps,
    isElsewhere: false,
    claim: {
      async take() {
        if (claiming.isElsewhere) throw new UpstreamError('zenovay', 'UPSTREAM_UNAVAILABLE', 'elsewhere')
        if (!isHeld) steps.push('take')
        isHeld = true
      },
      leave() {
        if (isHeld) steps.push('leave')
        isHeld = false
      },
    },
  }
  return claiming
}

test('operations together have no more calls under way than their common semaphore allows', async () => {
  const calls = fc.array(fc.record({ operation: fc.nat(2), who: fc.nat(3) }), { maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), calls, async (count, calls) => {
      using resources = new DisposableStack()
      const commonSemaphore = openFairSemaphore('zenovay', count)
      const limits: Allowance = { windows: [{ calls: 10, milliseconds: 5 }] }
      const limiters = [limits, {}, {}].map(limit =>
        resources.use(open(limit, { commonSemaphore, clock: systemClock })),
      )
      const requesters = Array.from({ length: 4 }, () => ({}))
      let [underWay, most, made] = [0, 0, 0]
      const spent = calls.map(({ operation, who }) =>
        limiters[operation]?.spend({ ...callContext, requester: requesters[who] ?? {} }, async () => {
          most = Math.max(most, ++underWay)
          await Promise.resolve()
          underWay--
          made++
        }),
      )
      await Promise.all(spent)
      expect([made, underWay]).toEqual([calls.length, 0])
      expect(most).toBeLessThanOrEqual(count)
    }),
    { numRuns: 40 },
  )
})

import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { openCache } from '../../../src/upstream/cache/cache.ts'
import { CallerLimited, UpstreamError } from '../../../src/upstream/error.ts'
import { openFairSemaphore } from '../../../src/upstream/rate-limit/fair-semaphore.ts'
import { DataSource } from '../../../src/upstream/source/data-source.ts'
import { callPerKey } from '../../../src/upstream/source/endpoint.ts'
import { openDataSource, scope } from './asking.ts'

afterEach(() => {
  vi.useRealTimers()
})

test('who asks afresh is not told what another finds kept at that moment, and shares a call that is under way', async () => {
  await using cache = openCache({ bytes: 1_000_000, namespace: 'one' })
  let count = 0
  let hold = Promise.resolve()
  const make = async () => {
    const number = ++count
    await hold
    return number
  }
  const answers = openDataSource(make, { cache, staleMilliseconds: 0 })
  expect(await answers.ask('what', scope())).toBe(1)
  expect(await answers.ask('what', scope())).toBe(1)
  const { promise, resolve } = Promise.withResolvers<void>()
  hold = promise
  const one = scope()
  const found = answers.ask('what', one)
  const fresh = answers.askAfresh('what', one)
  expect(await found).toBe(1)
  const shared = answers.askAfresh('what', scope())
  const later = answers.ask('what', scope())
  await new Promise(setImmediate)
  resolve()
  expect(await Promise.all([fresh, shared, later])).toEqual([2, 2, 2])
  expect(await answers.ask('what', scope())).toBe(2)
})

test('what is read in bulk is kept for those who asked with it, and for others not for long', async () => {
  await using cache = openCache({ bytes: 80_000, namespace: 'one' })
  let calls = 0
  const { promise: hold, resolve: answer } = Promise.withResolvers<void>()
  const answers = openDataSource(
    async () => {
      calls++
      await hold
      return 'x'.repeat(1000)
    },
    { cache, staleMilliseconds: 0 },
  )
  const bulk = scope('export', { isBulk: true })
  const [both, alone] = [answers.ask('both', bulk), answers.ask('alone', bulk)]
  await new Promise(resolve => setTimeout(resolve, 20))
  const joined = answers.ask('both', scope('page'))
  await new Promise(resolve => setTimeout(resolve, 20))
  answer()
  await Promise.all([both, alone, joined])
  expect(calls).toBe(2)
  for (let index = 0; index < 50; index++) await answers.ask(`${index}`, bulk)
  calls = 0
  await answers.ask('both', scope('page'))
  expect(calls).toBe(0)
  await answers.ask('alone', scope('page'))
  expect(calls).toBe(1)
})

test('a lease ends also where the answer cannot be stored', async () => {
  await using memory = openCache({ bytes: 1_000_000, namespace: 'one' })
  const ended: unknown[] = []
  const leases = { claim: async () => ({ isOwn: true as const, end: (told: unknown) => ended.push(told) }) }
  const set = () => Promise.reject(new Error('full'))
  const answers = openDataSource(async () => 1, { cache: { ...memory, set, leases }, staleMilliseconds: 0 })
  expect(await answers.ask('what', scope())).toBe(1)
  await expect.poll(() => ended).toEqual([[undefined]])
})

test('a limit of the caller that began a call fails nobody else, and the call is made for one of the others', async () => {
  const askers: (string | undefined)[] = []
  const limited = new CallerLimited('analytiks', 'UPSTREAM_RATE_LIMITED', 'used up')
  const source = new DataSource<string, number>(
    callPerKey({
      nameOf: key => key,
      plan: () => ({ route: 'GET /' }),
      async call(_key, { caller }) {
        askers.push(caller)
        await new Promise(setImmediate)
        if (caller === 'flood') throw limited
        return 7
      },
      ttlOf: () => 0,
      isValue: (cached): cached is number => typeof cached === 'number',
    }),
    undefined,
  )
  const callers = ['flood', 'one', 'flood', 'other']
  const results = await Promise.allSettled(callers.map(caller => source.ask('what', scope(caller))))
  const failed = { status: 'rejected', reason: limited }
  const given = { status: 'fulfilled', value: 7 }
  expect(results).toEqual([failed, given, failed, given])
  expect(askers).toEqual(['flood', 'one'])
  expect(await source.ask('what', scope('one'))).toBe(7)
})

const minute = 60_000

/** Minutes of age, and what was told then: answers are kept for ten minutes, and upstream is down from the first on. */
test.each([
  ['20', 20, ['fresh', 'stale', 'stale', 'down']],
  ['5', 5, ['fresh', 'down', 'down', 'down']],
  ['no', 0, ['fresh', 'down', 'down', 'down']],
])(
  'while upstream is down an answer past its time is told up to an age of %s minutes',
  async (_, minutes, expected) => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'], now: 0 })
    await using cache = openCache({ bytes: 1_000_000, namespace: 'one' })
    let isDown = false
    const make = async () => {
      if (isDown) throw new UpstreamError('analytiks', 'UPSTREAM_UNAVAILABLE', 'down')
      return 1
    }
    const answers = openDataSource(make, { cache, staleMilliseconds: minutes * minute })
    await answers.ask('what', scope())
    isDown = true
    const told: string[] = []
    for (const age of [9.99, 10, 19.99, 20]) {
      vi.setSystemTime(age * minute)
      const one = scope()
      const answer = await answers.ask('what', one).catch(() => undefined)
      told.push(answer === undefined ? 'down' : one.usage.isStale ? 'stale' : 'fresh')
    }
    expect(told).toEqual(expected)
  },
)

test('what was kept while an older answer was allowed is told no longer than is allowed now', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: 0 })
  await using cache = openCache({ bytes: 1_000_000, namespace: 'one' })
  const before = openDataSource(async () => 1, { cache, staleMilliseconds: 60 * minute })
  await before.ask('what', scope())
  const down = async () => {
    throw new UpstreamError('analytiks', 'UPSTREAM_UNAVAILABLE', 'down')
  }
  const now = openDataSource(down, { cache, staleMilliseconds: 20 * minute })
  vi.setSystemTime(19 * minute)
  expect(await now.ask('what', scope())).toBe(1)
  vi.setSystemTime(21 * minute)
  await expect(now.ask('what', scope())).rejects.toThrow('down')
})

test('what was kept by a clock that was put back since is asked again, but clocks need not agree to the second', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: 60 * minute })
  await using cache = openCache({ bytes: 1_000_000, namespace: 'one' })
  let count = 0
  const answers = openDataSource(async () => ++count, { cache, staleMilliseconds: 60 * minute })
  expect(await answers.ask('what', scope())).toBe(1)
  // One instance's may be three seconds ahead, and another's as much behind.
  vi.setSystemTime(60 * minute - 6_000)
  expect(await answers.ask('what', scope())).toBe(1)
  vi.setSystemTime(55 * minute)
  expect(await answers.ask('what', scope())).toBe(2)
  expect(await answers.ask('what', scope())).toBe(2)
})

test('a request knows until when the cache alone answers it', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: 0 })
  const [longest, allowed] = [fc.integer({ min: 2, max: 20 }), fc.integer({ min: 1, max: 20 })]
  const asked = fc.record({ ttl: longest, maximumAge: fc.option(allowed, { nil: undefined }) })
  await fc.assert(
    fc.asyncProperty(fc.array(asked, { minLength: 1, maxLength: 4 }), async keys => {
      await using cache = openCache({ bytes: 1_000_000, namespace: 'one' })
      let calls = 0
      const endpoint = callPerKey<(typeof keys)[number], number>({
        nameOf: ({ ttl }) => `of ${ttl}`,
        plan: () => ({ route: 'GET /' }),
        call: async () => ++calls,
        ttlOf: ({ ttl }) => ttl,
        maximumAgeOf: ({ maximumAge }) => maximumAge,
        isValue: value => typeof value === 'number',
      })
      const source = new DataSource(endpoint, { cache, staleMilliseconds: 0 })
      const asks = async () => {
        const [one, before] = [scope(), calls]
        await Promise.all(keys.map(key => source.ask(key, one)))
        return { made: calls - before, until: one.usage.freshUntil }
      }
      for (const key of keys) {
        vi.setSystemTime(Date.now() + 1)
        await source.ask(key, scope())
      }
      const { made, until } = await asks()
      if (made > 0) return
      vi.setSystemTime(until - 1)
      expect((await asks()).made).toBe(0)
      vi.setSystemTime(until)
      expect((await asks()).made).toBeGreaterThan(0)
    }),
    { numRuns: 50 },
  )
})

test('a request of one call does not wait behind all calls of another request', async () => {
  using semaphore = openFairSemaphore('analytiks', 1)
  const order: string[] = []
  const source = new DataSource<string, string>(
    callPerKey({
      nameOf: key => key,
      plan: () => ({ route: 'GET /' }),
      async call(key, callContext) {
        using _permit = await semaphore.take(callContext)
        order.push(key)
        await new Promise(setImmediate)
        return key
      },
      ttlOf: () => 0,
      isValue: value => typeof value === 'string',
    }),
    undefined,
  )
  const large = scope()
  const many = Array.from({ length: 20 }, (_, index) => source.ask(`large ${index}`, large))
  await Promise.all([...many, source.ask('small', scope())])
  expect(order.indexOf('small')).toBeLessThan(3)
})

import fc from 'fast-check'
import { beforeAll, expect, test, vi } from 'vitest'
import type { Allowance } from '../../../src/upstream/rate-limit/call-counter.ts'
import { systemClock } from '../../../src/upstream/rate-limit/quota-period.ts'
import { openSharedCallCounter } from '../../../src/upstream/rate-limit/shared-call-counter.ts'
import { openSharedRedis } from '../../../src/upstream/rate-limit/shared-redis.ts'
import { installMilliseconds } from '../../support/debian-package.ts'
import { installRedis, startRedis } from '../../support/redis.ts'
import { handClock } from './clock.ts'
import { exhaust, instance } from './instance.ts'

beforeAll(installRedis, installMilliseconds)

const hour = 3_600_000
const windows = [
  { calls: 4, milliseconds: 60_000 },
  { calls: 10, milliseconds: hour },
]

test('instances count together, in every window', async () => {
  await using server = await startRedis()
  using one = await instance(server, { windows })
  using other = await instance(server, { windows })
  const takes = [one, other, one, other].map(({ counter }) => counter.take(0))
  expect(await Promise.all(takes)).toEqual([undefined, undefined, undefined, undefined])
  for (const { counter } of [one, other]) {
    const refusal = await counter.take(0)
    expect(refusal?.milliseconds).toBeGreaterThan(50_000)
    expect(refusal?.milliseconds).toBeLessThanOrEqual(60_000)
    expect(refusal?.isQuota).toBe(false)
    expect(counter.left).toBe(6)
  }
})

test('several calls at once are counted together or not at all, also by an instance that was away', async () => {
  await using server = await startRedis()
  const several = {
    windows: [{ calls: 10, milliseconds: hour }],
    period: { limit: 20, length: 'month' },
  } as const
  using one = await instance(server, several)
  using other = await instance(server, several)
  expect(await one.counter.take(0, 4)).toBeUndefined()
  expect(await other.counter.take(0, 7)).toBeDefined()
  expect(await other.counter.take(0, 5)).toBeUndefined()
  expect(other.counter.left).toBe(11)
  await server.kill()
  await server.restart()
  for (const { redis } of [one, other]) await expect.poll(() => redis.status).toBe('ready')
  // Each tells its calls anew, none of them twice.
  await expect.poll(() => one.redis.zcard('{isotherm:budget:account}:calls')).toBe(9)
  for (const { counter } of [one, other]) expect(await counter.take(0, 2)).toBeDefined()
})

test('calls of others that an instance saw leave its view with their window', async () => {
  await using server = await startRedis()
  const clock = handClock()
  using one = await instance(server, { windows })
  using other = await instance(server, { windows }, { clock })
  await one.counter.take(0, 4)
  expect(await other.counter.take(0)).toBeDefined()
  const left = () => other.counter.windowRooms.map(room => room.left)
  expect(left()).toEqual([0, 6])
  clock.move(59_999)
  expect(left()).toEqual([0, 6])
  clock.move(1)
  expect(left()).toEqual([4, 6])
})

test('two accounts never share a counter, whatever their names', async () => {
  await using server = await startRedis()
  const names = fc.uniqueArray(fc.string({ unit: 'grapheme' }), { minLength: 2, maxLength: 4 })
  let run = 0
  await fc.assert(
    fc.asyncProperty(names, async names => {
      run++
      using connection = await instance(server, { windows: [] }, { name: `${run}` })
      using sharing = openSharedRedis(connection.redis, `run ${run}`)
      const once = { windows: [{ calls: 1, milliseconds: hour }] }
      for (const name of names) {
        using counter = openSharedCallCounter(once, systemClock, sharing, name)
        expect(await counter.take(0)).toBeUndefined()
        expect(await counter.take(0)).toBeDefined()
      }
    }),
    { numRuns: 30 },
  )
})

test('a limit reported while an instance joins holds for all', async () => {
  await using server = await startRedis()
  using other = await instance(server, {})
  expect(await other.counter.take(0)).toBeUndefined()
  using one = await instance(server, {})
  const send = vi.spyOn(one.redis, 'evalsha')
  send.mockImplementationOnce((...words) => {
    const joining = one.redis.evalsha(...words)
    one.counter.observe({ waitMilliseconds: 30_000 })
    return joining
  })
  expect(await one.counter.take(0)).toBeDefined()
  expect(send).toHaveBeenCalled()
  expect(await one.counter.take(0)).toBeDefined()
  expect(await other.counter.take(0)).toBeDefined()
})

test('what the vendor says is left while an instance joins is not overwritten by what Redis knew before', async () => {
  await using server = await startRedis()
  const allowance = { period: { limit: 100, length: 'month' } } as const
  using other = await instance(server, allowance)
  expect(await other.counter.take(0)).toBeUndefined()
  using one = await instance(server, allowance)
  const send = vi.spyOn(one.redis, 'evalsha')
  send.mockImplementationOnce((...words) => {
    const joining = one.redis.evalsha(...words)
    one.counter.observe({ period: { left: 5 } })
    return joining
  })
  for (let call = 0; call < 2; call++) await one.counter.take(0)
  expect(one.counter.left).toBeLessThanOrEqual(5)
  expect(await other.counter.take(0)).toBeUndefined()
  expect(other.counter.left).toBeLessThanOrEqual(5)
})

test('a block reported while the connection breaks holds for all once it is back', async () => {
  await using server = await startRedis()
  using one = await instance(server, {})
  using other = await instance(server, {})
  for (const { counter } of [one, other]) expect(await counter.take(0)).toBeUndefined()
  const isBack = new Promise(resolve => one.redis.once('ready', resolve))
  one.redis.disconnect(true)
  one.counter.observe({ waitMilliseconds: 30_000 })
  expect(await one.counter.take(0)).toBeDefined()
  await isBack
  expect(await one.counter.take(0)).toBeDefined()
  expect(await other.counter.take(0)).toBeDefined()
})

test('a month used up while Redis was unreachable stays used up when it is back', async () => {
  await using server = await startRedis()
  using one = await instance(server, { period: { limit: 100, length: 'month' } })
  expect(await one.counter.take(0)).toBeUndefined()
  one.redis.disconnect()
  one.counter.observe({ period: { left: 0 } })
  expect(await one.counter.take(0)).toMatchObject({ isQuota: true })
  const isBack = new Promise(resolve => one.redis.once('ready', resolve))
  await one.redis.connect()
  await isBack
  expect(await one.counter.take(0)).toMatchObject({ isQuota: true })
})

test('without Redis instances keep to their shares of a period, and of each one after it', async () => {
  await using server = await startRedis()
  const clock = handClock(Date.now())
  // One that ends in an hour.
  const allowance = { period: { limit: 11, length: clock.date() + hour } }
  using one = await instance(server, allowance, { clock })
  using other = await instance(server, allowance, { clock })
  using third = await instance(server, allowance, { clock })
  const all = [one, other, third].map(({ counter }) => counter)
  for (const counter of [...all, ...all]) expect(await counter.take(0)).toBeUndefined()
  await server.kill()
  const left = []
  for (const counter of all) left.push(await exhaust(counter))
  // What it saw when it asked last were 7, 6 and 5.
  expect(left).toEqual([2, 2, 1])
  // Others may have some left, and Redis may be back at any moment: it is no month that is used up.
  for (const counter of all) expect(await counter.take(0)).toEqual({ milliseconds: 5000, isQuota: false })
  clock.move(hour)
  for (const counter of all) expect(await exhaust(counter)).toBe(3)
  one.counter.observe({ period: { limit: 60, left: 51 } })
  expect(await exhaust(one.counter)).toBe(17)
})

test('a share of a period that was kept to once limits nobody when Redis is lost and back another time', async () => {
  await using server = await startRedis()
  const clock = handClock(Date.now())
  const allowance = { period: { limit: 200, length: clock.date() + hour } }
  using one = await instance(server, allowance, { clock })
  using other = await instance(server, allowance, { clock })
  for (const { counter } of [other, one]) expect(await counter.take(0)).toBeUndefined()
  const lose = () => {
    const isBack = new Promise(resolve => one.redis.once('ready', resolve))
    one.redis.disconnect(true)
    return isBack
  }
  const isBack = lose()
  vi.spyOn(one.redis, 'evalsha').mockRejectedValueOnce(new Error('lost'))
  expect(await one.counter.take(0)).toBeUndefined()
  await isBack
  expect(await one.counter.take(0)).toBeUndefined()
  // By then all have reported their calls.
  clock.move(6_000)
  for (let call = 0; call < 120; call++) expect(await one.counter.take(0)).toBeUndefined()
  await lose()
  expect(await one.counter.take(0)).toBeUndefined()
})

test('an instance that has asked nothing yet knows what others have left, and its share without Redis', async () => {
  await using server = await startRedis()
  using one = await instance(server, { windows: [{ calls: 10, milliseconds: hour }] })
  expect(await one.counter.take(0, 2)).toBeUndefined()
  using other = await instance(server, { windows: [{ calls: 10, milliseconds: hour }] })
  await expect.poll(() => other.counter.left).toBe(8)
  using third = await instance(server, { period: { limit: 100, length: 'month' } }, { name: 'monthly' })
  expect(await third.counter.take(0, 40)).toBeUndefined()
  using last = await instance(server, { period: { limit: 100, length: 'month' } }, { name: 'monthly' })
  await expect.poll(() => last.counter.left).toBe(60)
  await server.kill()
  expect(await exhaust(other.counter)).toBe(4)
  expect(await exhaust(last.counter)).toBe(30)
})

test('a block and a used-up month of one instance hold for all, also for later ones', async () => {
  await using server = await startRedis()
  const month: Allowance = { period: { limit: 100, length: 'month' } }
  using one = await instance(server, month)
  using other = await instance(server, month)
  await one.counter.take(0)
  one.counter.observe({ waitMilliseconds: 30_000 })
  await one.counter.take(0)
  expect(await other.counter.take(0)).toMatchObject({ isQuota: false })
  one.counter.observe({ period: { left: 0, resetsInMilliseconds: hour } })
  await one.counter.take(0)
  using late = await instance(server, month)
  for (const { counter } of [other, late]) {
    const refusal = await counter.take(0)
    expect(refusal?.isQuota).toBe(true)
    expect(refusal?.milliseconds).toBeGreaterThan(hour - 60_000)
    expect(counter.left).toBe(0)
  }
})

test('a month counts the calls of all, and what the provider reports overrides it', async () => {
  await using server = await startRedis()
  const month: Allowance = { period: { limit: 100, length: 'month' } }
  using one = await instance(server, month)
  using other = await instance(server, month)
  await one.counter.take(0)
  await other.counter.take(0)
  expect(other.counter.left).toBe(98)
  one.counter.observe({ period: { limit: 50, left: 7, resetsInMilliseconds: hour }, underWay: 2 })
  await one.counter.take(0)
  await other.counter.take(0)
  expect(other.counter.left).toBe(3)
})

test('a limit that the vendor told an instance before holds again when it is told again, whatever others were told since', async () => {
  await using server = await startRedis()
  const allowance = { windows: [{ calls: 30, milliseconds: hour }] }
  using one = await instance(server, allowance)
  using other = await instance(server, allowance)
  const tell = async ({ counter }: typeof one, calls: number) => {
    expect(await counter.take(0)).toBeUndefined()
    counter.observe({ window: { calls } })
    // Its connection keeps the order.
    await counter.take(0)
  }
  await tell(one, 20)
  await tell(other, 10)
  await tell(one, 20)
  expect(await other.counter.take(0)).toBeUndefined()
  expect(other.counter.left).toBe(13)
})

test("others' calls with the same credentials count for all instances", async () => {
  await using server = await startRedis()
  using one = await instance(server, { windows })
  using other = await instance(server, { windows })
  await one.counter.take(0)
  one.counter.observe({ window: { left: 1 } })
  await one.counter.take(0)
  expect(await other.counter.take(0)).toBeDefined()
})

test("others' calls in the shortest window count until the longest one is over", async () => {
  await using server = await startRedis()
  using one = await instance(server, { windows })
  await one.counter.take(0)
  one.counter.observe({ window: { left: 0 } })
  expect(await one.counter.take(0)).toBeDefined()
  const life = await one.redis.pttl('{isotherm:budget:account}:calls')
  expect(life).toBeGreaterThan(hour - 60_000)
})

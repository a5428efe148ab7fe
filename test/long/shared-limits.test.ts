import { setTimeout } from 'node:timers/promises'
import { beforeAll, expect, test } from 'vitest'
import type { Clock } from '../../src/upstream/rate-limit/quota-period.ts'
import { installMilliseconds } from '../support/debian-package.ts'
import { installRedis, startRedis } from '../support/redis.ts'
import { exhaust, instance } from '../upstream/rate-limit/instance.ts'

beforeAll(installRedis, installMilliseconds)

const hour = 3_600_000

test('a limit that the vendor tells one instance binds all, and so does a newer one', async () => {
  await using server = await startRedis()
  const allowance = { windows: [{ calls: 30, milliseconds: hour }] }
  using one = await instance(server, allowance)
  using other = await instance(server, allowance)
  for (const { counter } of [one, other]) expect(await counter.take(0)).toBeUndefined()
  one.counter.observe({ window: { calls: 10 } })
  expect(await exhaust(one.counter)).toBe(8)
  expect(await exhaust(other.counter)).toBe(0)
  expect(other.counter.left).toBe(0)
  using late = await instance(server, allowance)
  expect(await exhaust(late.counter)).toBe(0)
  other.counter.observe({ window: { calls: 12 } })
  let made = 0
  // It is told over another connection.
  await expect.poll(async () => (made += await exhaust(late.counter))).toBe(2)
  expect(await exhaust(one.counter)).toBe(0)
})

test('a limit that is told while Redis is away binds all once it is back', async () => {
  await using server = await startRedis()
  const allowance = { windows: [{ calls: 30, milliseconds: hour }] }
  using one = await instance(server, allowance)
  expect(await one.counter.take(0)).toBeUndefined()
  await server.kill()
  one.counter.observe({ window: { calls: 10 } })
  await server.restart()
  await expect.poll(() => one.redis.status).toBe('ready')
  expect(await exhaust(one.counter)).toBe(9)
  using other = await instance(server, allowance)
  expect(await exhaust(other.counter)).toBe(0)
})

test('a quota that the vendor tells one instance is counted by all, in its next period too', async () => {
  await using server = await startRedis()
  using one = await instance(server, {})
  using other = await instance(server, {})
  for (const { counter } of [one, other]) expect(await counter.take(0)).toBeUndefined()
  const length = 2_000
  one.counter.observe({ period: { left: 3, limit: 5, length, resetsInMilliseconds: untilNext(length) } })
  await one.counter.take(0)
  // The second period is no one's yet: both know what it allows.
  for (const allowed of [5, 5]) {
    await setTimeout(untilNext(length) + 50)
    const made = [await exhaust(other.counter), await exhaust(one.counter)]
    expect(made).toEqual([allowed, 0])
  }
})

test.each([
  [3_000, -3_000],
  [-3_000, 3_000],
])('clocks that are %s and %s ms off spend no period twice', async (...offsets) => {
  await using server = await startRedis()
  // One that ends soon, when one clock is past it and the other is not.
  const end = Date.now() + 2_000
  const allowance = { period: { limit: 10, length: end } }
  using resources = new DisposableStack()
  const counters = []
  for (const offset of offsets)
    counters.push(resources.use(await instance(server, allowance, { clock: clockOff(offset) })).counter)
  let made = 0
  while (Date.now() < end - 500) {
    for (const counter of counters) if (!(await counter.take(0))) made++
    await setTimeout(20)
  }
  expect(made).toBe(10)
  await setTimeout(end - Date.now() + 50)
  for (const counter of counters) made += await exhaust(counter)
  expect(made).toBe(20)
})

test('an instance that leaves takes its share with it', async () => {
  await using server = await startRedis()
  const allowance = { windows: [{ calls: 20, milliseconds: hour }] }
  using one = await instance(server, allowance)
  {
    using other = await instance(server, allowance)
    for (const { counter } of [one, other]) expect(await counter.take(0)).toBeUndefined()
  }
  await expect.poll(() => one.redis.zcard('{isotherm:budget:account}:instances')).toBe(1)
  expect(await one.counter.take(0)).toBeUndefined()
  await server.kill()
  expect(await exhaust(one.counter)).toBe(17)
})

test('a Redis that is full still counts for all, and each of its keys ends some day', async () => {
  await using server = await startRedis('--maxmemory', '2mb')
  const allowance = {
    windows: [{ calls: 30, milliseconds: hour }],
    period: { limit: 1000, length: 'month' as const },
  }
  using one = await instance(server, allowance)
  using other = await instance(server, allowance)
  const fill = async () => {
    for (let index = 0; ; index++) await one.redis.set(`filler ${index}`, 'x'.repeat(50_000), 'PX', hour)
  }
  await expect(fill()).rejects.toThrow('OOM')
  expect(await exhaust(one.counter)).toBe(30)
  expect(await exhaust(other.counter)).toBe(0)
  one.counter.observe({ waitMilliseconds: 10, window: { calls: 20, left: 1 }, period: { left: 5 } })
  await one.counter.take(0)
  const keys = await one.redis.keys('*isotherm*')
  expect(keys.length).toBeGreaterThanOrEqual(3)
  for (const key of keys) expect(await one.redis.pttl(key), key).toBeGreaterThan(0)
})

function clockOff(offset: number): Clock {
  return { now: () => performance.now(), date: () => Date.now() + offset }
}

function untilNext(length: number): number {
  return length - (Date.now() % length)
}

import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import type { Redis } from 'ioredis'
import { beforeAll, expect, test } from 'vitest'
import type { CallCounter } from '../../src/upstream/rate-limit/call-counter.ts'
import { installMilliseconds } from '../support/debian-package.ts'
import { installRedis, type RedisServer, startRedis } from '../support/redis.ts'
import { handClock } from '../upstream/rate-limit/clock.ts'
import { exhaust, instance } from '../upstream/rate-limit/instance.ts'

beforeAll(installRedis, installMilliseconds)

const hour = 3_600_000
const windows = [
  { calls: 4, milliseconds: 60_000 },
  { calls: 10, milliseconds: hour },
]

test('when Redis is lost each instance continues at once, with its share of what was left', async () => {
  await using server = await startRedis()
  using one = await instance(server, { windows })
  using other = await instance(server, { windows })
  await one.counter.take(0)
  await other.counter.take(0)
  await one.counter.take(0)
  await other.counter.take(0)
  const both = [one, other]
  await server.kill()
  for (const { counter } of both) expect(await counter.take(0)).toBeDefined()
})

test('when Redis is lost two instances together stay within the limit', async () => {
  await using server = await startRedis()
  const allowance = { windows: [{ calls: 20, milliseconds: hour }] }
  using one = await instance(server, allowance)
  using other = await instance(server, allowance)
  for (let count = 0; count < 3; count++) await one.counter.take(0)
  await other.counter.take(0)
  await one.counter.take(0)
  await server.kill()
  const made = (await Promise.all([exhaust(one.counter), exhaust(other.counter)])).reduce((a, b) => a + b)
  expect(made).toBeGreaterThan(8)
  expect(made).toBeLessThanOrEqual(15)
})

test('when Redis is lost a window exceeds its limit by no more calls than an instance had not seen', async () => {
  await using server = await startRedis()
  const takers = fc.array(fc.nat(2), { maxLength: 24 })
  await fc.assert(
    fc.asyncProperty(takers, async takers => {
      await server.restart()
      using resources = new DisposableStack()
      const instances: Awaited<ReturnType<typeof instance>>[] = []
      for (const _ of [1, 2, 3])
        instances.push(
          resources.use(await instance(server, { windows: [{ calls: 30, milliseconds: hour }] })),
        )
      // An instance knows the calls that there were at its last reply.
      let made = 0
      for (const { counter } of [...instances, ...instances]) if (!(await counter.take(0))) made++
      /** For each instance, the number of calls at its last reply. */
      const seen = [made - 2, made - 1, made]
      for (const which of takers) {
        if (!(await instances[which]?.counter.take(0))) made++
        seen[which] = made
      }
      const unseen = seen.reduce((sum, count) => sum + made - count, 0) / 3
      await server.kill()
      for (const { counter } of instances) made += await exhaust(counter)
      expect(made).toBeLessThanOrEqual(30 + unseen)
    }),
    { numRuns: 12, examples: [[[...new Array<number>(20).fill(0), 1, 2]]] },
  )
})

test('a Redis that hangs delays calls only briefly, and is used again when it recovers', async () => {
  await using server = await startRedis()
  using one = await instance(server, { windows: [{ calls: 100, milliseconds: hour }] }, { isImpatient: true })
  using other = await instance(
    server,
    { windows: [{ calls: 100, milliseconds: hour }] },
    { isImpatient: true },
  )
  await one.counter.take(0)
  server.pause()
  for (let count = 0; count < 5; count++) expect(await one.counter.take(0)).toBeUndefined()
  server.resume()
  await expect.poll(() => sees(one.counter, other.counter)).toBe(true)
})

test('a Redis that comes back empty gets every call that still counts', async () => {
  await using server = await startRedis()
  const allowance = {
    windows: [{ calls: 9, milliseconds: hour }],
    period: { limit: 50, length: 'month' as const },
  }
  using one = await instance(server, allowance)
  await one.counter.take(0)
  await one.counter.take(0)
  await server.kill()
  for (let count = 0; count < 3; count++) expect(await one.counter.take(0)).toBeUndefined()
  await server.restart()
  await expect.poll(() => one.redis.status).toBe('ready')
  expect(await one.counter.take(0)).toBeUndefined()
  using late = await instance(server, allowance)
  expect(await exhaust(late.counter)).toBe(3)
  expect(late.counter.left).toBe(41)
})

test.each(['empty', 'as it was'])(
  'calls of a period that instances made apart all count once Redis is back, %s',
  async state => {
    await using server = await startRedis()
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(20), { minLength: 2, maxLength: 3 }), async apart => {
        const [clock, name] = [handClock(Date.now()), randomUUID()]
        using resources = new DisposableStack()
        const instances: Awaited<ReturnType<typeof instance>>[] = []
        const allowance = { period: { limit: 100, length: 'month' as const } }
        for (const _ of apart)
          instances.push(resources.use(await instance(server, allowance, { clock, name })))
        let made = 0
        for (const { counter } of instances) if (!(await counter.take(0, 5))) made += 5
        for (const { redis } of instances) {
          const isLost = happens(redis, 'end')
          redis.disconnect()
          await isLost
        }
        for (const [index, { counter }] of instances.entries())
          for (let call = 0; call < (apart[index] ?? 0); call++) if (!(await counter.take(0))) made++
        if (state === 'empty') await server.restart()
        for (const { redis, counter } of instances) {
          const isBack = happens(redis, 'ready')
          await redis.connect()
          await isBack
          if (!(await counter.take(0))) made++
        }
        clock.move(6_000)
        for (const { counter } of instances) made += await exhaust(counter)
        expect(made).toBe(100)
      }),
      { numRuns: 12 },
    )
  },
)

test('an instance that loses an emptied Redis again and again costs nobody any call of a period', async () => {
  await using server = await startRedis()
  const allowance = { period: { limit: 1000, length: 'month' as const } }
  using one = await instance(server, allowance)
  using other = await instance(server, allowance)
  const both = [one, other]
  let made = 0
  const spend = async (calls: number) => {
    for (const { counter } of both)
      for (let call = 0; call < calls; call++) if (!(await counter.take(0))) made++
  }
  const areBack = Promise.all(both.map(({ redis }) => happens(redis, 'ready')))
  await spend(3)
  await server.restart()
  await areBack
  for (let flap = 0; flap < 4; flap++) {
    await spend(10)
    const { redis } = flap % 2 === 0 ? one : other
    const isBack = happens(redis, 'ready')
    redis.disconnect(true)
    await isBack
  }
  await spend(1)
  expect(other.counter.left).toBe(1000 - made)
})

test('a Redis that comes back empty gets the calls of idle instances too', async () => {
  await using server = await startRedis()
  const allowance = { windows: [{ calls: 9, milliseconds: hour }] }
  using one = await instance(server, allowance)
  await one.counter.take(0)
  await one.counter.take(0)
  const back = new Promise(resolve => one.redis.once('ready', resolve))
  await server.restart()
  await back
  expect(await one.counter.take(0)).toBeUndefined()
  using late = await instance(server, allowance)
  expect(await exhaust(late.counter)).toBe(6)
})

test('with a Redis that comes back empty each keeps to its share while others may not be back', async () => {
  await using server = await startRedis()
  const allowance = { windows: [{ calls: 10, milliseconds: hour }] }
  using one = await instance(server, allowance)
  using other = await instance(server, allowance)
  for (const { counter } of [one, other, one, other, one, other, one, other]) await counter.take(0)
  await one.counter.take(0)
  other.redis.disconnect()
  const back = new Promise(resolve => one.redis.once('ready', resolve))
  await server.restart()
  await back
  expect(await exhaust(one.counter)).toBe(0)
})

test('an instance that continued alone keeps to its share once a Redis that hung is back', async () => {
  await using server = await startRedis()
  const allowance = { windows: [{ calls: 10, milliseconds: hour }] }
  using one = await instance(server, allowance, { isImpatient: true })
  using other = await instance(server, allowance, { isImpatient: true })
  for (const { counter } of [one, other, one, other]) await counter.take(0)
  server.pause()
  const alone = (await exhaust(one.counter)) + (await exhaust(other.counter))
  other.redis.disconnect()
  const back = new Promise(resolve => one.redis.once('ready', resolve))
  server.resume()
  await back
  expect(4 + alone + (await exhaust(one.counter))).toBeLessThanOrEqual(10)
})

test('with a Redis that comes back empty each keeps to its share, however few are back', async () => {
  await using server = await startRedis()
  const allowance = { windows: [{ calls: 10, milliseconds: hour }] }
  using one = await instance(server, allowance)
  using other = await instance(server, allowance)
  for (let count = 0; count < 5; count++) await other.counter.take(0)
  await one.counter.take(0)
  other.redis.disconnect()
  const back = new Promise(resolve => one.redis.once('ready', resolve))
  await server.restart()
  await back
  expect(await exhaust(one.counter)).toBe(4)
  const refusal = await one.counter.take(0)
  // By then all have reported to Redis, or are gone.
  expect(refusal?.milliseconds).toBeLessThanOrEqual(5_000)
})

test('with a Redis that comes back empty simultaneous calls keep to the share too', async () => {
  await using server = await startRedis()
  const allowance = { windows: [{ calls: 30, milliseconds: hour }] }
  using one = await instance(server, allowance)
  using other = await instance(server, allowance)
  using third = await instance(server, allowance)
  const instances = [one, other, third]
  for (const { counter } of [...instances, ...instances]) await counter.take(0)
  for (const { redis } of [other, third]) redis.disconnect()
  const back = new Promise(resolve => one.redis.once('ready', resolve))
  await server.restart()
  await back
  expect(await one.counter.take(0)).toBeUndefined()
  for (const { counter } of instances) {
    const takes = await Promise.all(Array.from({ length: 12 }, () => counter.take(0)))
    expect(takes.filter(refusal => !refusal).length).toBeLessThanOrEqual(8)
  }
})

test.each([
  ['forgot its scripts', (server: RedisServer) => server.forgetScripts(), async () => {}],
  [
    'was demoted for a while',
    (server: RedisServer) => server.demote(),
    (server: RedisServer) => server.promote(),
  ],
])('a Redis that %s is shared by again, with all calls', async (_, change, mend) => {
  await using server = await startRedis()
  const allowance = { windows: [{ calls: 100, milliseconds: hour }] }
  using one = await instance(server, allowance)
  using other = await instance(server, allowance)
  await one.counter.take(0)
  await change(server)
  expect(await one.counter.take(0)).toBeUndefined()
  await mend(server)
  await expect.poll(() => sees(one.counter, other.counter)).toBe(true)
})

test('Redis killed and restarted under load: every take resolves soon, and windows exceed their limit only by unseen calls', async () => {
  await using server = await startRedis()
  const window = { calls: 30, milliseconds: 1_000 }
  using one = await instance(server, { windows: [window] })
  using other = await instance(server, { windows: [window] })
  using third = await instance(server, { windows: [window] })
  const made: Take[] = []
  const takes = new Map<CallCounter, Take[]>([one, other, third].map(({ counter }) => [counter, []]))
  let isOver = false
  const load = async (counter: CallCounter) => {
    while (!isOver) {
      const asked = performance.now()
      const refusal = await counter.take(0)
      const answered = performance.now()
      takes.get(counter)?.push({ asked, answered })
      if (!refusal) made.push({ asked, answered })
      await new Promise(resolve => setTimeout(resolve, Math.min(refusal?.milliseconds ?? 1, 20)))
    }
  }
  const instances = [one, other, third]
  const loads = instances.flatMap(({ counter }) => [load(counter), load(counter), load(counter)])
  const reached = (count: number) => expect.poll(() => made.length).toBeGreaterThan(count)
  await reached(60)
  const killing = performance.now()
  await server.kill()
  const killed = performance.now()
  await reached(made.length + 60)
  await server.restart()
  for (const { redis } of instances) await expect.poll(() => redis.status).toBe('ready')
  await reached(made.length + 60)
  isOver = true
  await Promise.all(loads)
  // Each call was counted at some time between the two.
  const within = (start: number) =>
    made.filter(({ asked, answered }) => asked >= start && answered < start + 900)
  /** The calls that an instance had not seen yet. */
  const unseenBy = (own: readonly Take[]) => {
    const sight = own.findLast(({ answered }) => answered <= killing)?.asked ?? 0
    return made.filter(({ asked, answered }) => answered >= sight && asked <= killed).length
  }
  const unseen = [...takes.values()].reduce((sum, own) => sum + unseenBy(own), 0) / takes.size
  for (const { asked: start } of made) {
    const holdsLoss = start <= killed && start + 900 >= killing
    expect(within(start).length).toBeLessThanOrEqual(window.calls + (holdsLoss ? unseen : 0))
  }
  const waits = [...takes.values()].flat().map(({ asked, answered }) => answered - asked)
  const often = waits.toSorted((one, other) => one - other).at(Math.floor(waits.length * 0.95))
  expect(often).toBeLessThan(1_000)
})

/** When `take` was called, and when it resolved. */
interface Take {
  readonly asked: number
  readonly answered: number
}

/** Whether one counter counts a call of the other. */
async function sees(one: CallCounter, other: CallCounter): Promise<boolean> {
  await one.take(0)
  await other.take(0)
  const before = other.left ?? 0
  await one.take(0)
  await other.take(0)
  return before - (other.left ?? 0) === 2
}

/** Unlike `once` of `node:events` it does not reject at an error, as of each attempt to connect before the server is back. */
function happens(redis: Redis, event: 'ready' | 'end'): Promise<unknown> {
  return new Promise(resolve => redis.once(event, resolve))
}

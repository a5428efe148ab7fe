import fc from 'fast-check'
import { beforeAll, expect, test, vi } from 'vitest'
import type { Allowance, Ledger } from '../../../src/upstream/budget/ledger.ts'
import { systemClock } from '../../../src/upstream/budget/period.ts'
import { openSharedLedger } from '../../../src/upstream/budget/shared-ledger.ts'
import { openSharing } from '../../../src/upstream/budget/sharing.ts'
import { openRedis } from '../../../src/upstream/redis.ts'
import { installMilliseconds } from '../../debian-package.ts'
import { installRedis, type RedisServer, startRedis } from '../../redis.ts'

beforeAll(installRedis, installMilliseconds)

/** One instance of several: a ledger on a connection of its own, which is ready. */
async function instance(server: RedisServer, allowance: Allowance, name = 'account') {
  const resources = new DisposableStack()
  const redis = resources.use(openRedis(server.url, () => undefined))
  if (redis.status !== 'ready') await new Promise(resolve => redis.once('ready', resolve))
  const sharing = resources.use(openSharing(redis))
  const ledger = resources.use(openSharedLedger(allowance, systemClock, sharing, name))
  return { redis, ledger, [Symbol.dispose]: () => resources.dispose() }
}

const hour = 3_600_000
const windows = [
  { calls: 4, milliseconds: 60_000 },
  { calls: 10, milliseconds: hour },
]

test('instances count together, in every window', async () => {
  await using server = await startRedis()
  using one = await instance(server, { windows })
  using other = await instance(server, { windows })
  const takes = [one, other, one, other].map(({ ledger }) => ledger.take(0))
  expect(await Promise.all(takes)).toEqual([undefined, undefined, undefined, undefined])
  for (const { ledger } of [one, other]) {
    const refusal = await ledger.take(0)
    expect(refusal?.milliseconds).toBeGreaterThan(50_000)
    expect(refusal?.milliseconds).toBeLessThanOrEqual(60_000)
    expect(refusal?.isQuota).toBe(false)
    expect(ledger.left).toBe(6)
  }
})

test('two accounts never share a budget, whatever they are called', async () => {
  await using server = await startRedis()
  const names = fc.uniqueArray(fc.string({ unit: 'grapheme' }), { minLength: 2, maxLength: 4 })
  let run = 0
  await fc.assert(
    fc.asyncProperty(names, async names => {
      run++
      using connection = await instance(server, { windows: [] }, `${run}`)
      using sharing = openSharing(connection.redis, `run ${run}`)
      const once = { windows: [{ calls: 1, milliseconds: hour }] }
      for (const name of names) {
        using ledger = openSharedLedger(once, systemClock, sharing, name)
        expect(await ledger.take(0)).toBeUndefined()
        expect(await ledger.take(0)).toBeDefined()
      }
    }),
    { numRuns: 30 },
  )
})

test('what is told while an instance joins holds for all as well', async () => {
  await using server = await startRedis()
  using other = await instance(server, {})
  expect(await other.ledger.take(0)).toBeUndefined()
  using one = await instance(server, {})
  const send = vi.spyOn(one.redis, 'evalsha')
  send.mockImplementationOnce((...words) => {
    const joining = one.redis.evalsha(...words)
    one.ledger.tell({ waitMilliseconds: 30_000 })
    return joining
  })
  expect(await one.ledger.take(0)).toBeDefined()
  expect(send).toHaveBeenCalled()
  expect(await one.ledger.take(0)).toBeDefined()
  expect(await other.ledger.take(0)).toBeDefined()
})

test('a month that was used up while Redis could not be reached stays used up when it is back', async () => {
  await using server = await startRedis()
  using one = await instance(server, { period: { limit: 100, length: 'month' } })
  expect(await one.ledger.take(0)).toBeUndefined()
  one.redis.disconnect()
  one.ledger.tell({ period: { left: 0 } })
  expect(await one.ledger.take(0)).toMatchObject({ isQuota: true })
  const isBack = new Promise(resolve => one.redis.once('ready', resolve))
  await one.redis.connect()
  await isBack
  expect(await one.ledger.take(0)).toMatchObject({ isQuota: true })
})

test('a block and a used-up month of one instance hold for all, those that start later too', async () => {
  await using server = await startRedis()
  const month: Allowance = { period: { limit: 100, length: 'month' } }
  using one = await instance(server, month)
  using other = await instance(server, month)
  await one.ledger.take(0)
  one.ledger.tell({ waitMilliseconds: 30_000 })
  await one.ledger.take(0)
  expect(await other.ledger.take(0)).toMatchObject({ isQuota: false })
  one.ledger.tell({ period: { left: 0, resetsInMilliseconds: hour } })
  await one.ledger.take(0)
  using late = await instance(server, month)
  for (const { ledger } of [other, late]) {
    const refusal = await ledger.take(0)
    expect(refusal?.isQuota).toBe(true)
    expect(refusal?.milliseconds).toBeGreaterThan(hour - 60_000)
    expect(ledger.left).toBe(0)
  }
})

test('a month counts the calls of all, and what is told of it is truer', async () => {
  await using server = await startRedis()
  const month: Allowance = { period: { limit: 100, length: 'month' } }
  using one = await instance(server, month)
  using other = await instance(server, month)
  await one.ledger.take(0)
  await other.ledger.take(0)
  expect(other.ledger.left).toBe(98)
  one.ledger.tell({ period: { limit: 50, left: 7, resetsInMilliseconds: hour }, underWay: 2 })
  await one.ledger.take(0)
  await other.ledger.take(0)
  expect(other.ledger.left).toBe(3)
})

test("others' calls with the same credentials are learned for all", async () => {
  await using server = await startRedis()
  using one = await instance(server, { windows })
  using other = await instance(server, { windows })
  await one.ledger.take(0)
  one.ledger.tell({ window: { left: 1 } })
  await one.ledger.take(0)
  expect(await other.ledger.take(0)).toBeDefined()
})

test("others' calls that are told of the shortest window are forgotten no sooner than the longest's", async () => {
  await using server = await startRedis()
  using one = await instance(server, { windows })
  await one.ledger.take(0)
  one.ledger.tell({ window: { left: 0 } })
  expect(await one.ledger.take(0)).toBeDefined()
  const life = await one.redis.pttl('{isotherm:budget:account}:calls')
  expect(life).toBeGreaterThan(hour - 60_000)
})

test('when Redis is lost each goes on at once, with what the others left and no more than its share', async () => {
  await using server = await startRedis()
  using one = await instance(server, { windows })
  using other = await instance(server, { windows })
  await one.ledger.take(0)
  await other.ledger.take(0)
  await one.ledger.take(0)
  await other.ledger.take(0)
  const both = [one, other]
  await server.kill()
  for (const { ledger } of both) expect(await ledger.take(0)).toBeDefined()
})

test('when Redis is lost two instances together stay within the limit', async () => {
  await using server = await startRedis()
  const allowance = { windows: [{ calls: 20, milliseconds: hour }] }
  using one = await instance(server, allowance)
  using other = await instance(server, allowance)
  for (let count = 0; count < 3; count++) await one.ledger.take(0)
  await other.ledger.take(0)
  await one.ledger.take(0)
  await server.kill()
  const made = (await Promise.all([exhaust(one.ledger), exhaust(other.ledger)])).reduce((a, b) => a + b)
  expect(made).toBeGreaterThan(8)
  expect(made).toBeLessThanOrEqual(15)
})

test('when Redis is lost a window holds no more calls too many than were made since an instance last saw them', async () => {
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
      // An instance knows of those that there were when it last asked.
      let made = 0
      for (const { ledger } of [...instances, ...instances]) if (!(await ledger.take(0))) made++
      /** Of each instance, how many calls were made when it last saw them. */
      const seen = [made - 2, made - 1, made]
      for (const which of takers) {
        if (!(await instances[which]?.ledger.take(0))) made++
        seen[which] = made
      }
      const unseen = seen.reduce((sum, count) => sum + made - count, 0) / 3
      await server.kill()
      for (const { ledger } of instances) made += await exhaust(ledger)
      expect(made).toBeLessThanOrEqual(30 + unseen)
    }),
    { numRuns: 12, examples: [[[...new Array<number>(20).fill(0), 1, 2]]] },
  )
})

test('a Redis that hangs holds nobody up for long, and is used again when it goes on', async () => {
  await using server = await startRedis()
  using one = await instance(server, { windows: [{ calls: 100, milliseconds: hour }] })
  using other = await instance(server, { windows: [{ calls: 100, milliseconds: hour }] })
  await one.ledger.take(0)
  server.pause()
  for (let count = 0; count < 5; count++) expect(await one.ledger.take(0)).toBeUndefined()
  server.resume()
  await expect.poll(() => sees(one.ledger, other.ledger)).toBe(true)
})

test('a Redis that comes back empty is told of every call that still counts', async () => {
  await using server = await startRedis()
  const allowance = {
    windows: [{ calls: 9, milliseconds: hour }],
    period: { limit: 50, length: 'month' as const },
  }
  using one = await instance(server, allowance)
  await one.ledger.take(0)
  await one.ledger.take(0)
  await server.kill()
  for (let count = 0; count < 3; count++) expect(await one.ledger.take(0)).toBeUndefined()
  await server.restart()
  await expect.poll(() => one.redis.status).toBe('ready')
  expect(await one.ledger.take(0)).toBeUndefined()
  using late = await instance(server, allowance)
  expect(await exhaust(late.ledger)).toBe(3)
  expect(late.ledger.left).toBe(41)
})

test('a Redis that comes back empty is told so by those as well who asked nothing meanwhile', async () => {
  await using server = await startRedis()
  const allowance = { windows: [{ calls: 9, milliseconds: hour }] }
  using one = await instance(server, allowance)
  await one.ledger.take(0)
  await one.ledger.take(0)
  const back = new Promise(resolve => one.redis.once('ready', resolve))
  await server.restart()
  await back
  expect(await one.ledger.take(0)).toBeUndefined()
  using late = await instance(server, allowance)
  expect(await exhaust(late.ledger)).toBe(6)
})

test('a Redis that comes back empty is trusted with no more than a share while others may not be back', async () => {
  await using server = await startRedis()
  const allowance = { windows: [{ calls: 10, milliseconds: hour }] }
  using one = await instance(server, allowance)
  using other = await instance(server, allowance)
  for (const { ledger } of [one, other, one, other, one, other, one, other]) await ledger.take(0)
  await one.ledger.take(0)
  other.redis.disconnect()
  const back = new Promise(resolve => one.redis.once('ready', resolve))
  await server.restart()
  await back
  expect(await exhaust(one.ledger)).toBe(0)
})

test('nor is one that went on alone trusted with more, once a Redis that hung is back', async () => {
  await using server = await startRedis()
  const allowance = { windows: [{ calls: 10, milliseconds: hour }] }
  using one = await instance(server, allowance)
  using other = await instance(server, allowance)
  for (const { ledger } of [one, other, one, other]) await ledger.take(0)
  server.pause()
  const alone = (await exhaust(one.ledger)) + (await exhaust(other.ledger))
  other.redis.disconnect()
  const back = new Promise(resolve => one.redis.once('ready', resolve))
  server.resume()
  await back
  expect(4 + alone + (await exhaust(one.ledger))).toBeLessThanOrEqual(10)
})

test('a Redis that comes back empty is trusted with no more than a share, however few are back', async () => {
  await using server = await startRedis()
  const allowance = { windows: [{ calls: 10, milliseconds: hour }] }
  using one = await instance(server, allowance)
  using other = await instance(server, allowance)
  for (let count = 0; count < 5; count++) await other.ledger.take(0)
  await one.ledger.take(0)
  other.redis.disconnect()
  const back = new Promise(resolve => one.redis.once('ready', resolve))
  await server.restart()
  await back
  expect(await exhaust(one.ledger)).toBe(4)
  const refusal = await one.ledger.take(0)
  // By then all have told Redis, or are gone.
  expect(refusal?.milliseconds).toBeLessThanOrEqual(5_000)
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
  await one.ledger.take(0)
  await change(server)
  expect(await one.ledger.take(0)).toBeUndefined()
  await mend(server)
  await expect.poll(() => sees(one.ledger, other.ledger)).toBe(true)
})

test('Redis killed and restarted under load: every call is answered soon, and no window holds too many but for what was not seen at the loss', async () => {
  await using server = await startRedis()
  const window = { calls: 30, milliseconds: 1_000 }
  using one = await instance(server, { windows: [window] })
  using other = await instance(server, { windows: [window] })
  using third = await instance(server, { windows: [window] })
  const made: Take[] = []
  const takes = new Map<Ledger, Take[]>([one, other, third].map(({ ledger }) => [ledger, []]))
  let isOver = false
  const load = async (ledger: Ledger) => {
    while (!isOver) {
      const asked = performance.now()
      const refusal = await ledger.take(0)
      const answered = performance.now()
      takes.get(ledger)?.push({ asked, answered })
      if (!refusal) made.push({ asked, answered })
      await new Promise(resolve => setTimeout(resolve, Math.min(refusal?.milliseconds ?? 1, 20)))
    }
  }
  const instances = [one, other, third]
  const loads = instances.flatMap(({ ledger }) => [load(ledger), load(ledger), load(ledger)])
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
  // Each was counted at some time between its two.
  const within = (start: number) =>
    made.filter(({ asked, answered }) => asked >= start && answered < start + 900)
  /** The calls that were made since an instance last saw them. */
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

/** When a ledger was asked, and when it answered. */
interface Take {
  readonly asked: number
  readonly answered: number
}

/** How many calls a ledger still allows. */
async function exhaust(ledger: Ledger): Promise<number> {
  let made = 0
  while (!(await ledger.take(0))) made++
  return made
}

/** Whether a call of the one is counted by the other. */
async function sees(one: Ledger, other: Ledger): Promise<boolean> {
  await one.take(0)
  await other.take(0)
  const before = other.left ?? 0
  await one.take(0)
  await other.take(0)
  return before - (other.left ?? 0) === 2
}

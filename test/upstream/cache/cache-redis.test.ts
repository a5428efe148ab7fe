import { setTimeout } from 'node:timers/promises'
import fc from 'fast-check'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { type Cache, openCache } from '../../../src/upstream/cache/cache.ts'
import { openRedis, type RedisConnection } from '../../../src/upstream/cache/redis.ts'
import { installMilliseconds } from '../../support/debian-package.ts'
import { recordLog } from '../../support/recorded-log.ts'
import { installRedis, type RedisServer, startRedis } from '../../support/redis.ts'

const bytes = 10_000_000
const hour = 3_600_000
const unhandled: unknown[] = []
const note = (reason: unknown) => unhandled.push(reason)

beforeAll(installRedis, installMilliseconds)

beforeEach(() => {
  process.on('unhandledRejection', note)
  vi.spyOn(console, 'error')
})

afterEach(() => {
  process.off('unhandledRejection', note)
  expect(unhandled.splice(0)).toEqual([])
  expect(console.error).not.toHaveBeenCalled()
  vi.restoreAllMocks()
})

test('what one instance keeps another gets, and so does one that is started later', async () => {
  await using fleet = await startFleet()
  await fleet.one.set('name', { value: { rows: [1, null] }, at: 5 }, hour)
  expect(await fleet.other.get('name')).toEqual({ value: { rows: [1, null] }, at: 5 })
  await using later = fleet.instance()
  expect(await later.get('name')).toEqual({ value: { rows: [1, null] }, at: 5 })
})

test('a newer answer of one instance reaches another that has the older in memory, as a change for those who read it', async () => {
  await using fleet = await startFleet()
  const [changes, foreign] = [{ count: 0 }, { count: 0 }]
  const reader = fleet.other.countedBy(changes)
  await fleet.other.countedBy(foreign).set('theirs', { value: 1, at: 1 }, hour)
  await fleet.one.set('name', { value: 'old', at: 1 }, hour)
  expect(await reader.get('name')).toEqual({ value: 'old', at: 1 })
  // Once word of the old one has come, which may be after the first look, memory answers and nothing changes.
  const changesOfALook = async () => {
    const { count } = changes
    expect(await reader.get('name')).toEqual({ value: 'old', at: 1 })
    return changes.count - count
  }
  await expect.poll(changesOfALook).toBe(0)
  const { count } = changes
  await fleet.one.set('name', { value: 'new', at: 2 }, hour)
  await expect.poll(() => changes.count).toBeGreaterThan(count)
  expect(foreign.count).toBe(1)
  await expect.poll(() => reader.get('name')).toEqual({ value: 'new', at: 2 })
  expect(await fleet.one.get('name')).toEqual({ value: 'new', at: 2 })
})

test('an answer expires for every instance, and in Redis', async () => {
  await using fleet = await startFleet()
  await fleet.one.set('name', { value: 1, at: 0 }, 300)
  expect(await fleet.other.get('name')).toBeDefined()
  await expect.poll(() => fleet.redis.dbsize()).toBe(0)
  expect(await fleet.one.get('name')).toBeUndefined()
  expect(await fleet.other.get('name')).toBeUndefined()
})

test('clearing a group forgets it on every instance at once, and only it', async () => {
  await using fleet = await startFleet()
  await fleet.one.set('a', { value: 1, at: 0 }, hour, await fleet.one.tagVersion('lists'))
  await fleet.one.set('b', { value: 2, at: 0 }, hour)
  await fleet.other.set('c', { value: 3, at: 0 }, hour, await fleet.other.tagVersion('lists'))
  expect(await fleet.other.get('a')).toEqual({ value: 1, at: 0 })
  expect(await fleet.one.get('c')).toEqual({ value: 3, at: 0 })
  await fleet.one.clear('lists')
  expect(await fleet.other.get('c')).toBeUndefined()
  expect(await fleet.other.get('a')).toBeUndefined()
  expect(await fleet.one.get('a')).toBeUndefined()
  expect(await fleet.other.get('b')).toBeDefined()
  await fleet.other.set('a', { value: 3, at: 1 }, hour, await fleet.other.tagVersion('lists'))
  await expect.poll(() => fleet.one.get('a')).toEqual({ value: 3, at: 1 })
})

test('a group that is cleared while Redis hangs is forgotten here at once, and everywhere when it is back', async () => {
  await using fleet = await startFleet()
  await fleet.one.set('a', { value: 1, at: 0 }, hour, await fleet.one.tagVersion('lists'))
  expect(await fleet.other.get('a')).toBeDefined()
  fleet.server.pause()
  await expect
    .poll(async () => {
      await fleet.one.get('unknown')
      return fleet.lines
    })
    .toHaveLength(1)
  await fleet.one.clear('lists')
  expect(await fleet.one.get('a')).toBeUndefined()
  expect(await fleet.other.get('a')).toBeUndefined()
  fleet.server.resume()
  const seenHere = new Set<unknown>()
  await expect
    .poll(async () => [seenHere.add(await fleet.one.get('a')).size, fleet.lines.length], {
      timeout: 5_000,
      interval: 5,
    })
    .toEqual([1, 2])
  await expect.poll(() => fleet.redis.keys('isotherm:groups:*')).toEqual([])
  expect(seenHere).toEqual(new Set([undefined]))
  await fleet.returned(fleet.other)
  expect(await fleet.other.get('a')).toBeUndefined()
})

test('two namespaces never see each other, in memory or in Redis', async () => {
  await using fleet = await startFleet()
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[a:*]{0,4}$/))
  await fc.assert(
    fc.asyncProperty(text, text, text, fc.boolean(), async (namespace, foreign, name, grouped) => {
      fc.pre(namespace !== foreign)
      await using mine = fleet.instance(namespace)
      await using theirs = fleet.instance(foreign)
      await mine.set(
        name,
        { value: 'mine', at: 1 },
        hour,
        grouped ? await mine.tagVersion('group') : undefined,
      )
      await theirs.clear('group')
      for (const prefix of [`${namespace}:`, `${foreign}:`, ''])
        expect(await theirs.get(prefix + name)).toBeUndefined()
      expect(await mine.get(name)).toEqual({ value: 'mine', at: 1 })
      await fleet.redis.flushall()
    }),
    { numRuns: 40 },
  )
}, 60_000)

test('neither the namespace nor the name of an answer can be read in Redis', async () => {
  await using fleet = await startFleet()
  await using cache = fleet.instance('key-of-a-customer')
  await cache.set('question-of-a-customer', { value: 1, at: 0 }, hour, await cache.tagVersion('group'))
  const keys = await fleet.redis.keys('*')
  expect(keys).toHaveLength(2)
  expect(keys.join()).not.toContain('customer')
})

test('rubbish in Redis is nothing kept', async () => {
  await using fleet = await startFleet()
  await fleet.one.set('name', { value: 1, at: 0 }, hour)
  const [key = ''] = await fleet.redis.keys('*')
  const rubbish = [
    '',
    '{',
    'null',
    '[]',
    '{"value":{}}',
    '{"at":0,"until":9e15}',
    '{"value":1,"at":"now","until":9e15}',
    '{"value":1,"at":0,"until":"never"}',
    '{"value":1,"at":0,"until":9e15,"tag":"lists"}',
  ]
  for (const text of rubbish) {
    await fleet.redis.set(key, text)
    expect(await fleet.other.get('name')).toBeUndefined()
  }
  await fleet.redis.unlink(key)
  await fleet.redis.lpush(key, 'a list')
  expect(await fleet.other.get('name')).toBeUndefined()
  await fleet.redis.publish(`isotherm:invalidations:${key.split(':')[2]}`, '{"from":"x","keys":null}')
  await fleet.redis.unlink(key)
  await fleet.other.set('name', { value: 2, at: 1 }, hour)
  await expect.poll(() => fleet.one.get('name')).toEqual({ value: 2, at: 1 })
})

test('from the news of others memory learns what to forget, and nothing else', async () => {
  await using fleet = await startFleet()
  await using listener = fleet.redis.duplicate()
  const heard = Promise.withResolvers<unknown>()
  listener.on('message', (_channel, text) => heard.resolve(JSON.parse(text)))
  await fleet.one.set('name', { value: 1, at: 0 }, hour)
  const [key = ''] = await fleet.redis.keys('*')
  const channel = `isotherm:invalidations:${key.split(':')[2]}`
  await listener.subscribe(channel)
  await fleet.other.set('second', { value: 1, at: 0 }, hour)
  const { keys } = z.strictObject({ from: z.string(), keys: z.array(z.string()) }).parse(await heard.promise)
  expect(keys).toEqual(expect.arrayContaining([expect.stringContaining(key.slice(0, key.lastIndexOf(':')))]))
  await fleet.redis.unlink(key)
  for (const message of [
    { type: 'clear' },
    { keys: [] },
    { keys: ['*', ''] },
    { keys: [key.slice(0, -1)] },
  ]) {
    await fleet.redis.publish(channel, JSON.stringify({ from: 'x', ...message }))
  }
  await fleet.other.set('second', { value: 2, at: 0 }, hour)
  await expect.poll(() => fleet.one.get('second')).toEqual({ value: 2, at: 0 })
  expect(await fleet.one.get('name')).toEqual({ value: 1, at: 0 })
})

test('while Redis is killed memory goes on, and after its return so does sharing, each said once', async () => {
  await using fleet = await startFleet()
  await fleet.one.set('before', { value: 1, at: 0 }, hour)
  await fleet.server.kill()
  expect(await fleet.one.get('before')).toEqual({ value: 1, at: 0 })
  await fleet.one.set('during', { value: 2, at: 0 }, hour)
  expect(await fleet.one.get('during')).toEqual({ value: 2, at: 0 })
  expect(await fleet.other.get('during')).toBeUndefined()
  await fleet.server.restart()
  await fleet.returned(fleet.one)
  await fleet.returned(fleet.other)
  await fleet.one.set('after', { value: 3, at: 0 }, hour)
  expect(await fleet.other.get('after')).toEqual({ value: 3, at: 0 })
  await fleet.one.set('after', { value: 4, at: 1 }, hour)
  await expect.poll(() => fleet.other.get('after')).toEqual({ value: 4, at: 1 })
  await expect.poll(() => fleet.lines).toHaveLength(2)
  expect(fleet.lines[0]).toMatch(/^Redis cannot be used \(ECONN\w+\): going on without it$/)
  expect(fleet.lines[1]).toBe('Redis can be used again')
})

test('while Redis is a replica memory goes on, and once it is promoted clearing and sharing do, each said once', async () => {
  await using fleet = await startFleet()
  await fleet.one.set('list', { value: 'old', at: 1 }, hour, await fleet.one.tagVersion('lists'))
  expect(await fleet.other.get('list')).toEqual({ value: 'old', at: 1 })
  await fleet.server.demote()
  await fleet.one.set('name', { value: 1, at: 1 }, hour)
  expect(await fleet.one.get('name')).toEqual({ value: 1, at: 1 })
  await fleet.one.clear('lists')
  expect(await fleet.one.get('list')).toBeUndefined()
  await expect.poll(() => fleet.lines).toHaveLength(1)
  await fleet.server.promote()
  await fleet.returned(fleet.one)
  await fleet.returned(fleet.other)
  expect(fleet.lines).toEqual([
    'Redis cannot be used (it is a replica): going on without it',
    'Redis can be used again',
  ])
  await expect.poll(() => fleet.other.get('list')).toBeUndefined()
  await fleet.one.set('name', { value: 2, at: 2 }, hour)
  expect(await fleet.other.get('name')).toEqual({ value: 2, at: 2 })
  // By the bus, which its own connection listens to.
  await expect
    .poll(async () => {
      await fleet.one.set('name', { value: 3, at: 3 }, hour)
      return fleet.other.get('name')
    })
    .toEqual({ value: 3, at: 3 })
})

test('under load, Redis killed and restarted loses no answer, changes none and fails no call', async () => {
  await using fleet = await startFleet()
  let stop = false
  let hits = 0
  const work = async (cache: Cache, worker: number) => {
    for (let turn = 0; !stop; turn++) {
      const name = `${worker % 4} ${turn % 50}`
      const kept = await cache.get(name)
      if (kept) hits++
      if (kept) expect(kept).toEqual({ value: `answer to ${name}`, at: 1 })
      else await cache.set(name, { value: `answer to ${name}`, at: 1 }, 200)
      if (turn % 20 === 0) await new Promise(setImmediate)
    }
  }
  const load = Promise.all(
    [0, 1, 2, 3].flatMap(worker => [work(fleet.one, worker), work(fleet.other, worker)]),
  )
  try {
    for (let round = 0; round < 3; round++) {
      await fleet.server.kill()
      const killed = hits
      await expect.poll(() => hits - killed).toBeGreaterThan(500)
      await fleet.server.restart()
      await fleet.returned(fleet.one)
      const restarted = hits
      await expect.poll(() => hits - restarted).toBeGreaterThan(500)
    }
  } finally {
    stop = true
    await load
  }
}, 60_000)

test('a Redis that hangs is waited for once, and then not at all', async () => {
  await using fleet = await startFleet()
  await fleet.one.set('name', { value: 1, at: 0 }, hour)
  fleet.server.pause()
  const first = performance.now()
  const names = Array.from({ length: 1_000 }, (_, index) => `unknown ${index}`)
  expect(new Set(await Promise.all(names.map(name => fleet.other.get(name))))).toEqual(new Set([undefined]))
  // Less than the wait for a single command.
  expect(performance.now() - first).toBeLessThan(2_000)
  const start = performance.now()
  for (const name of names) {
    expect(await fleet.other.get(name)).toBeUndefined()
    await fleet.other.set(name, { value: 1, at: 0 }, hour)
  }
  // Two thousand waits would be much longer.
  expect(performance.now() - start).toBeLessThan(10_000)
  await expect.poll(() => fleet.lines).toEqual([expect.stringMatching(/does not answer/)])
  fleet.server.resume()
  await fleet.returned(fleet.other)
  await expect.poll(() => fleet.other.get('name')).toEqual({ value: 1, at: 0 })
})

test('a Redis that is not there at the start is no error, and is used once it is', async () => {
  await using fleet = await startFleet()
  await fleet.server.kill()
  await using early = fleet.instance('early')
  await using second = fleet.instance('early')
  expect(await early.get('name')).toBeUndefined()
  await early.set('name', { value: 1, at: 0 }, hour, await early.tagVersion('group'))
  await early.clear('group')
  await fleet.server.restart()
  await fleet.returned(early, 'early')
  await fleet.returned(second, 'early')
  await early.set('name', { value: 2, at: 0 }, hour, await early.tagVersion('group'))
  await expect.poll(() => second.get('name')).toEqual({ value: 2, at: 0 })
})

test('a process that is busy for a while does not take Redis for dead', async () => {
  await using fleet = await startFleet()
  // A loss that is over leaves no trace.
  await fleet.server.kill()
  await expect.poll(() => fleet.lines).toHaveLength(1)
  await fleet.server.restart()
  await Promise.all([fleet.returned(fleet.one), fleet.returned(fleet.other)])
  await expect.poll(() => fleet.lines).toHaveLength(2)
  await fleet.one.set('name', { value: 1, at: 0 }, hour)
  const asked = fleet.other.get('name')
  await new Promise(process.nextTick)
  const until = performance.now() + 700
  while (performance.now() < until);
  expect(await asked).toEqual({ value: 1, at: 0 })
  expect(fleet.lines).toHaveLength(2)
})

test('an end while Redis hangs leaves no connection', async () => {
  await using fleet = await startFleet()
  const sockets = () => process.getActiveResourcesInfo().filter(name => name === 'TCPSocketWrap').length
  const before = sockets()
  await using short = fleet.instance()
  await short.set('name', { value: 1, at: 0 }, hour)
  const connections = async () => /connected_clients:(\d+)/.exec(await fleet.redis.info('clients'))?.[1]
  await expect.poll(connections).toBe('7')
  fleet.server.pause()
  const asked = short.get('other')
  await short[Symbol.asyncDispose]()
  expect(await asked).toBeUndefined()
  await expect.poll(sockets).toBe(before)
  fleet.server.resume()
  await expect.poll(connections).toBe('5')
})

interface Fleet extends AsyncDisposable {
  readonly server: RedisServer
  readonly redis: RedisConnection
  readonly one: Cache
  readonly other: Cache
  readonly lines: string[]
  instance(namespace?: string): Cache
  /** Resolves when the cache writes to Redis again. */
  returned(cache: Cache, namespace?: string): Promise<void>
}

/** Two instances on one Redis, each connected. */
async function startFleet(): Promise<Fleet> {
  await using resources = new AsyncDisposableStack()
  const server = resources.use(await startRedis())
  const { log, messages: lines } = recordLog('info')
  const redis = resources.use(openRedis(server.url, log))
  const instance = (namespace = 'fleet') => openCache({ bytes, redis, namespace })
  const one = resources.use(instance())
  const other = resources.use(instance())
  const returned = async (cache: Cache, namespace = 'fleet') => {
    await using witness = instance(namespace)
    const probe = crypto.randomUUID()
    for (let turn = 0; !(await witness.get(probe)); turn++) {
      if (turn > 500) throw new Error('the cache did not come back')
      await cache.set(probe, { value: turn, at: turn }, 500)
      await setTimeout(20)
    }
  }
  await returned(one)
  await returned(other)
  const [channel = ''] = await redis
    .pubsub('CHANNELS', 'isotherm:invalidations:*')
    .then(z.array(z.string()).parse)
  await expect.poll(() => redis.pubsub('NUMSUB', channel)).toEqual([channel, 2])
  await redis.flushall()
  const owned = resources.move()
  return {
    server,
    redis,
    one,
    other,
    lines,
    instance,
    returned,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

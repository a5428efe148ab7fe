import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { beforeAll, expect, test, vi } from 'vitest'
import { type Cache, openCache } from '../../../src/upstream/cache/cache.ts'
import { type Lease, type Leases, type OthersLeases, openLeases } from '../../../src/upstream/cache/leases.ts'
import { openRedis } from '../../../src/upstream/cache/redis.ts'
import { silentLog } from '../../../src/upstream/log.ts'
import { installMilliseconds } from '../../support/debian-package.ts'
import { recordLog } from '../../support/recorded-log.ts'
import { installRedis, type RedisServer, startRedis } from '../../support/redis.ts'
import { openDataSource, scope } from '../source/asking.ts'

beforeAll(installRedis, installMilliseconds)

const waiting = new AbortController().signal

test.each(['subscribe', 'publish'])(
  'where a Redis does not allow %s nobody waits for a lease, and the log says so once',
  async command => {
    await using server = await startRedis()
    await using here = await instance(server.url)
    await using there = await instance(await server.forbid(command))
    await expect.poll(() => there.lines).toHaveLength(1)
    expect(there.lines[0]).toContain('(NOPERM): allow SUBSCRIBE and PUBLISH on isotherm:*')
    const held = await here.claimed('what')
    const hold = Promise.withResolvers<number>()
    const one = openDataSource(() => hold.promise, { cache: here.cache, staleMilliseconds: 0 })
    const other = openDataSource(async () => 2, { cache: there.cache, staleMilliseconds: 0 })
    const slow = one.ask('other', scope())
    await expect.poll(() => here.leased()).toBe(2)
    expect(await other.ask('other', scope())).toBe(2)
    expect(await there.leases.claim(['what'], false)).toBeUndefined()
    held.end([])
    hold.resolve(1)
    expect(await slow).toBe(1)
    expect(there.lines).toHaveLength(1)
  },
)

test('a connection that is dead in silence keeps nobody waiting for leases', async () => {
  await using server = await startRedis()
  await using proxy = await startSwallowing(server)
  await using here = await instance(server.url)
  await using there = await instance(proxy.url)
  const held = await here.claimed('what')
  const others = await othersOf(there, 'what')
  expect(others.states).toEqual(['leased'])
  proxy.swallow()
  await others.ended(waiting)
  expect(await there.leases.claim(['what'], false)).toBeUndefined()
  expect(there.lines).toEqual([expect.stringContaining('(none arrives)')])
  proxy.spit()
  await expect.poll(() => there.leases.claim(['what'], false)).toMatchObject({ states: ['leased'] })
  expect(there.lines).toHaveLength(2)
  held.end([])
})

test('a connection that is ready while the subscription is still on its way does not deafen an instance', async () => {
  await using server = await startRedis()
  await using proxy = await startSwallowing(server)
  proxy.hold()
  const lines: string[] = []
  const log = { ...silentLog, warn: (_fields: object, message: string) => lines.push(message) }
  using redis = openRedis(proxy.url, silentLog)
  using subscriber = redis.duplicate({ autoResubscribe: false })
  using leases = openLeases({ redis, subscriber, namespace: 'fleet', log })
  await proxy.held
  // Otherwise it could be ready for the first time, and lose that connection, while it is asked.
  if (redis.status !== 'ready') await once(redis, 'ready')
  redis.disconnect(true)
  await once(redis, 'ready')
  await redis.ping()
  proxy.release()
  await vi.waitFor(async () => expect(await leases.claim(['what'], false)).toBeDefined(), patience)
  expect(lines).toEqual([])
})

test('of a Redis that refuses the database nobody is told to allow messages', async () => {
  await using server = await startRedis()
  const { log, messages } = recordLog('info')
  using redis = openRedis(`${server.url}/99`, log)
  using subscriber = redis.duplicate({ autoResubscribe: false })
  const ends = Promise.all([redis, subscriber].map(one => new Promise(end => one.once('end', end))))
  using _leases = openLeases({ redis, subscriber, namespace: 'refused', log })
  await ends
  expect(messages).toEqual([expect.stringContaining('its database cannot be selected')])
})

test('who waits for a lease hears its end again after its connection was lost and came back', async () => {
  await using server = await startRedis()
  await using here = await instance(server.url)
  await using there = await instance(server.url)
  const held = await here.claimed('what')
  const others = await othersOf(there, 'what')
  const ended = others.ended(waiting)
  await here.redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
  expect(await ended).toEqual([undefined])
  const again = await othersOf(there, 'what')
  held.end([{ message: 'said' }])
  expect(await again.ended(waiting)).toEqual(['said'])
})

/** The leases that another instance holds. */
async function othersOf({ leases }: { readonly leases: Leases }, name: string): Promise<OthersLeases> {
  return await vi.waitFor(async () => {
    const others = await leases.claim([name], false)
    if (!others || others.isOwn) throw new TypeError('No other instance holds it.')
    return others
  }, patience)
}

/** The Redis is heard a moment after it is connected to. */
const patience = { timeout: 30_000, interval: 20 }

/** What one instance has to do with leases. */
async function instance(url: string) {
  const lines: string[] = []
  const note = (_fields: object, message: string) => lines.push(message)
  const resources = new AsyncDisposableStack()
  const redis = resources.use(openRedis(url, silentLog))
  const cache: Cache = resources.use(
    openCache({ bytes: 1_000_000, redis, namespace: 'fleet', log: { ...silentLog, warn: note } }),
  )
  const { leases } = cache
  if (!leases) throw new TypeError('There are no leases.')
  return {
    redis,
    cache,
    leases,
    lines,
    /** Its own lease. */
    claimed: (name: string): Promise<Lease> =>
      vi.waitFor(async () => {
        const lease = await leases.claim([name], false)
        if (!lease?.isOwn) throw new TypeError('It cannot be claimed.')
        return lease
      }, patience),
    /** How many leases there are. */
    leased: async () => (await redis.keys('isotherm:lease:*')).length,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

/** A way to a Redis on which messages may get lost without a word. */
async function startSwallowing({ port }: RedisServer) {
  let isSwallowing = false
  let held: (() => void)[] | undefined
  const hasHeld = Promise.withResolvers<void>()
  const subscribed = new Set<Socket>()
  const open = new Set<Socket>()
  const server = createServer(near => {
    const far = connect(port, '127.0.0.1')
    for (const socket of [near, far]) open.add(socket)
    near.on('data', data => {
      if (data.includes('subscribe')) subscribed.add(near)
      if (held && subscribed.has(near)) {
        held.push(() => far.write(data))
        hasHeld.resolve()
      } else if (!(isSwallowing && subscribed.has(near))) far.write(data)
    })
    far.on('data', data => {
      if (!(isSwallowing && subscribed.has(near))) near.write(data)
    })
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const)
      one.on('error', () => other.destroy()).on('close', () => other.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port: own } = server.address() as AddressInfo
  return {
    url: `redis://127.0.0.1:${own}`,
    swallow() {
      isSwallowing = true
    },
    spit() {
      isSwallowing = false
    },
    /** Keeps what subscribes until it is released. */
    hold() {
      held = []
    },
    held: hasHeld.promise,
    release() {
      for (const pass of held ?? []) pass()
      held = undefined
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy()
      server.close()
    },
  }
}

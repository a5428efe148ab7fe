import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test, vi } from 'vitest'
import { stringify } from 'yaml'
import { scopes } from '../../src/access/scopes.ts'
import { CallerLimits } from '../../src/server/limits/caller-limits.ts'
import { openRedis } from '../../src/upstream/cache/redis.ts'
import { silentLog } from '../../src/upstream/log.ts'
import { openCallCounters } from '../../src/upstream/rate-limit/call-counters.ts'
import { installMilliseconds } from '../support/debian-package.ts'
import { serveFleet } from '../support/fleet.ts'
import { bearer, post, someCaller } from '../support/guarded.ts'
import { installRedis, startRedis } from '../support/redis.ts'

beforeAll(installRedis, installMilliseconds)

const uuid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
const pages = (number: number) =>
  `{ website(by: { zenovayId: "${uuid(number)}" }) { views(first: 1) { leftOut } } }`

test('two instances count the requests, the cost and the calls of a caller together', async () => {
  const limits = {
    busy: { requestsPerMinute: 7 },
    thrifty: { costPerMinute: 300 },
    small: { upstreamCallsPerHour: { zenovay: 5 } },
  }
  const callers = Object.entries(limits).map(([id, own]) => ({ ...someCaller(id, ['acme']), own }))
  const folder = await mkdtemp(join(tmpdir(), 'isotherm-'))
  await using resources = new AsyncDisposableStack()
  resources.defer(() => rm(folder, { recursive: true }))
  const file = join(folder, 'access.yaml')
  const entries = callers.map(({ entry, own }) => ({ ...entry, limits: own }))
  await writeFile(file, stringify({ accounts: [{ id: 'acme' }], callers: entries }))
  const environment = { ISOTHERM_ACCESS: file, ISOTHERM_COST_MODE: 'enforce' }
  const fleet = resources.use(await serveFleet(2, { environment }))
  const [busy = '', thrifty = '', small = ''] = callers.map(({ key }) => key)

  /** What was answered, by one instance and the other in turn. */
  const ask = (key: string, count: number, query: (number: number) => string) =>
    Promise.all(
      Array.from({ length: count }, (_, index) =>
        post(fleet.origins[index % 2] ?? '', bearer(key), query(index)),
      ),
    )
  const statuses = (await ask(busy, 20, () => '{ __typename }')).map(({ status }) => status)
  expect(statuses.filter(status => status === 200)).toHaveLength(7)
  expect(statuses.filter(status => status === 429)).toHaveLength(13)

  const spent = await ask(thrifty, 12, () => '{ locations(first: 100) { nodes { id } } }')
  const cost = Number(spent[0]?.headers.get('x-cost-estimated'))
  const answered = spent.filter(({ status }) => status === 200).length
  expect(cost).toBeGreaterThan(50)
  // Each instance counts in hundredths.
  expect(answered * cost).toBeLessThanOrEqual(300 + 2 * 3)
  expect((answered + 1) * cost).toBeGreaterThan(300 - 2 * 3)

  const { journal } = fleet.sandbox.zenovay
  journal.clear()
  const asked = await ask(small, 12, pages)
  const refused = asked.filter(({ body }) => JSON.stringify(body).includes('RATE_LIMITED'))
  expect(refused).toHaveLength(7)
  expect(journal.count()).toBe(5)
})

test('the cost of one operation is counted by one round trip to Redis', async () => {
  await using server = await startRedis()
  using redis = openRedis(server.url, silentLog)
  if (redis.status !== 'ready') await new Promise(resolve => redis.once('ready', resolve))
  using counters = openCallCounters(redis)
  using limits = new CallerLimits(counters)
  const caller = { id: 'thrifty', scopes: new Set(scopes), limits: { costPerMinute: 1000 } }
  const spend = (cost: number) =>
    limits.spend(caller, cost, new ServerResponse(new IncomingMessage(new Socket())), 'enforce')
  expect(await spend(10)).toBeUndefined()
  const sent = vi.spyOn(redis, 'evalsha')
  expect(await spend(900)).toBeUndefined()
  expect(sent).toHaveBeenCalledTimes(1)
  expect(await spend(200)).toMatchObject({ message: expect.stringContaining('more than is left') })
  expect(await spend(90)).toBeUndefined()
})

test.each(['enforce', 'measure'] as const)(
  'to %s, an instance that saw the minute full counts again once it is over',
  async mode => {
    await using server = await startRedis()
    const caller = { id: 'thrifty', scopes: new Set(scopes), limits: { costPerMinute: 1000 } }
    const open = async () => {
      const resources = new DisposableStack()
      const redis = resources.use(openRedis(server.url, silentLog))
      if (redis.status !== 'ready') await new Promise(resolve => redis.once('ready', resolve))
      const limits = resources.use(new CallerLimits(resources.use(openCallCounters(redis))))
      const spend = (cost: number) =>
        limits.spend(caller, cost, new ServerResponse(new IncomingMessage(new Socket())), mode)
      return { redis, spend, [Symbol.dispose]: () => resources.dispose() }
    }
    using one = await open()
    expect(await one.spend(1000)).toBeUndefined()
    using other = await open()
    for (const _ of [1, 2])
      expect(await other.spend(100)).toEqual(mode === 'enforce' ? expect.anything() : undefined)
    const [key = ''] = await one.redis.keys('*:calls')
    expect(await one.redis.zcard(key)).toBe(100)
    // As if the minute were over.
    await one.redis.del(key)
    for (const cost of [100, 20]) expect(await other.spend(cost)).toBeUndefined()
    expect(await one.redis.zcard(key)).toBe(12)
  },
)

import { Redis } from 'ioredis'
import { beforeAll, expect, test } from 'vitest'
import { FailureEverythingDocument, GraphCreateSnapshotDocument } from '../generated/graphql.ts'
import { askText } from '../support/client.ts'
import { installMilliseconds } from '../support/debian-package.ts'
import { bearer, serveGuarded, someCaller } from '../support/guarded.ts'
import { installRedis, startRedis } from '../support/redis.ts'

beforeAll(installRedis, installMilliseconds)

const range = { start: '2025-08-05T00:00:00Z', end: '2025-08-06T00:00:00Z' }
const snapshot = {
  applicationId: 'application',
  deviceType: 'kiosk',
  eventId: 'event',
  isDeviceTypeSelectedByUser: true,
  name: 'new',
  sessionId: 'session',
  start: 0,
  viewId: 'view',
  viewName: '/pricing',
}

test('every key in Redis expires, whatever wrote it', async () => {
  await using server = await startRedis()
  const { key, entry } = someCaller('dashboard', ['acme'])
  const limits = { requestsPerMinute: 100, costPerMinute: 1_000_000, upstreamCallsPerHour: { zenovay: 100 } }
  await using served = await serveGuarded(
    { accounts: [{ id: 'acme' }], callers: [{ ...entry, limits }] },
    { environment: { REDIS_URL: server.url, ISOTHERM_CACHE_BYTES: '10000000' } },
  )
  const { origin, sandbox } = served
  const headers = bearer(key)
  const redis = new Redis(server.url)
  // The instance hears itself before it takes leases.
  await expect.poll(() => redis.pubsub('CHANNELS', 'isotherm:leases:*')).toHaveLength(2)
  const all = await askText(origin, FailureEverythingDocument.toString(), { range }, { headers })
  expect(all.errors).toEqual([])
  for (const [, link = ''] of all.text.matchAll(/"link":"([^"]+)"/g))
    expect((await fetch(link)).status).toBe(200)
  const created = await askText(
    origin,
    GraphCreateSnapshotDocument.toString(),
    { input: snapshot },
    { headers },
  )
  expect(created.errors).toEqual([])
  // The change has cleared the tag of lists.
  await askText(origin, '{ snapshots(viewName: "/pricing", first: 2) { name } }', {}, { headers })
  sandbox.zenovay.journal.script({ answer: { status: 429, headers: { 'retry-after': '30' } }, times: 1 })
  await askText(origin, '{ website(by: { id: "help" }) { views { nodes { path } } } }', {}, { headers })

  const expiries = new Map<string, number>()
  const scan = async () => {
    for await (const keys of redis.scanStream())
      for (const name of keys) expiries.set(String(name), await redis.pttl(String(name)))
    return [...new Set([...expiries.keys()].map(kindOf))]
  }
  // Some is written after an answer.
  await expect.poll(scan).toEqual(expect.arrayContaining(written))
  redis.disconnect()
  // A key may have expired between the two questions.
  const lasting = [...expiries].filter(([, milliseconds]) => milliseconds === -1 || milliseconds > longest)
  expect(lasting.map(([name]) => name)).toEqual([])
})

/** What a whole run writes, without who it is of. */
const written = [
  'isotherm:entries',
  'isotherm:groups',
  'isotherm:lease',
  'isotherm:images',
  ...['analytiks', 'aura-vision', 'datadog', 'posthog', 'zenovay'].map(
    name => `isotherm:budget:${name} instances`,
  ),
  'isotherm:budget:zenovay calls',
  'isotherm:budget:zenovay facts',
  'isotherm:budget:caller calls',
  'isotherm:budget:caller instances',
]

/** A year and a day, in milliseconds. */
const longest = 366 * 24 * 3_600_000

function kindOf(name: string): string {
  const [, counted, part] = /^\{(isotherm:budget:[\w-]+).*\}:(\w+)$/.exec(name) ?? []
  return counted ? `${counted} ${part}` : name.split(':', 2).join(':')
}

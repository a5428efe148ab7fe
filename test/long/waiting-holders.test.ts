import { Redis } from 'ioredis'
import { beforeAll, expect, test } from 'vitest'
import type { Journal } from '../../src/sandbox/emulator.ts'
import { askText } from '../support/client.ts'
import { installMilliseconds } from '../support/debian-package.ts'
import { type Fleet, serveFleet } from '../support/fleet.ts'
import { installRedis } from '../support/redis.ts'

beforeAll(installRedis, installMilliseconds)

const day = '{ start: "2025-08-05T00:00:00Z", end: "2025-08-06T00:00:00Z" }'
const store = 'location(by: { id: "oxford-street" })'

test('nobody waits for an instance whose list waits for another call of its own', async () => {
  await using fleet = await serveFleet(2, { environment: { DATADOG_CONCURRENCY: '1' } })
  const [one = '', other = ''] = fleet.origins
  const { journal } = fleet.sandbox.datadog
  const hold = Promise.withResolvers<void>()
  journal.script({ route: 'POST /api/v2/replay/heatmap/snapshots', until: hold.promise })
  const input = `{ applicationId: "a", deviceType: "kiosk", eventId: "e", isDeviceTypeSelectedByUser: true, name: "new",
    sessionId: "s", start: 0, viewId: "v", viewName: "/elsewhere" }`
  const change = askText(one, `mutation { createSnapshot(input: ${input}) { __typename } }`)
  await expect.poll(() => journal.calls.length).toBe(1)
  const query = '{ snapshots(viewName: "/pricing", first: 50) { name } }'
  const waits = askText(one, query)
  await using redis = connectTo(fleet)
  await expect.poll(() => redis.keys('isotherm:groups:*')).toHaveLength(1)
  await fetch(`${one}/healthz`)
  expect((await askText(other, query)).errors).toEqual([])
  expect(journal.calls).toHaveLength(2)
  hold.resolve()
  expect((await change).errors).toEqual([])
  expect((await waits).errors).toEqual([])
})

test.each([
  ['analytiks', 'POST /token', `{ ${store} { traffic(range: { utc: ${day} }) { total } } }`],
  ['aura-vision', 'POST /oauth/token', `{ ${store} { heatmaps(range: ${day}, types: [PATH]) { type } } }`],
] as const)('nobody waits for an instance that waits for its token of %s', async (name, route, query) => {
  await using fleet = await serveFleet(2)
  const [one = '', other = ''] = fleet.origins
  const { journal } = fleet.sandbox[name]
  const hold = Promise.withResolvers<void>()
  journal.script({ route, until: hold.promise, times: 1 })
  const waits = askText(one, query)
  await expect.poll(() => journal.calls.length).toBe(1)
  expect((await askText(other, query)).errors).toEqual([])
  const calls = questionsIn(journal)
  hold.resolve()
  expect((await waits).errors).toEqual([])
  expect(questionsIn(journal)).toBe(calls)
})

function connectTo({ redis: { url } }: Fleet) {
  const redis = new Redis(url)
  return Object.assign(redis, { [Symbol.asyncDispose]: async () => redis.disconnect() })
}

/** The calls that are neither for a token nor for a socket. */
function questionsIn({ calls }: Journal): number {
  return calls.filter(({ route }) => !/token|connect/.test(route)).length
}

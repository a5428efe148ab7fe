import { Redis } from 'ioredis'
import { beforeAll, expect, test } from 'vitest'
import type { Fault } from '../../src/sandbox/emulator.ts'
import type { ProviderName } from '../../src/upstream/error.ts'
import { askText } from '../support/client.ts'
import { installMilliseconds } from '../support/debian-package.ts'
import { type Fleet, serveFleet } from '../support/fleet.ts'
import { installRedis } from '../support/redis.ts'

beforeAll(installRedis, installMilliseconds)

const day = '{ start: "2025-08-05T00:00:00Z", end: "2025-08-06T00:00:00Z" }'
const store = 'location(by: { id: "oxford-street" })'
const view = 'website(by: { id: "shop" }) { view(path: "/products/1")'

const questions: readonly (readonly [ProviderName, string])[] = [
  ['aura-vision', `{ ${store} { heatmaps(range: ${day}, types: [PATH]) { type } } }`],
  ['posthog', '{ pageHeatmap(projectId: "1", id: "ownerless") { name } }'],
  ['analytiks', `{ ${store} { traffic(range: { utc: ${day} }) { total } } }`],
  ['zenovay', `{ ${view} { totalInteractions } } }`],
  ['datadog', `{ ${view} { snapshots(first: 5) { name } } } }`],
]

let fleet: Fleet
/** Of PostHog, in seconds ahead of the others'. */
let ahead = 0

beforeAll(async () => {
  const now = () => new Date(Date.now() + ahead * 1000)
  fleet = await serveFleet(5, { sandbox: { posthog: { renderSeconds: 600, now } } })
  return () => fleet[Symbol.asyncDispose]()
})

test('a cold question that is sent to five instances at once costs the calls of one, at every vendor', async () => {
  for (const [name, query] of questions) {
    const { answers, calls } = await askAtOnce(name, query)
    expect(answers.map(({ errors }) => errors)).toEqual(answers.map(() => []))
    expect(new Set(answers.map(({ data }) => JSON.stringify(data))).size).toBe(1)
    const costs = answers.flatMap(({ upstream }) => upstream[name] ?? [])
    expect(costs.map(({ planned }) => planned)).toEqual([1, 1, 1, 1, 1])
    expect(calls, name).toBe(1)
    expect(sum(costs.map(({ made }) => made))).toBe(1)
    expect(sum(costs.map(({ shared }) => shared))).toBe(4)
  }
})

test('a range of many calls costs as many, however the instances share them', async () => {
  const range = '{ start: "2025-01-01T00:00:00Z", end: "2025-02-20T00:00:00Z" }'
  const query = `{ ${store} { traffic(range: { utc: ${range} }) { total } } }`
  const { answers, calls } = await askAtOnce('analytiks', query)
  expect(answers.map(({ errors }) => errors)).toEqual(answers.map(() => []))
  const costs = answers.flatMap(({ upstream }) => upstream.analytiks ?? [])
  const planned = costs.map(cost => cost.planned)
  expect(planned[0]).toBeGreaterThan(8)
  expect(calls).toBe(planned[0])
  expect(sum(costs.map(({ made }) => made))).toBe(planned[0])
  expect(costs.map(({ made, shared, cached }) => made + shared + cached)).toEqual(planned)
})

test('instances whose questions overlap share the calls for what both ask', async () => {
  const ids = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => `Location:analytiks:${from + index}`)
  const range = '{ start: "2025-11-05T00:00:00Z", end: "2025-11-06T00:00:00Z" }'
  const traffic = `traffic(range: { utc: ${range} }) { total }`
  const query = `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Location { ${traffic} } } }`
  const hold = await holdVendor('analytiks', { route: 'POST /json/v2' })
  const [one = '', other = ''] = fleet.origins
  const first = askText(one, query, { ids: ids(1, 9) })
  await expect.poll(() => hold.calls.length).toBe(1)
  const second = askText(other, query, { ids: ids(5, 13) })
  await expect.poll(() => hold.calls.length).toBe(2)
  hold.release()
  expect((await Promise.all([first, second])).map(({ errors }) => errors)).toEqual([[], []])
  expect(hold.calls.map(({ body }) => Object(body).locations)).toEqual([
    [1, 2, 3, 4, 5, 6, 7, 8],
    [9, 10, 11, 12],
  ])
})

test('a vendor that fails is asked once, and all who wait get its failure', async () => {
  const query = 'query { website(by: { id: "help" }) { view(path: "/") { totalInteractions } } }'
  const refusal = { status: 400, body: { error: 'no' } }
  const { answers, calls } = await askAtOnce('zenovay', query, { answer: refusal, times: 5 })
  expect(calls).toBe(1)
  for (const { errors } of answers)
    expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_REJECTED', upstreamStatus: 400 } }])
  expect(new Set(answers.map(({ errors }) => errors[0]?.message)).size).toBe(1)
})

test('when the one whose call it is loses its caller, another makes the call at once', async () => {
  const query = `{ ${view} { snapshots(first: 77) { name } } } }`
  const hold = await holdVendor('datadog')
  const [first = '', ...others] = fleet.origins
  const leaving = new AbortController()
  const left = askText(first, query, {}, { signal: leaving.signal }).catch(() => 'left')
  await expect.poll(() => hold.calls.length).toBe(1)
  const asked = others.map(origin => askText(origin, query))
  await hold.claimed(others.length + 1)
  leaving.abort()
  await expect.poll(() => hold.calls.length).toBe(2)
  hold.release()
  expect(await left).toBe('left')
  const answers = await Promise.all(asked)
  expect(answers.map(({ errors }) => errors)).toEqual(answers.map(() => []))
  expect(hold.calls).toHaveLength(2)
})

test('who reads after a change was answered joins no list that began before, wherever that is under way', async () => {
  const [one = '', other = '', third = ''] = fleet.origins
  const query = '{ snapshots(viewName: "/moving", first: 50) { name } }'
  const { journal } = fleet.sandbox.datadog
  const hold = Promise.withResolvers<void>()
  journal.clear()
  // The list as it is before the change comes after it.
  const rows = { body: { data: [] } }
  journal.script({
    route: 'GET /api/v2/replay/heatmap/snapshots',
    until: hold.promise,
    answer: rows,
    times: 1,
  })
  const early = askText(other, query)
  await expect.poll(() => journal.calls.length).toBe(1)
  const input = `{ applicationId: "a", deviceType: "kiosk", eventId: "e", isDeviceTypeSelectedByUser: true, name: "new",
    sessionId: "s", start: 0, viewId: "v", viewName: "/moving" }`
  const change = await askText(one, `mutation { createSnapshot(input: ${input}) { __typename } }`)
  expect(change.data).toEqual({ createSnapshot: { __typename: 'SnapshotWritten' } })
  const late = [one, other, third].map(origin => askText(origin, query))
  for (const { data } of await Promise.all(late)) expect(data).toEqual({ snapshots: [{ name: 'new' }] })
  hold.resolve()
  expect((await early).data).toEqual({ snapshots: [] })
  for (const origin of [one, other, third])
    expect((await askText(origin, query)).data).toEqual({ snapshots: [{ name: 'new' }] })
})

test('an image that PostHog is drawing is looked at as often as if one instance waited for it', async () => {
  const query =
    '{ pageHeatmap(projectId: "1", id: "rendering") { image(width: 375, waitUpTo: "PT60S") { state } } }'
  const { journal } = fleet.sandbox.posthog
  journal.clear()
  const looks = () => journal.calls.filter(({ route }) => route.includes('/content')).length
  const asked = fleet.origins.map(origin => askText(origin, query))
  await expect.poll(looks).toBe(2)
  ahead = 3_600
  for (const { data } of await Promise.all(asked))
    expect(data).toEqual({ pageHeatmap: { image: { state: 'READY' } } })
  expect(looks()).toBe(3)
})

/** Asks all instances, and lets the vendor answer when all of them have found out whether another calls. */
async function askAtOnce(name: ProviderName, query: string, fault: Fault = {}) {
  const hold = await holdVendor(name, fault)
  const asked = fleet.origins.map(origin => askText(origin, query))
  await hold.claimed(fleet.origins.length)
  hold.release()
  const answers = await Promise.all(asked)
  return { answers, calls: hold.calls.length }
}

/** The vendor's calls from here on wait until they are released. */
async function holdVendor(name: ProviderName, fault: Fault = {}) {
  const { journal } = fleet.sandbox[name]
  const { promise, resolve } = Promise.withResolvers<void>()
  journal.clear()
  // An instance that has no token or no socket yet claims nothing.
  for (const route of ['POST /token', 'POST /oauth/token', 'connect']) journal.script({ route })
  journal.script({ until: promise, ...fault })
  const since = await countClaims()
  return {
    release: resolve,
    get calls() {
      return journal.calls.filter(({ route }) => !/token|connect/.test(route))
    },
    async claimed(count: number) {
      await expect.poll(countClaims).toBeGreaterThanOrEqual(since + count)
    },
  }
}

/** How often instances have asked Redis whether another makes a call. */
async function countClaims(): Promise<number> {
  const redis = new Redis(fleet.redis.url)
  try {
    const [, count = '0'] = /cmdstat_mget:calls=(\d+)/.exec(await redis.info('commandstats')) ?? []
    return Number(count)
  } finally {
    redis.disconnect()
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((one, other) => one + other, 0)
}

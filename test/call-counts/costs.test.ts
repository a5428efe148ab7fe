import { afterEach, expect, test, vi } from 'vitest'
import { openAccount } from '../../src/account.ts'
import { Catalog } from '../../src/catalog/catalog.ts'
import { readConfig } from '../../src/config/config.ts'
import { createContext } from '../../src/context.ts'
import { serveAnalytiks } from '../../src/sandbox/analytiks.ts'
import { serveDatadog } from '../../src/sandbox/datadog.ts'
import { sites } from '../../src/sandbox/world.ts'
import { askText } from '../support/client.ts'
import { serve } from '../support/serving.ts'
import { arrival } from '../support/wiring.ts'

afterEach(() => {
  vi.useRealTimers()
})

const keeping = { ISOTHERM_CACHE_BYTES: '100000000' }
const list = 'snapshots(viewName: "/pricing") { id }'
const drop = (id: string) => `deleteSnapshot(input: { id: "${id}" }) { __typename }`

function views(zenovayId: string): string {
  return `{ website(by: { zenovayId: "${zenovayId}" }) { views(first: 3) { nodes { totalInteractions } } } }`
}

/** The traffic of a day in stores that are not in the catalog. */
function traffic(first: number, count: number): string {
  const range = '{ utc: { start: "2025-06-02T00:00:00Z", end: "2025-06-03T00:00:00Z" } }'
  const fields = Array.from({ length: count }, (_, index) => {
    const id = first + index
    return `store${id}: location(by: { analytiksId: "${id}" }) { traffic(range: ${range}) { total } }`
  })
  return `{ ${fields.join(' ')} }`
}

test('what is kept of a call that others share is a call less, and counts as one', async () => {
  await using analytiks = await serveAnalytiks({ extraStores: 100 })
  await using served = await serve({ environment: { ...keeping, ...analytiks.environment } })
  const costs = []
  for (const query of [traffic(1001, 10), traffic(1001, 60), traffic(1001, 60), traffic(1031, 60)]) {
    const { errors, upstream } = await askText(served.origin, query)
    expect(errors).toEqual([])
    costs.push(upstream.analytiks)
  }
  expect(costs).toMatchObject([
    { planned: 1, made: 1, shared: 0, cached: 0 },
    { planned: 2, made: 1, shared: 0, cached: 1 },
    { planned: 2, made: 0, shared: 0, cached: 2 },
    { planned: 2, made: 1, shared: 0, cached: 1 },
  ])
  expect(analytiks.journal.count('POST /json/v2')).toBe(3)
})

test('a call that our own limits refuse was not made, and what is kept stands in for it', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  await using served = await serve({ environment: keeping })
  const { journal } = served.sandbox.zenovay
  const [one = '', other = ''] = sites.map(({ zenovayId }) => views(zenovayId))
  expect((await askText(served.origin, one)).upstream.zenovay).toMatchObject({ planned: 1, made: 1 })
  journal.script({ answer: { status: 429, headers: { 'retry-after': '3000' } } })
  const failed = await askText(served.origin, other)
  expect(failed.errors).toHaveLength(1)
  expect(failed.upstream.zenovay).toMatchObject({ planned: 1, made: 1, shared: 0, cached: 0 })
  const refused = await askText(served.origin, other)
  expect(refused.errors[0]?.extensions).toMatchObject({ code: 'UPSTREAM_RATE_LIMITED' })
  expect(refused.upstream.zenovay).toMatchObject({ planned: 1, made: 0, shared: 0, cached: 0 })
  vi.setSystemTime(Date.now() + 660_000)
  const stale = await askText(served.origin, one)
  expect(stale).toMatchObject({ errors: [], freshness: { zenovay: { stale: true } } })
  expect(stale.upstream.zenovay).toMatchObject({ planned: 1, made: 0, shared: 0, cached: 1 })
  expect(journal.count()).toBe(2)
})

test('calls that were still waiting for a place when the request ended were not made', async () => {
  await using datadog = await serveDatadog()
  const environment = { ...datadog.environment, DATADOG_CONCURRENCY: '2' }
  await using account = openAccount(readConfig(environment).providers, new Catalog())
  datadog.journal.script({ hang: true })
  const route = 'GET /api/v2/replay/heatmap/snapshots'
  const arrived = arrival(datadog, route, 2)
  const request = new AbortController()
  const { loaders, costs } = createContext(account, request.signal)
  const names = ['/one', '/two', '/three', '/four', '/five']
  const asked = names.map(viewName => loaders.datadog.snapshots.load({ viewName, first: 1 }))
  await arrived
  request.abort()
  const outcomes = await Promise.allSettled(asked)
  expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['rejected']))
  const [cost] = costs()
  const { planned, made, shared, cached } = cost?.usage ?? {}
  expect({ planned, made, shared, cached }).toEqual({ planned: 5, made: 2, shared: 0, cached: 0 })
})

test('a change is a call like any other: planned, made, and refused where there are too many', async () => {
  await using served = await serve({ environment: { DATADOG_MAX_CALLS: '2' } })
  const { origin } = served
  const { data } = await askText<{ snapshots: { id: string }[] }>(origin, `{ ${list} }`)
  const [one = '', other = '', third = ''] = data.snapshots.map(({ id }) => id)
  const mutation = `mutation { one: ${drop(one)} other: ${drop(other)} third: ${drop(third)} }`
  const { errors, upstream } = await askText(origin, mutation)
  expect(errors).toMatchObject([{ path: ['third'], extensions: { code: 'BAD_USER_INPUT' } }])
  expect(upstream.datadog).toMatchObject({ planned: 3, made: 2, shared: 0, cached: 0 })
  expect(served.sandbox.datadog.journal.count()).toBe(3)
})

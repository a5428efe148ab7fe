import { afterEach, expect, test, vi } from 'vitest'
import { callsOf } from '../support/calls.ts'
import { askText } from '../support/client.ts'
import { serve } from '../support/serving.ts'

const keeping = { ISOTHERM_CACHE_BYTES: '100000000' }
afterEach(() => {
  vi.useRealTimers()
})

const fleet = Array.from({ length: 12 }, (_, index) => `Location:analytiks:${index + 1}`)
const query = `query ($ids: [ID!]!, $range: TrafficRange!) {
  nodes(ids: $ids) { ... on Location { traffic(range: $range) { metric total columns { values } } } }
}`
/** Touches seven windows of five days. */
const month = { utc: { start: '2025-05-05T00:00:00Z', end: '2025-06-05T00:00:00Z' } }

test('a month costs a call a window, and nothing when it is asked again', async () => {
  await using served = await serve({ environment: keeping })
  const first = await askText(served.origin, query, { ids: fleet, range: month })
  expect(first.errors).toEqual([])
  const calls = first.upstream.analytiks?.made ?? 0
  expect(calls).toBe(7)
  expect(callsOf(served.sandbox)).toEqual({ analytiks: { 'POST /token': 1, 'POST /json/v2': calls } })
  const again = await askText(served.origin, query, { ids: fleet, range: month })
  expect(again.data).toEqual(first.data)
  expect(callsOf(served.sandbox).analytiks?.['POST /json/v2']).toBe(calls)
  expect(again.upstream.analytiks).toMatchObject({ planned: calls, made: 0, shared: 0, cached: calls })
  expect(again.freshness.analytiks?.stale).toBe(false)
})

test('twenty clients at once cost as much as one', async () => {
  await using served = await serve({ environment: keeping })
  const asked = Array.from({ length: 20 }, () => askText(served.origin, query, { ids: fleet, range: month }))
  const answers = await Promise.all(asked)
  expect(answers.flatMap(({ errors }) => errors)).toEqual([])
  expect(callsOf(served.sandbox)).toEqual({ analytiks: { 'POST /token': 1, 'POST /json/v2': 7 } })
  const made = answers.map(({ upstream }) => upstream.analytiks?.made ?? 0)
  expect(made.reduce((sum, count) => sum + count)).toBe(7)
})

test('overlapping fleets and ranges cost what is new about them', async () => {
  await using served = await serve({ environment: keeping })
  await askText(served.origin, query, { ids: fleet.slice(0, 5), range: month })
  served.sandbox.analytiks.journal.clear()
  const longer = { utc: { start: '2025-05-20T12:00:00Z', end: '2025-06-10T00:00:00Z' } }
  const { errors } = await askText(served.origin, query, { ids: fleet.slice(3, 7), range: longer })
  expect(errors).toEqual([])
  const asked = served.sandbox.analytiks.journal.calls.map(({ body }) => body)
  const locations = asked.map(body => (body instanceof Object && 'locations' in body ? body.locations : null))
  expect(new Set(locations.map(list => JSON.stringify(list)))).toEqual(new Set(['[6,7]', '[4,5,6,7]']))
  expect(locations).toHaveLength(5)
})

test('what is down is stood in for by what was kept, which says so, and not for ever', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  await using served = await serve({ environment: { ...keeping, ISOTHERM_STALE_SECONDS: '1200' } })
  const views = '{ website(by: { id: "shop" }) { views(first: 3) { nodes { path } } } }'
  const first = await askText(served.origin, views)
  expect(first.freshness.zenovay).toEqual({ ageSeconds: 0, stale: false })
  served.sandbox.zenovay.journal.script({ answer: { status: 503 } })
  vi.setSystemTime(Date.now() + 660_000)
  const second = await askText(served.origin, views)
  expect(second).toMatchObject({ data: first.data, errors: [] })
  expect(second.freshness.zenovay).toEqual({ ageSeconds: 660, stale: true })
  vi.setSystemTime(Date.now() + 540_000)
  const third = await askText(served.origin, views)
  expect(third.errors[0]?.extensions).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', provider: 'zenovay' })
})

test('a change at Datadog is seen by whoever asks behind it', async () => {
  await using served = await serve({ environment: keeping })
  const list = '{ snapshots(viewName: "/pricing") { id } }'
  const { data } = await askText<{ snapshots: { id: string }[] }>(served.origin, list)
  const [gone] = data.snapshots
  await askText(served.origin, list)
  expect(served.sandbox.datadog.journal.count()).toBe(1)
  await askText(served.origin, 'mutation ($id: ID!) { deleteSnapshot(input: { id: $id }) { __typename } }', {
    id: gone?.id,
  })
  const after = await askText<{ snapshots: { id: string }[] }>(served.origin, list)
  expect(after.data.snapshots.map(({ id }) => id)).not.toContain(gone?.id)
})

test('a plan tells the calls with their windows, and makes none', async () => {
  await using served = await serve({ environment: keeping })
  const headers = { 'isotherm-explain': 'plan' }
  const { data, errors, extensions } = await askText(
    served.origin,
    query,
    { ids: fleet, range: { utc: { start: '2025-06-02T00:00:00Z', end: '2025-06-03T00:00:00Z' } } },
    { headers },
  )
  expect({ data, errors }).toEqual({ data: null, errors: [] })
  expect(callsOf(served.sandbox)).toEqual({})
  expect(extensions.plan).toMatchObject({
    analytiks: [
      { route: 'POST /json/v2', interval: 'hourly', locations: fleet.map((_, index) => index + 1) },
    ],
  })
})

test.each(['', 'Plan', 'plan, plan', 'Cost', 'plan, cost'])(
  'who asks to explain "%s" is told what can be asked, and nothing is called',
  async value => {
    await using served = await serve()
    const headers = { 'isotherm-explain': value }
    const { status, data, errors } = await askText(
      served.origin,
      query,
      { ids: fleet, range: month },
      { headers },
    )
    expect(status).toBe(400)
    expect(data).toBeUndefined()
    expect(errors).toEqual([
      {
        message: 'The header isotherm-explain only knows the values "plan" and "cost".',
        extensions: { code: 'BAD_REQUEST' },
      },
    ])
    expect(callsOf(served.sandbox)).toEqual({})
  },
)

test('a request that needs more calls than allowed is refused before any, with how many it needs', async () => {
  await using served = await serve({ environment: { ...keeping, ANALYTIKS_MAX_CALLS: '6' } })
  const { errors } = await askText(served.origin, query, { ids: fleet, range: month })
  expect(new Set(errors.map(({ extensions: { code } }) => code))).toEqual(new Set(['BAD_USER_INPUT']))
  expect(errors[0]?.message).toContain('would need 7 calls to analytiks, and 6 are allowed')
  expect(callsOf(served.sandbox)).toEqual({})
})

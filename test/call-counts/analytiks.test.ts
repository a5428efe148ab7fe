import { expect, test } from 'vitest'
import { serveAnalytiks } from '../../src/sandbox/analytiks.ts'
import type { Journal } from '../../src/sandbox/emulator.ts'
import { CountBrandDocument, CountTrafficDocument } from '../generated/graphql.ts'
import { callsOf } from '../support/calls.ts'
import { ask, askText } from '../support/client.ts'
import { serve } from '../support/serving.ts'

const range = { utc: { start: '2025-06-02T00:00:00Z', end: '2025-06-03T00:00:00Z' } }

test('50 locations and 7 metrics cost one call, however often and through whatever they are asked', async () => {
  await using served = await serve({ catalog: '' })
  const { journal } = served.sandbox.analytiks
  answerAll(journal, 50)
  const { data, errors } = await ask(served.origin, CountTrafficDocument, { ids: analytiksIds(50), range })
  expect(errors).toEqual([])
  expect(callsOf(served.sandbox)).toEqual({ analytiks: { 'POST /token': 1, 'POST /json/v2': 1 } })
  expect(journal.calls.at(-1)?.body).toMatchObject({ locations: numbers(50) })
  expect(data.nodes).toHaveLength(50)
  for (const [index, location] of data.nodes.entries()) {
    const value = index + 1
    expect(location?.all?.map(({ total }) => total)).toEqual([value, null, null, value, null, null, null])
    expect(location?.visits).toEqual([{ points: [{ value }] }])
    expect(location?.bounces?.[0]?.columns?.values.filter(count => count !== null)).toEqual([value])
    expect(location?.pointsOfInterest).toMatchObject([{ id: `zone of ${value}` }])
  }
})

test('50 locations that are asked twice each are still 50', async () => {
  await using served = await serve({ catalog: '' })
  answerAll(served.sandbox.analytiks.journal, 50)
  const ids = [...analytiksIds(50), ...analytiksIds(50)]
  const { errors } = await ask(served.origin, CountTrafficDocument, { ids, range })
  expect(errors).toEqual([])
  expect(callsOf(served.sandbox)).toEqual({ analytiks: { 'POST /token': 1, 'POST /json/v2': 1 } })
})

test('120 locations in 31 days cost three calls a window, whatever the number of fields', async () => {
  await using sandbox = await serveAnalytiks({ extraStores: 120 })
  await using served = await serve({ catalog: '', environment: sandbox.environment })
  const month = { utc: { start: '2025-06-02T00:00:00Z', end: '2025-07-03T00:00:00Z' } }
  const ids = Array.from({ length: 120 }, (_, index) => `Location:analytiks:${1001 + index}`)
  const { errors } = await ask(served.origin, CountTrafficDocument, { ids: ids.slice(0, 100), range: month })
  expect(errors).toEqual([])
  const rest = ids.slice(100).map((id, index) => `l${index}: node(id: "${id}") { ...Visits }`)
  expect(sandbox.journal.count('POST /json/v2')).toBe(2 * 7)
  const fragment =
    'fragment Visits on Location { traffic(range: $range) { total } again: traffic(range: $range, metrics: [VISITS]) { peak { at } } }'
  const nodes = ids.slice(0, 100).map((id, index) => `n${index}: node(id: "${id}") { ...Visits }`)
  const all = await askText(
    served.origin,
    `query ($range: TrafficRange!) { ${[...nodes, ...rest].join('\n')} } ${fragment}`,
    { range: month },
  )
  expect(all.errors).toEqual([])
  expect(sandbox.journal.count('POST /json/v2')).toBe(2 * 7 + 3 * 7)
})

test('ids and the references of each brand cost a call each', async () => {
  await using served = await serve({ catalog: '' })
  const keys = ['analytiks:1', 'reference:1234:FR2561', 'analytiks:4', 'reference:5678:DE1000']
  const ids = [...keys, 'reference:1234:US0658'].map(key => `Location:${key}`)
  const { errors } = await ask(served.origin, CountTrafficDocument, { ids, range })
  expect(errors).toEqual([])
  expect(bodiesOf(served.sandbox.analytiks.journal)).toMatchObject([
    { locations: [1, 4] },
    { brandId: 1234, referenceNumbers: ['FR2561', 'US0658'] },
    { brandId: 5678, referenceNumbers: ['DE1000'] },
  ])
})

test('a reference whose id the catalog knows is asked with the ids', async () => {
  await using served = await serve()
  const ids = [
    'Location:reference:1234:FR2561',
    'Location:analytiks:1',
    'Location:ginza',
    'Location:analytiks:5',
  ]
  const { errors } = await ask(served.origin, CountTrafficDocument, { ids, range })
  expect(errors).toEqual([])
  expect(bodiesOf(served.sandbox.analytiks.journal)).toMatchObject([{ locations: [2, 1, 5] }])
})

test('each differing range, interval and kind of refusal costs a call of its own', async () => {
  await using served = await serve()
  const { errors } = await askText(
    served.origin,
    `query ($range: TrafficRange!, $sooner: TrafficRange!) {
      location(by: { id: "ginza" }) {
        traffic(range: $range) { total }
        quarters: traffic(range: $range, interval: QUARTER_HOUR) { total }
        sooner: traffic(range: $sooner) { total }
        soonerQuarters: traffic(range: $sooner, interval: QUARTER_HOUR) { total }
        whole: traffic(range: $range, onRefusal: FAIL) { total }
        pointsOfInterest(range: $range, onRefusal: FAIL) { id }
      }
    }`,
    { range, sooner: { utc: { start: '2025-06-01T00:00:00Z', end: '2025-06-02T00:00:00Z' } } },
  )
  expect(errors).toEqual([])
  expect(callsOf(served.sandbox)).toEqual({
    analytiks: { 'POST /token': 1, 'POST /json/v2': 4, 'POST /json/v1': 1 },
  })
})

test('ranges that end at different times in the future cost the same calls', async () => {
  await using served = await serve({ catalog: '' })
  const hours = (count: number) => new Date(Date.now() + count * 3_600_000).toISOString()
  const until = (end: number) =>
    `traffic(range: { utc: { start: "${hours(-3)}", end: "${hours(end)}" } }, metrics: [VISITS]) { total }`
  const { errors } = await askText(
    served.origin,
    `{ a: location(by: { analytiksId: "1" }) { ${until(26)} }
       b: location(by: { analytiksId: "2" }) { ${until(50)} }
       c: location(by: { analytiksId: "3" }) { ${until(900)} } }`,
  )
  expect(errors).toEqual([])
  const asked = served.sandbox.analytiks.journal.calls.flatMap(({ route, body }) =>
    route === 'POST /json/v2' ? [body] : [],
  )
  expect(asked.length).toBeGreaterThan(0)
  for (const body of asked) expect(body).toMatchObject({ locations: [1, 2, 3] })
})

test('a local range costs a call a time zone, and nothing beside the same range in UTC', async () => {
  await using served = await serve()
  const { errors } = await askText(
    served.origin,
    `query ($local: TrafficRange!, $utc: TrafficRange!) {
      oxfordStreet: location(by: { id: "oxford-street" }) { traffic(range: $local) { total } }
      princesStreet: location(by: { id: "princes-street" }) { traffic(range: $utc) { total } }
      ginza: location(by: { id: "ginza" }) { traffic(range: $local) { total } }
    }`,
    {
      local: { local: { start: '2025-06-02T00:00:00', end: '2025-06-03T00:00:00' } },
      utc: { utc: { start: '2025-06-01T23:00:00Z', end: '2025-06-02T23:00:00Z' } },
    },
  )
  expect(errors).toEqual([])
  expect(bodiesOf(served.sandbox.analytiks.journal)).toMatchObject([
    { startDate: '2025-06-01T23:00:00.000Z', locations: [1, 6] },
    { startDate: '2025-06-01T15:00:00.000Z', locations: [5] },
  ])
})

test.each([
  { first: 1, calls: 1 },
  { first: 4, calls: 1 },
  // A cursor behind the first batch of five tells that more follow.
  { first: 5, calls: 1 },
  { first: 6, calls: 2 },
  { first: 1000, calls: 2 },
])('the first $first locations of a brand cost $calls calls', async ({ first, calls }) => {
  await using served = await serve()
  const { data, errors } = await ask(served.origin, CountBrandDocument, { brandId: 1234, range, first })
  expect(errors).toEqual([])
  expect(callsOf(served.sandbox)).toEqual({ analytiks: { 'POST /token': 1, 'POST /json/v3': calls } })
  expect(data.brand?.traffic?.edges).toHaveLength(Math.min(first, 6))
  expect(data.brand?.traffic?.pageInfo.hasNextPage).toBe(first < 6)
})

test('a brand is walked once, and no further than the longest of several fields asks', async () => {
  await using served = await serve()
  const { errors } = await askText(
    served.origin,
    `query ($range: TrafficRange!) {
      brand(id: 1234) {
        short: traffic(range: $range, first: 2) { nodes { series { total } } }
        long: traffic(range: $range, first: 6, metrics: [VISITS]) { nodes { series { total } } }
        behind: traffic(range: $range, first: 2, after: "3") { nodes { pointsOfInterest { id } } }
      }
      other: brand(id: 1234) { traffic(range: $range) { pageInfo { hasNextPage } } }
    }`,
    { range },
  )
  expect(errors).toEqual([])
  expect(callsOf(served.sandbox)).toEqual({ analytiks: { 'POST /token': 1, 'POST /json/v3': 2 } })
})

test('many requests at once cost one token', async () => {
  await using served = await serve()
  const asked = Array.from({ length: 12 }, () =>
    ask(served.origin, CountTrafficDocument, { ids: analytiksIds(12), range }),
  )
  const answers = await Promise.all(asked)
  expect(answers.flatMap(({ errors }) => errors)).toEqual([])
  expect(callsOf(served.sandbox)).toMatchObject({ analytiks: { 'POST /token': 1 } })
})

/** 1 to the count. */
function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1)
}

function analytiksIds(count: number): string[] {
  return numbers(count).map(id => `Location:analytiks:${id}`)
}

function bodiesOf({ calls }: Journal): unknown[] {
  return calls.filter(({ route }) => route === 'POST /json/v2').map(({ body }) => body)
}

/** Every location from 1 on was visited by as many people as its id says. */
function answerAll(journal: Journal, count: number): void {
  const successes = numbers(count).map(locationId => {
    const map = { '2025-06-02T10:00:00Z': locationId }
    const pointOfInterest = [{ id: `zone of ${locationId}`, visits: map }]
    return { locationId, visits: map, bounces: map, pointOfInterest }
  })
  journal.script({ route: 'POST /json/v2', answer: { body: { successes, failures: {} } } })
}

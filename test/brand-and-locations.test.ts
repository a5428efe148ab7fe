import fc from 'fast-check'
import { expect, test } from 'vitest'
import { serveAnalytiks } from '../src/sandbox/analytiks.ts'
import { BrandAndLocationsDocument, type BrandAndLocationsQuery } from './generated/graphql.ts'
import { type Answer, ask, askText } from './support/client.ts'
import { propertyRuns } from './support/property-runs.ts'
import { serve } from './support/serving.ts'
import { denseBuckets } from './support/traffic-answers.ts'

const zones = [
  'Europe/London',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'America/St_Johns',
  'Pacific/Apia',
  'UTC',
]
const brand = 7777
const firstId = 1001

/** All but the last in a time zone that the catalog knows. */
const catalog = `locations:\n${zones
  .map(
    (zone, index) =>
      `  - { id: store-${index}, name: Store, timeZone: ${zone}, analytiks: { locationId: ${firstId + index}, brandId: ${brand} } }\n`,
  )
  .join('')}`
const ids = [
  ...zones.map((_zone, index) => `Location:store-${index}`),
  `Location:analytiks:${firstId + zones.length}`,
]

const days = [
  '2025-06-02',
  // Clocks change: in London, on Lord Howe Island by half an hour, in St. John's, and in Apia by a whole day.
  '2025-10-25',
  '2025-03-29',
  '2025-10-04',
  '2025-04-05',
  '2025-11-01',
  '2011-12-29',
  '2011-12-30',
]
const ranges = fc
  .record({
    day: fc.constantFrom(...days),
    form: fc.constantFrom('local', 'local', 'utc'),
    start: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 95 })),
    length: fc.oneof(fc.constantFrom(96, 192), fc.integer({ min: 1, max: 700 })),
  })
  .map(({ day, form, start, length }) => {
    const from = Date.parse(`${day}T00:00:00Z`) + start * 900_000
    const [first, last] = [from, from + length * 900_000].map(time =>
      new Date(time).toISOString().slice(0, 19),
    )
    return form === 'utc'
      ? { utc: { start: `${first}Z`, end: `${last}Z` } }
      : { local: { start: String(first), end: String(last) } }
  })
/** Both ways of asking all places for quarter-hours at once. */
const dear = { ISOTHERM_MAX_COST: '100000000' }
const intervals = fc.constantFrom('QUARTER_HOUR', 'HOURLY', 'DAILY', 'WEEKLY', 'MONTHLY')

test('a brand tells of each location what the location tells, warm and cold, by every clock', async () => {
  await using analytiks = await serveAnalytiks({ extraStores: ids.length, extraZones: zones, pageSize: 5 })
  await using plain = await serve({ catalog, environment: { ...analytiks.environment, ...dear } })
  await using keeping = await serve({
    catalog,
    environment: { ...analytiks.environment, ...dear, ISOTHERM_CACHE_BYTES: '100000000' },
  })
  await fc.assert(
    fc.asyncProperty(ranges, intervals, async (range, interval) => {
      const variables = { brand, ids, range, interval }
      const answer = await ask(plain.origin, BrandAndLocationsDocument, variables)
      const [ofBrand, ofLocations] = told(answer)
      expect(ofBrand).toEqual(ofLocations)
      expect(ofLocations.map(({ id }) => id)).toEqual(ids)
      for (const _time of ['cold', 'warm']) {
        const kept = await ask(keeping.origin, BrandAndLocationsDocument, variables)
        expect(told(kept)).toEqual([ofBrand, ofLocations])
      }
    }),
    { numRuns: propertyRuns(12) },
  )
})

test("a London day of 25 hours is the sum of the vendor's 25 hours, for the location and for its brand", async () => {
  await using analytiks = await serveAnalytiks()
  await using served = await serve({ catalog, environment: analytiks.environment })
  const visits = denseBuckets('2025-10-25T20:00:00Z', '2025-10-27T03:00:00Z', 3600)
  const row = { locationId: firstId, visits }
  analytiks.journal.script({ route: 'POST /json/v2', answer: { body: { successes: [row], failures: {} } } })
  analytiks.journal.script({ route: 'POST /json/v3', answer: { body: { cursor: null, data: [row] } } })
  const hours = Object.entries(visits).filter(([at]) => at >= '2025-10-25T23' && at < '2025-10-27T00')
  expect(hours).toHaveLength(25)
  const range = { local: { start: '2025-10-26', end: '2025-10-27' } }
  const variables = { brand, ids: ids.slice(0, 1), range, interval: 'DAILY' as const }
  const [ofBrand, ofLocations] = told(await ask(served.origin, BrandAndLocationsDocument, variables))
  const sum = hours.reduce((sum, [, value]) => sum + value, 0)
  const day = expect.objectContaining({
    metric: 'VISITS',
    total: sum,
    columns: expect.objectContaining({ start: '2025-10-25T23:00:00.000Z', values: [sum] }),
  })
  for (const rows of [ofBrand, ofLocations])
    expect(rows).toMatchObject([{ id: ids[0], traffic: expect.arrayContaining([day]) }])
})

test('what the vendor sends twice counts once, for the location and for its brand', async () => {
  await using analytiks = await serveAnalytiks()
  await using served = await serve({ catalog, environment: analytiks.environment })
  const hours = {
    '2026-06-01T10:00:00Z': 4,
    '2026-06-01T12:00:00+01:00': 2,
    '2026-06-01T11:00:00+01:00': 5,
    '2026-06-01T12:00:00Z': 0,
  }
  const data = [
    { locationId: firstId, visits: hours },
    { locationId: firstId, visits: { '2026-06-01T10:00:00Z': 70 } },
  ]
  analytiks.journal.script({ route: 'POST /json/v2', answer: { body: { successes: data, failures: {} } } })
  analytiks.journal.script({ route: 'POST /json/v3', answer: { body: { cursor: null, data } } })
  const range = { utc: { start: '2026-06-01T10:00:00Z', end: '2026-06-01T13:00:00Z' } }
  const variables = { brand, ids: ids.slice(0, 1), range, interval: 'HOURLY' as const }
  const [ofBrand, ofLocations] = told(await ask(served.origin, BrandAndLocationsDocument, variables))
  const visits = expect.objectContaining({
    metric: 'VISITS',
    total: 7,
    columns: expect.objectContaining({ values: [5, 2, 0] }),
  })
  for (const rows of [ofBrand, ofLocations])
    expect(rows).toMatchObject([{ id: ids[0], traffic: expect.arrayContaining([visits]) }])
})

/** What the brand tells of each location, and what each location tells, with why it tells nothing. */
function told({ data, errors }: Answer<BrandAndLocationsQuery>) {
  const failure = (...start: (string | number)[]) =>
    errors.find(({ path = [] }) => start.every((step, place) => path[place] === step))?.message
  const rows = data.brand?.traffic?.nodes ?? []
  const ofBrand = rows.map(({ location: { id }, series, pointsOfInterest }, index) => ({
    id,
    traffic: series ?? failure('brand', 'traffic', 'nodes', index, 'series'),
    pointsOfInterest: pointsOfInterest ?? failure('brand', 'traffic', 'nodes', index, 'pointsOfInterest'),
  }))
  const ofLocations = data.nodes.map((node, index) => {
    if (!node || !('traffic' in node)) throw new Error('no location')
    const { id, traffic, pointsOfInterest } = node
    return {
      id,
      traffic: traffic ?? failure('nodes', index, 'traffic'),
      pointsOfInterest: pointsOfInterest ?? failure('nodes', index, 'pointsOfInterest'),
    }
  })
  return [ofBrand, ofLocations] as const
}

test('a location that the catalog names by its reference number is itself where the list of its brand tells the number', async () => {
  const entry =
    '{ id: os, name: OS, timeZone: Europe/London, analytiks: { brandId: 1234, referenceNumber: US0658 } }'
  await using served = await serve({ catalog: `locations:\n  - ${entry}\n` })
  const rows = [
    { locationId: 1, referenceNumber: 'US0658' },
    { locationId: 2, referenceNumber: 'US0659' },
    { locationId: 3 },
  ]
  const { journal } = served.sandbox.analytiks
  journal.script({ route: 'POST /json/v3', answer: { body: { cursor: null, data: rows } } })
  const { data, errors } = await askText<{
    brand: { traffic: { nodes: { analytiksId: string; location: { id: string; name: string | null } }[] } }
  }>(
    served.origin,
    `{ brand(id: 1234) { traffic(range: { local: { start: "2026-10-24", end: "2026-10-25" } }, interval: DAILY) {
      nodes { analytiksId location { id name } } } } }`,
  )
  expect(errors).toEqual([])
  expect(data.brand.traffic.nodes).toEqual([
    { analytiksId: '1', location: { id: 'Location:os', name: 'OS' } },
    { analytiksId: '2', location: { id: 'Location:analytiks:2', name: null } },
    { analytiksId: '3', location: { id: 'Location:analytiks:3', name: null } },
  ])
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type AnalytiksEmulator, serveAnalytiks } from '../src/sandbox/analytiks.ts'
import type { Call } from '../src/sandbox/emulator.ts'
import { askText } from './support/client.ts'
import { propertyRuns } from './support/property-runs.ts'
import { serve } from './support/serving.ts'

const day = 86_400_000
const first = Date.UTC(2025, 4, 1)
const minutes = (Date.UTC(2025, 6, 1) - first) / 60_000
const query = `query ($ids: [ID!]!, $range: TrafficRange!, $interval: TrafficInterval!) {
  nodes(ids: $ids) {
    ... on Location { id traffic(range: $range, interval: $interval) {
      metric interval pointOfInterest total columns { values } points { value }
    } }
  }
}`

const question = fc
  .record({
    locations: fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 12 }),
    form: fc.constantFrom('utc', 'local'),
    start: fc.integer({ min: 0, max: minutes - 1 }),
    length: fc.oneof(fc.integer({ min: 1, max: 3 * 1440 }), fc.integer({ min: 1, max: 20 * 1440 })),
    interval: fc.constantFrom('HOURLY', 'DAILY', 'QUARTER_HOUR'),
  })
  .map(({ locations, form, start, length, interval }) => {
    const [from, to] = [start, Math.min(start + length, minutes)].map(minute =>
      new Date(first + minute * 60_000).toISOString().slice(0, form === 'utc' ? undefined : 19),
    )
    const ids = locations.map(location => `Location:analytiks:${location}`)
    return { ids, range: { [form]: { start: from, end: to } }, interval }
  })
const waves = fc.array(fc.array(question, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 })

test('whatever is asked at once and in turn, each answer is the one that it gets alone where nothing is kept, and its costs add up', async () => {
  await using alone = await serve()
  await fc.assert(
    fc.asyncProperty(waves, async waves => {
      await using served = await serve({ environment: { ISOTHERM_CACHE_BYTES: '100000000' } })
      for (const wave of waves) {
        const { journal } = served.sandbox.analytiks
        const before = journal.count('POST /json/v2')
        const answers = await Promise.all(wave.map(asked => askText(served.origin, query, asked)))
        const costs = answers.map(({ upstream }) => upstream.analytiks)
        expect(costs.reduce((sum, cost) => sum + (cost?.made ?? 0), 0)).toBe(
          journal.count('POST /json/v2') - before,
        )
        for (const cost of costs)
          expect(cost?.planned).toBe(Number(cost?.made) + Number(cost?.shared) + Number(cost?.cached))
        for (const [index, { data, errors }] of answers.entries()) {
          const expected = await askText(alone.origin, query, wave[index])
          expect(expected.errors).toEqual([])
          expect({ data, errors }).toEqual({ data: expected.data, errors: [] })
        }
      }
      expect(tooLarge(served.sandbox.analytiks.journal.calls)).toEqual([])
    }),
    { numRuns: propertyRuns(6), endOnFailure: true },
  )
  expect(tooLarge(alone.sandbox.analytiks.journal.calls)).toEqual([])
}, 300_000)

const hours = 12 * 24
const fleet = Array.from({ length: 130 }, (_, index) => 1001 + index)
/** By two fields at once. */
const fleetQuery = `query ($ids: [ID!]!, $more: [ID!]!, $range: TrafficRange!, $onRefusal: OnRefusal!) {
  nodes(ids: $ids) { ...Visits }
  more: nodes(ids: $more) { ...Visits }
}
fragment Visits on Location {
  analytiksId traffic(range: $range, metrics: [VISITS], onRefusal: $onRefusal) { points { at value } }
}`
/** A part of the fleet, which may be all of it, for some days. */
const fleetQuestion = fc
  .record({
    from: fc.integer({ min: 0, max: fleet.length - 1 }),
    count: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 49, max: fleet.length })),
    start: fc.integer({ min: 0, max: hours - 1 }),
    length: fc.integer({ min: 1, max: 8 * 24 }),
    onRefusal: fc.constantFrom('PARTIAL', 'FAIL'),
  })
  .map(({ from, count, start, length, onRefusal }) => {
    const end = Math.min(start + length, hours)
    return { locations: fleet.slice(from, from + count), start: hourAt(start), end: hourAt(end), onRefusal }
  })
const fleetWaves = fc.array(fc.array(fleetQuestion, { minLength: 1, maxLength: 3 }), {
  minLength: 1,
  maxLength: 2,
})

test('of whatever parts of a fleet are asked at once and in turn, each location is told what it is told alone', async () => {
  await using analytiks = await serveAnalytiks({ extraStores: fleet.length })
  const alone = await visitsOfEach(analytiks)
  await fc.assert(
    fc.asyncProperty(fleetWaves, fc.constantFrom('0', '100000000'), async (waves, bytes) => {
      analytiks.journal.clear()
      const environment = { ...analytiks.environment, ISOTHERM_CACHE_BYTES: bytes }
      await using served = await serve({ catalog: '', environment })
      for (const wave of waves) {
        await Promise.all(
          wave.map(async ({ locations, start, end, onRefusal }) => {
            const ids = locations.map(location => `Location:analytiks:${location}`)
            const variables = {
              ids: ids.slice(0, 65),
              more: ids.slice(65),
              range: { utc: { start: new Date(start), end: new Date(end) } },
              onRefusal,
            }
            const { data, errors } = await askText<FleetData>(served.origin, fleetQuery, variables)
            expect(errors).toEqual([])
            const told = [...data.nodes, ...data.more].map(({ analytiksId, traffic: [series] }) => [
              Number(analytiksId),
              series?.points.map(({ at, value }) => [Date.parse(at), value]),
            ])
            const isIn = ([time]: Visits) => time >= start && time < end
            expect(told).toEqual(locations.map(location => [location, alone.get(location)?.filter(isIn)]))
          }),
        )
      }
      expect(tooLarge(analytiks.journal.calls)).toEqual([])
    }),
    { numRuns: propertyRuns(5), endOnFailure: true },
  )
}, 300_000)

interface FleetData {
  readonly nodes: readonly VisitsOfLocation[]
  readonly more: readonly VisitsOfLocation[]
}

interface VisitsOfLocation {
  readonly analytiksId: string
  readonly traffic: readonly { readonly points: readonly { readonly at: string; readonly value: number }[] }[]
}

/** A time, and how many came then. */
type Visits = readonly [number, number]

function hourAt(hour: number): number {
  return first + hour * 3_600_000
}

/** What the vendor tells of each location of the fleet, asked by itself. */
async function visitsOfEach({
  origin,
  environment,
}: AnalytiksEmulator): Promise<ReadonlyMap<number, readonly Visits[]>> {
  const post = async (path: string, body: object, headers = {}) => {
    const answer = await fetch(`${origin}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
    return answer.json()
  }
  const { access_token: token } = await post('/token', {
    client_id: environment.ANALYTIKS_CLIENT_ID,
    client_secret: environment.ANALYTIKS_CLIENT_SECRET,
    audience: environment.ANALYTIKS_AUDIENCE,
    grant_type: 'client_credentials',
  })
  const told = new Map<number, readonly Visits[]>()
  for (const location of fleet) {
    const visits = new Map<number, number>()
    for (let from = 0; from < hours; from += 4 * 24) {
      const [startDate, endDate] = [from, from + 4 * 24].map(hour => new Date(hourAt(hour)))
      const body = { startDate, endDate, interval: 'hourly', locations: [location] }
      const { successes } = await post('/json/v2', body, { authorization: `Bearer ${token}` })
      const counts: Readonly<Record<string, number>> = successes[0].visits
      for (const [time, count] of Object.entries(counts)) visits.set(Date.parse(time), count)
    }
    told.set(
      location,
      [...visits].sort(([one], [other]) => one - other),
    )
  }
  return told
}

/** The calls of more than five days or fifty locations. */
function tooLarge(calls: readonly Call[]): readonly unknown[] {
  const exports = calls.filter(({ route }) => route !== 'POST /token')
  expect(exports.length).toBeGreaterThan(0)
  return exports.flatMap(({ body }) => {
    expect(body).toMatchObject({
      startDate: expect.any(String),
      endDate: expect.any(String),
      locations: expect.any(Array),
    })
    const { startDate, endDate, locations } = Object(body)
    const length = Date.parse(`${endDate}`.slice(0, 19)) - Date.parse(`${startDate}`.slice(0, 19))
    return length <= 5 * day && locations.length <= 50 ? [] : [body]
  })
}

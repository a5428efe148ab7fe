import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stores } from '../src/sandbox/world.ts'
import {
  RollupsDocument,
  TimeBothFormsDocument,
  type TimedSeriesFragment,
  TimeTrafficDocument,
  type TrafficInterval,
} from './generated/graphql.ts'
import { ask } from './support/client.ts'
import { type Served, serve } from './support/serving.ts'
import { answerTraffic, type BucketMap, denseBuckets, spansSent } from './support/traffic-answers.ts'

test.each([
  {
    what: 'an hour that clocks in London skip',
    id: 'oxford-street',
    local: { start: '2025-03-30T00:00:00', end: '2025-03-30T04:00:00' },
    utc: { start: '2025-03-30T00:00:00.000Z', end: '2025-03-30T03:00:00.000Z' },
    times: ['00:00', '02:00', '03:00'],
  },
  {
    what: 'an hour that clocks in London repeat',
    id: 'oxford-street',
    local: { start: '2025-10-26T00:00:00', end: '2025-10-26T04:00:00' },
    utc: { start: '2025-10-25T23:00:00.000Z', end: '2025-10-26T04:00:00.000Z' },
    times: ['00:00', '01:00', '01:00', '02:00', '03:00'],
  },
  {
    what: 'an hour that clocks in New York skip',
    id: 'fifth-avenue',
    local: { start: '2025-03-09T00:00:00', end: '2025-03-09T04:00:00' },
    utc: { start: '2025-03-09T05:00:00.000Z', end: '2025-03-09T08:00:00.000Z' },
    times: ['00:00', '01:00', '03:00'],
  },
  {
    what: 'an hour that clocks in New York repeat',
    id: 'fifth-avenue',
    local: { start: '2025-11-02T00:00:00', end: '2025-11-02T04:00:00' },
    utc: { start: '2025-11-02T04:00:00.000Z', end: '2025-11-02T09:00:00.000Z' },
    times: ['00:00', '01:00', '01:00', '02:00', '03:00'],
  },
  {
    what: 'a morning in Kolkata, half an hour off',
    id: 'connaught-place',
    local: { start: '2025-06-02T09:00:00', end: '2025-06-02T12:00:00' },
    utc: { start: '2025-06-02T03:30:00.000Z', end: '2025-06-02T06:30:00.000Z' },
    times: ['09:00', '10:00', '11:00'],
  },
])('$what is asked in UTC and told by the clock, the same from either form', async example => {
  const { id, local, utc, times } = example
  await using served = await serve()
  const buckets = denseBuckets(utc.start, utc.end, 3600)
  answerTraffic(served, id, { visits: buckets })
  const { data, errors } = await ask(served.origin, TimeBothFormsDocument, {
    id,
    local: { local },
    utc: { utc },
    interval: 'HOURLY',
  })
  expect(errors).toEqual([])
  expect(spansSent(served)).toEqual([{ startDate: utc.start, endDate: utc.end }])
  expect(data.location?.local).toEqual(data.location?.utc)
  const day = local.start.slice(0, 10)
  const starts = Object.keys(buckets)
  expect(data.location?.local).toMatchObject([
    {
      points: times.map((time, index) => ({
        at: starts[index]?.replace('Z', '.000Z'),
        localAt: `${day}T${time}:00`,
        value: index,
      })),
      columns: { start: utc.start, stepSeconds: 3600, values: times.map((_time, index) => index) },
    },
  ])
})

test.each([
  {
    what: 'twice where it repeats an hour',
    day: '2025-10-26',
    times: ['00:00', '00:30', '01:00', '01:30', '01:00', '01:30', '02:00', '02:30'],
  },
  {
    what: 'never where it skips an hour',
    day: '2025-03-30',
    times: ['00:00', '00:30', '02:00', '02:30'],
  },
])('columns tell each start by the clock of London: half past one $what', async ({ day, times }) => {
  await using served = await serve()
  const visits = denseBuckets(`${dateFrom(day, -1)}T22:00:00Z`, `${day}T06:00:00Z`, 900)
  answerTraffic(served, 'oxford-street', { visits, pointOfInterest: [{ id: 'zone', peakVisits: visits }] })
  const range = { local: { start: `${day}T00:00:00`, end: `${day}T03:00:00` } }
  const variables = { id: 'oxford-street', range, interval: 'QUARTER_HOUR' as const }
  const { data, errors } = await ask(served.origin, RollupsDocument, variables)
  expect(errors).toEqual([])
  const zones = data.location?.pointsOfInterest?.map(({ traffic }) => traffic) ?? []
  expect(zones.length).toBeGreaterThan(0)
  for (const { columns } of [data.location?.traffic ?? [], ...zones].flat()) {
    const halves = columns?.localStarts?.filter(start => /T\d\d:[03]0:/.test(start))
    expect(halves).toEqual(times.map(time => `${day}T${time}:00`))
    expect(columns?.localStarts).toHaveLength(columns?.values.length ?? -1)
  }
})

test('columns tell no local start of a place without a time zone, in UTC, and there are none of its local range', async () => {
  await using served = await serve({ catalog: '' })
  const day = { start: '2025-06-02T10:00:00', end: '2025-06-02T12:00:00' }
  const variables = { id: 'analytiks:5', interval: 'HOURLY' as const, metrics: ['VISITS' as const] }
  const utc = { utc: { start: `${day.start}Z`, end: `${day.end}Z` } }
  const inUtc = await ask(served.origin, RollupsDocument, { ...variables, range: utc })
  expect(inUtc.data.location?.traffic?.[0]?.columns).toMatchObject({
    starts: ['2025-06-02T10:00:00.000Z', '2025-06-02T11:00:00.000Z'],
    localStarts: null,
  })
  const byClock = await ask(served.origin, RollupsDocument, { ...variables, range: { local: day } })
  expect(byClock.data.location?.traffic?.[0]?.columns).toBe(null)
  expect(byClock.data.location?.traffic?.[0]?.points.map(({ localAt }) => localAt)).toEqual([
    '2025-06-02T10:00:00',
    '2025-06-02T11:00:00',
  ])
})

test('hours that Analytiks counts by UTC are told half past where the clock is half an hour off', async () => {
  await using served = await serve()
  const visits = { '2025-06-02T04:00:00Z': 4, '2025-06-02T05:00:00Z': 5, '2025-06-02T06:00:00Z': 6 }
  answerTraffic(served, 'connaught-place', { visits })
  const range = { start: '2025-06-02T09:00:00', end: '2025-06-02T12:00:00' }
  const series = await readLocal(served, 'connaught-place', range, 'HOURLY')
  expect(series?.points.map(({ localAt, value }) => [localAt, value])).toEqual([
    ['2025-06-02T09:30:00', 4],
    ['2025-06-02T10:30:00', 5],
    ['2025-06-02T11:30:00', 6],
  ])
  expect(series?.columns).toEqual({
    start: '2025-06-02T04:00:00.000Z',
    stepSeconds: 3600,
    values: [4, 5, 6],
  })
})

test('local days are asked and answered whole, in every zone and on every day', async () => {
  await using served = await serve()
  const store = fc.constantFrom(...stores)
  const day = fc.integer({ min: 0, max: 720 }).map(days => dateFrom('2024-01-01', days))
  await fc.assert(
    fc.asyncProperty(store, day, fc.integer({ min: 1, max: 4 }), async ({ id, timeZone }, first, days) => {
      const [eve, last, after] = [-1, days, days + 1].map(more => dateFrom(first, more))
      const buckets = denseBuckets(`${eve}T00:00:00Z`, `${after}T00:00:00Z`, 900)
      served.sandbox.analytiks.journal.clear()
      answerTraffic(served, id, { visits: buckets })
      const range = { start: `${first}T00:00:00`, end: `${last}T00:00:00` }
      const series = await readLocal(served, id, range)

      const expected = readByClock(buckets, timeZone).filter(
        ({ localAt }) => localAt >= range.start && localAt < range.end,
      )
      const [start] = expected.map(({ at }) => at)
      expect(series?.points).toEqual(expected)
      expect(series?.columns).toEqual({ start, stepSeconds: 900, values: expected.map(({ value }) => value) })
      const asked = spansSent(served).map(({ startDate }) => startDate)
      expect(asked.toSorted()[0]).toBe(start)
    }),
    { numRuns: 60, examples: changeDays },
  )
})

test('a time that the clock skips is the moment of the change', async () => {
  await using served = await serve()
  const visits = denseBuckets('2025-03-30T00:00:00Z', '2025-03-30T03:00:00Z', 900)
  answerTraffic(served, 'oxford-street', { visits })
  const until = { start: '2025-03-30T00:30:00', end: '2025-03-30T01:30:00' }
  const since = { start: '2025-03-30T01:30:00', end: '2025-03-30T02:15:00' }
  const ends = [
    await readLocal(served, 'oxford-street', until),
    await readLocal(served, 'oxford-street', since),
  ]
  expect(ends.map(series => series?.points.map(({ localAt }) => localAt?.slice(11, 16)))).toEqual([
    ['00:30', '00:45'],
    ['02:00'],
  ])
  expect(spansSent(served)).toEqual([
    { startDate: '2025-03-30T00:30:00.000Z', endDate: '2025-03-30T01:00:00.000Z' },
    { startDate: '2025-03-30T01:00:00.000Z', endDate: '2025-03-30T01:15:00.000Z' },
  ])
})

test('a range that the clock skips is bad input where it does, and a range elsewhere', async () => {
  await using served = await serve()
  const variables = {
    range: { local: { start: '2025-03-30T01:00:00', end: '2025-03-30T02:00:00' } },
    metrics: ['VISITS' as const],
  }
  const skipped = await ask(served.origin, TimeTrafficDocument, { id: 'oxford-street', ...variables })
  expect(skipped.errors).toMatchObject([
    { path: ['location', 'traffic'], extensions: { code: 'BAD_USER_INPUT' } },
    { path: ['location', 'pointsOfInterest'], extensions: { code: 'BAD_USER_INPUT' } },
  ])
  expect(spansSent(served)).toEqual([])
  const elsewhere = await ask(served.origin, TimeTrafficDocument, { id: 'fifth-avenue', ...variables })
  expect(elsewhere.errors).toEqual([])
  expect(spansSent(served)).toHaveLength(1)
})

test('of adjacent local ranges each bucket is in exactly one, also where they meet in a changed hour', async () => {
  await using served = await serve()
  const place = fc.constantFrom(...changeDays)
  const minutes = fc.uniqueArray(fc.integer({ min: 0, max: 239 }), { minLength: 3, maxLength: 3 })
  await fc.assert(
    fc.asyncProperty(place, minutes, async ([{ id, timeZone }, day], unordered) => {
      const [from = '', middle = '', to = ''] = unordered
        .toSorted((one, other) => one - other)
        .map(minute => `${day}T${new Date(minute * 60_000).toISOString().slice(11, 19)}`)
      const buckets = denseBuckets(`${dateFrom(day, -1)}T12:00:00Z`, `${day}T18:00:00Z`, 900)
      served.sandbox.analytiks.journal.clear()
      answerTraffic(served, id, { visits: buckets })
      const read = async (start: string, end: string) =>
        (await readLocal(served, id, { start, end }))?.points ?? []
      const whole = await read(from, to)
      expect([...(await read(from, middle)), ...(await read(middle, to))]).toEqual(whole)

      // Whatever is in the range by the clock is there, unless the clock tells its time twice.
      const byClock = readByClock(buckets, timeZone)
      const once = byClock.filter(
        ({ localAt }) => byClock.filter(other => other.localAt === localAt).length === 1,
      )
      const within = once.filter(({ localAt }) => localAt >= from && localAt < to)
      const told = whole.filter(({ at }) => once.some(bucket => bucket.at === at))
      expect(told).toEqual(within)
    }),
    { numRuns: 100 },
  )
})

/** Days on which a store's clock changes. */
const changeDays: [(typeof stores)[number], string, number][] = [
  [storeOf('oxford-street'), '2025-03-30', 1],
  [storeOf('oxford-street'), '2025-10-26', 2],
  [storeOf('fifth-avenue'), '2025-03-09', 1],
  [storeOf('fifth-avenue'), '2025-11-02', 2],
  [storeOf('pitt-street'), '2025-10-05', 1],
  [storeOf('night-market'), '2025-11-02', 4],
]

function storeOf(id: string) {
  const found = stores.find(store => store.id === id)
  if (!found) throw new Error(`no store is called ${id}`)
  return found
}

async function readLocal(
  { origin }: Served,
  id: string,
  local: { readonly start: string; readonly end: string },
  interval: TrafficInterval = 'QUARTER_HOUR',
): Promise<TimedSeriesFragment | undefined> {
  const variables = { id, range: { local }, interval, metrics: ['VISITS' as const] }
  const { data } = await ask(origin, TimeTrafficDocument, variables)
  return data.location?.traffic?.[0]
}

/** The buckets with their times by the clock of a zone, as the platform's calendar tells them. */
function readByClock(buckets: BucketMap, timeZone: string) {
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
  return Object.entries(buckets).map(([key, value]) => {
    const at = new Date(key)
    return { at: at.toISOString(), localAt: clock.format(at).replace(' ', 'T'), value }
  })
}

function dateFrom(day: string, days: number): string {
  return new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10)
}

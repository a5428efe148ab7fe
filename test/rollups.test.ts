import { describe, expect, test } from 'vitest'
import {
  type RolledUpSeriesFragment,
  RollupBrandDocument,
  RollupsDocument,
  type TrafficInterval,
  type TrafficRange,
} from './generated/graphql.ts'
import { callsOf } from './support/calls.ts'
import { ask } from './support/client.ts'
import { type Served, serve } from './support/serving.ts'
import { answerTraffic, denseBuckets } from './support/traffic-answers.ts'

const calendars = ['DAILY', 'WEEKLY', 'MONTHLY'] as const

describe('days about a clock change', () => {
  test.each([
    {
      what: 'of London in spring',
      id: 'oxford-street',
      local: ['2025-03-29', '2025-03-30', '2025-03-31', '2025-04-01'],
      starts: ['2025-03-29T00:00:00.000Z', '2025-03-30T00:00:00.000Z', '2025-03-30T23:00:00.000Z'],
      quarters: [96, 92, 96],
    },
    {
      what: 'of London in autumn',
      id: 'oxford-street',
      local: ['2025-10-25', '2025-10-26', '2025-10-27', '2025-10-28'],
      starts: ['2025-10-24T23:00:00.000Z', '2025-10-25T23:00:00.000Z', '2025-10-27T00:00:00.000Z'],
      quarters: [96, 100, 96],
    },
    {
      what: 'of New York in spring',
      id: 'fifth-avenue',
      local: ['2025-03-08', '2025-03-09', '2025-03-10', '2025-03-11'],
      starts: ['2025-03-08T05:00:00.000Z', '2025-03-09T05:00:00.000Z', '2025-03-10T04:00:00.000Z'],
      quarters: [96, 92, 96],
    },
    {
      what: 'of New York in autumn',
      id: 'fifth-avenue',
      local: ['2025-11-01', '2025-11-02', '2025-11-03', '2025-11-04'],
      starts: ['2025-11-01T04:00:00.000Z', '2025-11-02T04:00:00.000Z', '2025-11-03T05:00:00.000Z'],
      quarters: [96, 100, 96],
    },
    {
      what: "of St. John's, two and a half hours off in summer",
      id: 'night-market',
      local: ['2025-11-01', '2025-11-02', '2025-11-03', '2025-11-04'],
      starts: ['2025-11-01T02:30:00.000Z', '2025-11-02T02:30:00.000Z', '2025-11-03T03:30:00.000Z'],
      quarters: [96, 100, 96],
    },
    {
      what: 'of Kolkata, which never changes but is half an hour off',
      id: 'connaught-place',
      local: ['2025-10-25', '2025-10-26', '2025-10-27', '2025-10-28'],
      starts: ['2025-10-24T18:30:00.000Z', '2025-10-25T18:30:00.000Z', '2025-10-26T18:30:00.000Z'],
      quarters: [96, 96, 96],
    },
  ])('$what hold their own hours, the same from either form', async ({ id, local, starts, quarters }) => {
    await using served = await serve()
    const [first = '', last = ''] = [local[0], local[3]]
    answerEach(served, id, stepOf(id), `${first}T00:00:00Z`, `${last}T00:00:00Z`)
    const byClock = { local: { start: `${first}T00:00:00`, end: `${last}T00:00:00` } }
    const [series] = await read(served, id, byClock, 'DAILY')
    const unit = stepOf(id) / 900
    const values = quarters.map(count => count / unit)
    expect(series).toMatchObject({
      interval: 'DAILY',
      points: starts.map((at, day) => ({ at, localAt: `${local[day]}T00:00:00`, value: values[day] })),
      columns: {
        start: starts[0],
        stepSeconds: 86_400,
        starts,
        localStarts: starts.map((_start, day) => `${local[day]}T00:00:00`),
        values,
      },
      total: values.reduce((sum, value) => sum + value, 0),
    })
    const sizes = intervalsSent(served)
    expect(sizes).toEqual([stepOf(id) === 900 ? '15min' : 'hourly'])

    const end = new Date(
      Date.parse(starts[0] ?? '') + quarters.reduce((sum, count) => sum + count, 0) * 900_000,
    )
    const inUtc = { utc: { start: starts[0] ?? '', end: end.toISOString() } }
    expect(await read(served, id, inUtc, 'DAILY')).toEqual([series])
  })
})

test('weeks begin on Monday and months on the first, and both hold what lies in the range alone', async () => {
  await using served = await serve()
  answerEach(served, 'oxford-street', 3600, '2024-12-01T00:00:00Z', '2025-02-28T00:00:00Z')
  const range = { utc: { start: '2024-12-27T06:00:00Z', end: '2025-01-07T00:00:00Z' } }
  const [weeks] = await read(served, 'oxford-street', range, 'WEEKLY')
  expect(weeks).toMatchObject({
    points: [
      { at: '2024-12-23T00:00:00.000Z', localAt: '2024-12-23T00:00:00', value: 18 + 2 * 24 },
      { at: '2024-12-30T00:00:00.000Z', localAt: '2024-12-30T00:00:00', value: 7 * 24 },
      { at: '2025-01-06T00:00:00.000Z', localAt: '2025-01-06T00:00:00', value: 24 },
    ],
    columns: { start: '2024-12-23T00:00:00.000Z', stepSeconds: 604_800, values: [66, 168, 24] },
    peak: { localAt: '2024-12-30T00:00:00', value: 168 },
  })
  const [months] = await read(served, 'oxford-street', range, 'MONTHLY')
  expect(months).toMatchObject({
    points: [
      { at: '2024-12-01T00:00:00.000Z', localAt: '2024-12-01T00:00:00', value: 18 + 4 * 24 },
      { at: '2025-01-01T00:00:00.000Z', localAt: '2025-01-01T00:00:00', value: 6 * 24 },
    ],
    columns: { stepSeconds: 2_592_000, starts: ['2024-12-01T00:00:00.000Z', '2025-01-01T00:00:00.000Z'] },
  })
})

test('a quarter of a year adds up to the same by the hour, day, week and month, in the store and its zones', async () => {
  await using served = await serve()
  const range = { local: { start: '2025-02-10T00:00:00', end: '2025-05-04T12:00:00' } }
  const variables = { id: 'fifth-avenue', range }
  const readAll = async (interval: TrafficInterval) => {
    const { data, errors } = await ask(served.origin, RollupsDocument, { ...variables, interval })
    expect(errors).toEqual([])
    const zones = data.location?.pointsOfInterest?.map(zone => zone.traffic) ?? []
    return [data.location?.traffic ?? [], ...zones].map(list =>
      list.filter(({ metric }) => metric !== 'DWELL_TIME'),
    )
  }
  const hours = await readAll('HOURLY')
  expect(hours.length).toBeGreaterThan(1)
  for (const interval of calendars) {
    const rolledUp = await readAll(interval)
    expect(rolledUp.map(summary)).toEqual(hours.map(summary))
    for (const series of rolledUp.flat()) {
      const values = series.points.map(({ value }) => value)
      const sum = values.reduce((one, other) => one + other, 0)
      expect(series.total).toBe(series.metric.startsWith('PEAK') ? Math.max(...values) : sum)
      expect(series.peak?.value).toBe(Math.max(...values))
      expect(series.columns?.values.filter(value => value !== null)).toEqual(values)
      expect(series.columns?.starts).toHaveLength(series.columns?.values.length ?? -1)
    }
  }
})

test('a day that was not reported is absent, and null among the columns', async () => {
  await using served = await serve()
  answerTraffic(served, 'oxford-street', { visits: { '2025-06-02T09:00:00Z': 0, '2025-06-04T09:00:00Z': 5 } })
  const range = { local: { start: '2025-06-02T00:00:00', end: '2025-06-05T00:00:00' } }
  const [visits, bounces] = await read(served, 'oxford-street', range, 'DAILY', ['VISITS', 'BOUNCES'])
  expect(visits?.points.map(({ localAt, value }) => [localAt?.slice(0, 10), value])).toEqual([
    ['2025-06-02', 0],
    ['2025-06-04', 5],
  ])
  expect(visits?.columns?.values).toEqual([0, null, 5])
  expect(bounces).toMatchObject({
    reported: false,
    points: [],
    columns: { values: [null, null, null] },
    total: null,
  })
})

describe('a place without a time zone', () => {
  const id = 'analytiks:5'

  test('has days of a local range by its clock alone', async () => {
    await using served = await serve({ catalog: '' })
    const local = { start: '2025-06-02T12:00:00', end: '2025-06-04T12:00:00' }
    const [series] = await read(served, id, { local }, 'DAILY')
    expect(series?.points.map(({ at, localAt }) => [at, localAt])).toEqual([
      [null, '2025-06-02T00:00:00'],
      [null, '2025-06-03T00:00:00'],
      [null, '2025-06-04T00:00:00'],
    ])
    expect(series?.columns).toBe(null)

    await using catalogued = await serve()
    const [known] = await read(catalogued, id, { local }, 'DAILY')
    expect(known?.points.map(({ value }) => value)).toEqual(series?.points.map(({ value }) => value))
    expect(known?.points[0]?.at).toBe('2025-06-01T15:00:00.000Z')
  })

  test('has no days of a range in UTC, which is said without a call', async () => {
    await using served = await serve({ catalog: '' })
    const range = { utc: { start: '2025-06-02T00:00:00Z', end: '2025-06-04T00:00:00Z' } }
    const variables = { id, range, interval: 'DAILY' as const }
    const { data, errors } = await ask(served.origin, RollupsDocument, variables)
    expect(data.location).toEqual({ traffic: null, pointsOfInterest: null })
    expect(errors.map(({ path, extensions: { code } }) => [path, code])).toEqual([
      [['location', 'traffic'], 'BAD_USER_INPUT'],
      [['location', 'pointsOfInterest'], 'BAD_USER_INPUT'],
    ])
    expect(errors[0]?.message).toMatch(/time zone.*catalog.*local range/)
    expect(callsOf(served.sandbox)).toEqual({})
  })
})

describe('a brand', () => {
  const range = { utc: { start: '2025-06-02T00:00:00Z', end: '2025-06-09T00:00:00Z' } }

  test('is rolled up in the calendar of each of its locations', async () => {
    await using served = await serve()
    const { data, errors } = await ask(served.origin, RollupBrandDocument, {
      id: 1234,
      range,
      interval: 'DAILY',
    })
    expect(errors).toEqual([])
    const starts = data.brand?.traffic?.nodes.map(({ location, series }) => [
      location.id,
      series?.[0]?.columns?.start,
    ])
    expect(Object.fromEntries(starts ?? [])).toMatchObject({
      'Location:oxford-street': '2025-06-01T23:00:00.000Z',
      'Location:fifth-avenue': '2025-06-01T04:00:00.000Z',
      'Location:connaught-place': '2025-06-01T18:30:00.000Z',
      'Location:ginza': '2025-06-01T15:00:00.000Z',
    })
    for (const { location, series } of data.brand?.traffic?.nodes ?? []) {
      const [alone] = await read(served, location.id.replace('Location:', ''), range, 'DAILY')
      expect(series).toEqual([alone])
    }
  })

  test('of which the catalog knows one location has an error on the series of the others', async () => {
    const catalog = `
locations:
  - { id: ginza, name: Ginza, timeZone: Asia/Tokyo, analytiks: { locationId: 5, brandId: 1234 } }
`
    await using served = await serve({ catalog })
    const variables = { id: 1234, range, interval: 'WEEKLY' as const }
    const { data, errors } = await ask(served.origin, RollupBrandDocument, variables)
    const nodes = data.brand?.traffic?.nodes ?? []
    const known = nodes.findIndex(({ location }) => location.id === 'Location:ginza')
    expect(nodes.map(({ series }) => series === null)).toEqual(nodes.map((_, index) => index !== known))
    expect(nodes[known]?.series?.[0]?.columns?.starts).toEqual([
      '2025-06-01T15:00:00.000Z',
      '2025-06-08T15:00:00.000Z',
    ])
    expect(errors.map(({ path }) => path)).toEqual(
      nodes.flatMap((_, index) => (index === known ? [] : [['brand', 'traffic', 'nodes', index, 'series']])),
    )
    expect(new Set(errors.map(({ extensions: { code } }) => code))).toEqual(new Set(['BAD_USER_INPUT']))
  })

  test('of a local range is told day by day of each clock', async () => {
    await using served = await serve()
    const local = { start: '2025-06-02T00:00:00', end: '2025-06-04T00:00:00' }
    const variables = { id: 5678, range: { local }, interval: 'DAILY' as const }
    const { data, errors } = await ask(served.origin, RollupBrandDocument, variables)
    expect(errors).toEqual([])
    // St. John's is off UTC by half an hour.
    expect(intervalsSent(served)).toEqual(['15min'])
    for (const { series } of data.brand?.traffic?.nodes ?? []) {
      for (const { localAt } of series?.[0]?.points ?? [])
        expect(['2025-06-02T00:00:00', '2025-06-03T00:00:00']).toContain(localAt)
    }
  })
})

/** How long the buckets are that fit into the days of a store. */
function stepOf(id: string): 3600 | 900 {
  return id === 'night-market' || id === 'connaught-place' ? 900 : 3600
}

/** One visit in each bucket of some days and their neighbours. */
function answerEach(served: Served, id: string, stepSeconds: number, start: string, end: string): void {
  const around = (time: string, days: number) => new Date(Date.parse(time) + days * 86_400_000).toISOString()
  const keys = Object.keys(denseBuckets(around(start, -2), around(end, 2), stepSeconds))
  answerTraffic(served, id, { visits: Object.fromEntries(keys.map(key => [key, 1])) })
}

async function read(
  { origin }: Served,
  id: string,
  range: TrafficRange,
  interval: TrafficInterval,
  metrics: ('VISITS' | 'BOUNCES')[] = ['VISITS'],
): Promise<readonly RolledUpSeriesFragment[]> {
  const { data, errors } = await ask(origin, RollupsDocument, { id, range, interval, metrics })
  expect(errors).toEqual([])
  return data.location?.traffic ?? []
}

/** Each step that Analytiks was asked for, once. */
function intervalsSent({ sandbox }: Served): unknown[] {
  const bodies = sandbox.analytiks.journal.calls.flatMap(({ body }) =>
    body instanceof Object && 'interval' in body ? [body.interval] : [],
  )
  return [...new Set(bodies)]
}

function summary(list: readonly RolledUpSeriesFragment[]) {
  return list.map(({ metric, reported, total }) => ({ metric, reported, total }))
}

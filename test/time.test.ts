import { afterEach, expect, test, vi } from 'vitest'
import {
  TimeBrandDocument,
  TimeHeatmapsDocument,
  TimeTotalsDocument,
  TimeTrafficDocument,
} from './generated/graphql.ts'
import { ask, askText } from './support/client.ts'
import { serve } from './support/serving.ts'
import { answerTraffic, denseBuckets, spansSent } from './support/traffic-answers.ts'

const morning = { start: '2025-06-02T09:00:00.000Z', end: '2025-06-02T12:00:00.000Z' }

afterEach(() => {
  vi.unstubAllEnvs()
})

test('a bucket on the start of a range is in it, one on its end is not, and none before or behind', async () => {
  await using served = await serve()
  const visits = denseBuckets('2025-06-02T07:00:00Z', '2025-06-02T14:00:00Z', 3600)
  const pointOfInterest = [{ id: 'zone', peakVisits: visits }]
  answerTraffic(served, 'oxford-street', { visits, peakOccupancy: visits, pointOfInterest })
  const { data, errors } = await ask(served.origin, TimeTrafficDocument, {
    id: 'oxford-street',
    range: { utc: morning },
    metrics: ['VISITS', 'PEAK_OCCUPANCY'],
  })
  expect(errors).toEqual([])
  const points = [
    { at: '2025-06-02T09:00:00.000Z', localAt: '2025-06-02T10:00:00', value: 2 },
    { at: '2025-06-02T10:00:00.000Z', localAt: '2025-06-02T11:00:00', value: 3 },
    { at: '2025-06-02T11:00:00.000Z', localAt: '2025-06-02T12:00:00', value: 4 },
  ]
  const columns = { start: morning.start, stepSeconds: 3600, values: [2, 3, 4] }
  const told = { reported: true, points, columns, peak: points[2] }
  expect(data.location?.traffic).toEqual([
    { metric: 'VISITS', ...told, total: 9 },
    { metric: 'PEAK_OCCUPANCY', ...told, total: 4 },
  ])
  const unreported = { reported: false, points: [], total: null, peak: null }
  const empty = { ...columns, values: [null, null, null] }
  expect(data.location?.pointsOfInterest).toEqual([
    {
      id: 'zone',
      traffic: [
        { metric: 'VISITS', ...unreported, columns: empty },
        { metric: 'DWELL_TIME', ...unreported, columns: empty },
        { metric: 'PEAK_VISITS', ...told, total: 4 },
      ],
    },
  ])
})

test('the end of a range is asked as it is, and what Analytiks tells of it belongs to the next range', async () => {
  await using served = await serve()
  const read = async (start: string, end: string) => {
    const variables = { id: 'ginza', range: { utc: { start, end } }, interval: 'QUARTER_HOUR' as const }
    const { data, errors } = await ask(served.origin, TimeTrafficDocument, variables)
    expect(errors).toEqual([])
    return data.location?.traffic?.map(({ points }) => points) ?? []
  }
  const [noon, one, two] = [
    '2025-06-02T03:00:00.000Z',
    '2025-06-02T04:00:00.000Z',
    '2025-06-02T05:00:00.000Z',
  ]
  const parts = [await read(noon, one), await read(one, two)]
  expect(spansSent(served)).toEqual([
    { startDate: noon, endDate: one },
    { startDate: one, endDate: two },
  ])
  const whole = await read(noon, two)
  expect(whole.map((_points, metric) => parts.flatMap(part => part[metric]))).toEqual(whole)
  expect(whole[0]?.map(({ at }) => at)).toContain(one)
})

test('a range between two buckets begins with the first that starts in it', async () => {
  await using served = await serve()
  answerTraffic(served, 'oxford-street', {
    visits: denseBuckets('2025-06-02T08:00:00Z', '2025-06-02T13:00:00Z', 3600),
  })
  const range = { utc: { start: '2025-06-02T09:20:00.000Z', end: '2025-06-02T11:40:00.000Z' } }
  const variables = { id: 'oxford-street', range, metrics: ['VISITS' as const, 'BOUNCES' as const] }
  const { data } = await ask(served.origin, TimeTrafficDocument, variables)
  expect(data.location?.traffic?.map(({ columns }) => columns)).toEqual([
    { start: '2025-06-02T10:00:00.000Z', stepSeconds: 3600, values: [2, 3] },
    { start: '2025-06-02T10:00:00.000Z', stepSeconds: 3600, values: [null, null] },
  ])
  expect(spansSent(served)).toEqual([{ startDate: range.utc.start, endDate: range.utc.end }])
})

test('a heatmap on the start of a range is in it, and one on its end is not', async () => {
  await using served = await serve()
  const rows = [morning.start, '2025-06-02T11:59:59.999Z', morning.end].map(created => ({
    location_id: '64a1b2c3d4e5f6a7b8c9d0e3',
    created: created.replace('Z', ''),
    heatmap_type: 'path',
  }))
  const { journal } = served.sandbox['aura-vision']
  journal.script({ route: 'detail/list', frames: [`{id}|0|0|${JSON.stringify(rows)}`] })
  const { data, errors } = await ask(served.origin, TimeHeatmapsDocument, {
    id: 'oxford-street',
    range: morning,
  })
  expect(errors).toEqual([])
  expect(data.location?.heatmaps?.map(({ createdAt }) => createdAt)).toEqual([
    morning.start,
    '2025-06-02T11:59:59.999Z',
  ])
  const filter = { start: morning.start, end: morning.end }
  expect(journal.calls.at(-1)).toMatchObject({ body: { data: { body: { filter } } } })
})

test.each(['America/St_Johns', 'Asia/Kolkata'])(
  'a machine whose own clock is that of %s tells the same',
  async zone => {
    const twoDays = { start: '2025-06-02T00:00:00Z', end: '2025-06-04T00:00:00Z' }
    const answers: unknown[] = []
    for (const TZ of ['UTC', zone]) {
      vi.stubEnv('TZ', TZ)
      expect(new Date(morning.start).getHours() === 9).toBe(TZ === 'UTC')
      await using served = await serve()
      const heatmaps = await ask(served.origin, TimeHeatmapsDocument, { id: 'ginza', range: twoDays })
      const local = { start: '2025-06-02T12:00:00', end: '2025-06-02T14:00:00' }
      const variables = { id: 'ginza', range: { local } }
      const traffic = await ask(served.origin, TimeTrafficDocument, variables)
      const brand = await ask(served.origin, TimeBrandDocument, { id: 5678, range: { local } })
      answers.push([heatmaps.data, traffic.data, brand.data, spansSent(served)])
      expect([heatmaps, traffic, brand].flatMap(({ errors }) => errors)).toEqual([])
    }
    expect(answers[1]).toEqual(answers[0])
  },
)

test('of adjacent ranges each heatmap is in exactly one', async () => {
  await using served = await serve()
  const read = async (start: string, end: string) => {
    const range = { start, end }
    const { data, errors } = await ask(served.origin, TimeHeatmapsDocument, { id: 'oxford-street', range })
    expect(errors).toEqual([])
    return data.location?.heatmaps ?? []
  }
  // When the store opens, which is when its heatmaps are made.
  const opening = '2025-06-03T08:00:00.000Z'
  const before = await read('2025-06-02T00:00:00.000Z', opening)
  const after = await read(opening, '2025-06-04T00:00:00.000Z')
  expect([...before, ...after]).toEqual(await read('2025-06-02T00:00:00.000Z', '2025-06-04T00:00:00.000Z'))
  expect(after[0]).toMatchObject({ createdAt: opening, localTime: '2025-06-03T09:00:00.000' })
})

test('a local range of a place without a zone is asked in local form and known by the clock alone', async () => {
  await using served = await serve({ catalog: '' })
  const local = { start: '2025-06-02T12:00:00', end: '2025-06-02T14:00:00' }
  const { data, errors } = await ask(served.origin, TimeTrafficDocument, {
    id: 'analytiks:5',
    range: { local },
    metrics: ['VISITS', 'PEAK_VISITS'],
  })
  expect(errors).toEqual([])
  expect(spansSent(served)).toEqual([
    { startDate: '2025-06-02T12:00:00.000', endDate: '2025-06-02T14:00:00.000' },
  ])
  const [series, unreported] = data.location?.traffic ?? []
  expect(series).toMatchObject({ reported: true, columns: null })
  expect(unreported).toMatchObject({ reported: false, columns: null })
  expect(series?.points).toEqual([
    { at: null, localAt: '2025-06-02T12:00:00', value: expect.any(Number) },
    { at: null, localAt: '2025-06-02T13:00:00', value: expect.any(Number) },
  ])
  expect(series?.peak).toMatchObject({ at: null, localAt: expect.stringMatching(/^2025-06-02T1[23]:00:00$/) })

  // The same hours of the same store, where the catalog knows its zone.
  await using catalogued = await serve()
  const known = await ask(catalogued.origin, TimeTrafficDocument, {
    id: 'analytiks:5',
    range: { local },
    metrics: ['VISITS'],
  })
  const told = known.data.location?.traffic?.[0]
  expect(told?.points.map(({ at }) => at)).toEqual(['2025-06-02T03:00:00.000Z', '2025-06-02T04:00:00.000Z'])
  expect(told?.points.map(({ at: _at, ...point }) => point)).toEqual(
    series?.points.map(({ at: _at, ...point }) => point),
  )
})

test('a range in UTC of a place without a zone has instants and no local times', async () => {
  await using served = await serve({ catalog: '' })
  const { data, errors } = await ask(served.origin, TimeTrafficDocument, {
    id: 'analytiks:1',
    range: { utc: morning },
    metrics: ['VISITS'],
  })
  expect(errors).toEqual([])
  expect(spansSent(served)).toEqual([{ startDate: morning.start, endDate: morning.end }])
  const [series] = data.location?.traffic ?? []
  expect(series?.points.map(({ at, localAt }) => ({ at, localAt }))).toEqual([
    { at: '2025-06-02T09:00:00.000Z', localAt: null },
    { at: '2025-06-02T10:00:00.000Z', localAt: null },
    { at: '2025-06-02T11:00:00.000Z', localAt: null },
  ])
  expect(series?.columns?.values).toEqual(series?.points.map(({ value }) => value))
})

test("a local range of a brand is each store's own, with instants where the clock leaves no doubt", async () => {
  await using served = await serve()
  const visits = {
    '2025-10-26T00:00:00': 1,
    '2025-10-26T01:00:00': 2,
    '2025-10-26T02:00:00': 3,
    '2025-10-26T03:00:00': 4,
  }
  const data = [1, 5, 99].map(locationId => ({ locationId, visits }))
  served.sandbox.analytiks.journal.script({
    route: 'POST /json/v3',
    answer: { body: { cursor: null, data } },
  })
  const answer = await ask(served.origin, TimeBrandDocument, {
    id: 1234,
    range: { local: { start: '2025-10-26T00:00:00', end: '2025-10-26T03:00:00' } },
  })
  expect(answer.errors).toEqual([])
  const localTimes = ['2025-10-26T00:00:00', '2025-10-26T01:00:00', '2025-10-26T02:00:00']
  const instants = [
    // The hour that clocks in London repeat may be either.
    ['2025-10-25T23:00:00.000Z', null, '2025-10-26T02:00:00.000Z'],
    ['2025-10-25T15:00:00.000Z', '2025-10-25T16:00:00.000Z', '2025-10-25T17:00:00.000Z'],
    [null, null, null],
  ]
  const series = answer.data.brand?.traffic?.nodes.map(node => node.series?.[0])
  expect(series?.map(one => one?.points)).toEqual(
    instants.map(ats => ats.map((at, index) => ({ at, localAt: localTimes[index], value: index + 1 }))),
  )
  expect(series?.map(one => one?.columns)).toEqual([null, null, null])
})

test('a date is its midnight, as the start of a local range and as its end, which is not in it', async () => {
  await using served = await serve()
  const read = async (start: string, end: string) => {
    const variables = { id: 'oxford-street', range: { local: { start, end } }, metrics: ['VISITS' as const] }
    const { data, errors } = await ask(served.origin, TimeTrafficDocument, variables)
    expect(errors).toEqual([])
    return data.location
  }
  const days = await read('2025-10-26', '2025-10-27')
  expect(spansSent(served)).toEqual([
    { startDate: '2025-10-25T23:00:00.000Z', endDate: '2025-10-27T00:00:00.000Z' },
  ])
  expect(days?.traffic?.[0]?.columns?.values).toHaveLength(25)
  expect(days).toEqual(await read('2025-10-26T00:00:00', '2025-10-27T00:00:00'))
  const inline = await askText<object>(
    served.origin,
    `{ location(by: { id: "oxford-street" }) { traffic(range: { local: { start: "2025-10-26", end: "2025-10-26T09:00:00" } }, metrics: [VISITS]) { columns { start values } } } }`,
  )
  expect(inline.data).toMatchObject({
    location: { traffic: [{ columns: { start: '2025-10-25T23:00:00.000Z', values: { length: 10 } } }] },
  })
})

test('zero, not reported and not counted are three things', async () => {
  await using served = await serve()
  answerTraffic(served, 'oxford-street', {
    visits: { '2025-06-02T09:00:00Z': 0, '2025-06-02T11:00:00Z': 3 },
    bounces: {},
    walkBys: null,
  })
  const { data, errors } = await ask(served.origin, TimeTrafficDocument, {
    id: 'oxford-street',
    range: { utc: morning },
    metrics: ['VISITS', 'BOUNCES', 'WALK_BYS', 'PEAK_OCCUPANCY', 'PEAK_VISITS'],
  })
  expect(errors).toEqual([])
  const columns = { start: morning.start, stepSeconds: 3600 }
  const nothing = { columns: { ...columns, values: [null, null, null] }, points: [], total: null, peak: null }
  expect(data.location?.traffic).toMatchObject([
    {
      reported: true,
      points: [{ value: 0 }, { value: 3 }],
      columns: { ...columns, values: [0, null, 3] },
      total: 3,
      peak: { at: '2025-06-02T11:00:00.000Z', value: 3 },
    },
    // A longer window may hold an empty map where a shorter one holds none: it says nothing.
    { metric: 'BOUNCES', reported: false, ...nothing },
    { metric: 'WALK_BYS', reported: false, ...nothing },
    { metric: 'PEAK_OCCUPANCY', reported: false, ...nothing },
    { metric: 'PEAK_VISITS', reported: false, ...nothing },
  ])
})

test('a metric that is named twice is told once', async () => {
  await using served = await serve()
  const { data } = await ask(served.origin, TimeTrafficDocument, {
    id: 'ginza',
    range: { utc: morning },
    metrics: ['WALK_BYS', 'VISITS', 'WALK_BYS'],
  })
  expect(data.location?.traffic?.map(({ metric }) => metric)).toEqual(['WALK_BYS', 'VISITS'])
})

test('a refused location is an error on that location alone', async () => {
  await using served = await serve()
  const ids = ['Location:ginza', 'Location:analytiks:99', 'Location:oxford-street']
  const { data, errors } = await ask(served.origin, TimeTotalsDocument, { ids, range: { utc: morning } })
  expect(errors.map(({ path, extensions: { code } }) => ({ path, code }))).toEqual([
    { path: ['nodes', 1, 'traffic'], code: 'UPSTREAM_FORBIDDEN' },
  ])
  expect(data.nodes).toEqual([
    { id: 'Location:ginza', traffic: [{ total: expect.any(Number) }] },
    { id: 'Location:analytiks:99', traffic: null },
    { id: 'Location:oxford-street', traffic: [{ total: expect.any(Number) }] },
  ])
  expect(spansSent(served)).toHaveLength(1)
})

test('a value is exact as far as a double is', async () => {
  await using served = await serve()
  answerTraffic(served, 'oxford-street', { dwellTime: { '2025-06-02T09:00:00Z': 9_007_199_254_740_991 } })
  const { data, errors } = await ask(served.origin, TimeTrafficDocument, {
    id: 'oxford-street',
    range: { utc: morning },
  })
  expect(errors).toEqual([])
  expect(data.location?.traffic?.[1]).toMatchObject({
    points: [{ value: 9_007_199_254_740_991 }],
    total: null,
  })
})

test('a range of more than ten years is refused before anybody is asked', async () => {
  await using served = await serve()
  const decade = { utc: { start: '2015-08-02T00:00:00Z', end: '2025-08-02T00:00:00Z' } }
  const unknown = { id: 'aura-vision:aaaaaaaaaaaaaaaaaaaaaaaa', range: decade, interval: 'MONTHLY' as const }
  expect((await ask(served.origin, TimeTrafficDocument, unknown)).errors).toEqual([])
  const range = { utc: { start: '2015-06-02T00:00:00Z', end: '2025-08-02T00:00:00Z' } }
  const { errors } = await ask(served.origin, TimeBrandDocument, { id: 1234, range })
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
  expect(errors[0]?.message).toBe('A range may span at most ten years, not 3714 days.')
  expect(spansSent(served)).toEqual([])
})

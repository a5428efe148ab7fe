import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type LocationTraffic,
  locationMetrics,
  type MetricBuckets,
  pointOfInterestMetrics,
  type TrafficMetric,
  type TrafficSpan,
} from '../../../../src/providers/analytiks/records.ts'
import {
  spanAsked,
  stepOf,
  type TrafficQuestion,
} from '../../../../src/providers/analytiks/traffic-question.ts'
import {
  bucketsOf,
  buildReport,
  day,
  hasQuarters,
  hour,
  local,
  responseOf,
  rowOf,
  seriesOf,
  utc,
} from '../traffic-rows.ts'
import { wholeHourZones, zones } from '../zones.ts'

const quarter = hour / 4

describe('windows', () => {
  test('give the same report however the range is cut, in any order, and however far they reach', () => {
    const intervals = fc.constantFrom('15min', 'hourly', 'daily', 'weekly', 'monthly', 'whole')
    const dwellTimes = fc.constantFrom('sum', 'mean', undefined)
    const silences = fc.constantFrom('omitted', 'empty')
    const share = fc.double({ min: 0, max: 1, noNaN: true })
    const ends = fc.tuple(share, share)
    fc.assert(
      fc.property(
        histories(quarter),
        zones,
        intervals,
        dwellTimes,
        silences,
        ends,
        ({ row, span: history, windows }, timeZone, interval, dwellTime, silence, ends) => {
          const at = (share: number) => history.start + share * (history.end - history.start)
          const [start = 0, end = 0] = ends
            .map(share => Math.round(at(share) / 300_000) * 300_000)
            .sort((one, other) => one - other)
          fc.pre(start < end)
          const span = { ...history, start, end }
          const question = { ...ask(span, timeZone), interval, withPointsOfInterest: true }
          const asked = spanAsked(question, stepOf(question))
          const inParts = [...windows, { ...history, start: asked.start, end: history.start }]
            .map(window => ({
              ...window,
              start: Math.max(window.start, asked.start),
              end: Math.min(window.end, asked.end),
            }))
            .filter(window => window.start < window.end)
          const read = (windows: readonly TrafficSpan[]) =>
            outcomeOf(() => {
              const responses = windows.map(window => [window, responseOf(row, window, silence)] as const)
              const report = buildReport(question, responses, dwellTime)
              return [
                seriesOf(report, locationMetrics),
                report.pointsOfInterest.map(zone => [zone.id, seriesOf(zone, pointOfInterestMetrics)]),
              ]
            })
          const whole = read([asked])
          expect(read(inParts)).toEqual(whole)
          expect(read([{ ...history, start: history.start - day, end: history.end + day }])).toEqual(whole)
        },
      ),
      { numRuns: 400 },
    )
  })

  test('that reach beyond the range find no hours outside it in place of its quarter-hours', () => {
    const start = Date.parse('2025-06-02T00:00:00Z')
    const hours = fc.uniqueArray(fc.nat(71), { maxLength: 6 })
    const ends = fc.uniqueArray(fc.nat(72 * 4), { minLength: 2, maxLength: 2 })
    const zones = fc.constantFrom('Asia/Kolkata', 'Asia/Kathmandu')
    fc.assert(
      fc.property(
        hours,
        ends,
        zones,
        fc.constantFrom('daily', 'whole'),
        (hours, ends, timeZone, interval) => {
          const [from = 0, until = 0] = ends.sort((one, other) => one - other)
          const span = { form: 'utc', start: start + from * quarter, end: start + until * quarter } as const
          const question = { ...ask(span, timeZone, ['visits']), interval }
          const times = hours.sort((one, other) => one - other).map(index => start + index * hour)
          const row = rowOf({ visits: { times, values: times.map(() => 1), zoned: true } })
          const read = (window: TrafficSpan) =>
            outcomeOf(() => seriesOf(buildReport(question, [[window, responseOf(row, window)]]), ['visits']))
          const longer = { ...span, start: start - day, end: start + 4 * day }
          expect(read(longer)).toEqual(read(spanAsked(question, stepOf(question))))
        },
      ),
      { numRuns: 500 },
    )
  })

  test('that reach beyond the range add nothing from outside it', () => {
    const row = rowOf(
      { visits: bucketsOf({ '2025-06-01T10:00:00Z': 1 }), bounces: bucketsOf({ '2025-06-02T10:00:00Z': 2 }) },
      [
        { id: 'elsewhere', buckets: { visits: bucketsOf({ '2025-06-03T00:00:00Z': 3 }) } },
        { id: 'here', buckets: { visits: bucketsOf({ '2025-06-02T23:00:00Z': 4 }) } },
        { id: 'silent', buckets: {} },
        { id: 'empty', buckets: { visits: bucketsOf({}) } },
      ],
    )
    const window = utc('2025-05-31T00:00:00Z', '2025-06-05T00:00:00Z')
    const question = ask(utc('2025-06-02T00:00:00Z', '2025-06-03T00:00:00Z'), 'UTC', ['visits', 'bounces'])
    const report = buildReport({ ...question, withPointsOfInterest: true }, [[window, row]])
    expect(report.series('visits')).toMatchObject({ reported: false })
    expect(report.series('bounces').total()).toBe(2)
    expect(report.pointsOfInterest.map(({ id }) => id)).toEqual(['here'])
  })

  test('list points of interest in order of their first bucket', () => {
    const zone = (id: string, time: string) => ({ id, buckets: { visits: bucketsOf({ [time]: 1 }) } })
    const first = rowOf({}, [zone('a', '2025-06-01T11:00:00Z'), zone('b', '2025-06-01T10:00:00Z')])
    const second = rowOf({}, [zone('c', '2025-06-02T10:00:00Z'), zone('a', '2025-06-02T10:00:00Z')])
    const windows = [
      [utc('2025-06-02T00:00:00Z', '2025-06-03T00:00:00Z'), second],
      [utc('2025-06-01T00:00:00Z', '2025-06-02T00:00:00Z'), first],
    ] as const
    const question = {
      ...ask(utc('2025-06-01T00:00:00Z', '2025-06-03T00:00:00Z'), null),
      withPointsOfInterest: true,
    }
    for (const order of [windows, windows.toReversed()]) {
      const { pointsOfInterest } = buildReport(question, order)
      expect(pointsOfInterest.map(({ id }) => id)).toEqual(['b', 'a', 'c'])
      expect(pointsOfInterest.map(place => place.series('visits').total())).toEqual([1, 2, 1])
    }
  })

  test('give the location id, and the reference number if one of them has it', () => {
    const span = utc('2025-06-02T00:00:00Z', '2025-06-03T00:00:00Z')
    const windows = [null, 'US0658', null].map(
      referenceNumber => [span, { ...rowOf({}), locationId: 7, referenceNumber }] as const,
    )
    expect(buildReport(ask(span, null), windows)).toMatchObject({ locationId: 7, referenceNumber: 'US0658' })
  })

  test('add only the requested metrics and points of interest', () => {
    const reportedVisits = bucketsOf({ '2025-06-02T10:00:00Z': 1 })
    const row = rowOf({ visits: reportedVisits, bounces: reportedVisits }, [
      { id: 'zone', buckets: { visits: reportedVisits } },
    ])
    const span = utc('2025-06-02T00:00:00Z', '2025-06-03T00:00:00Z')
    const report = buildReport(ask(span, null, ['visits']), [[span, row]])
    expect(report.series('visits').reported).toBe(true)
    expect(report.series('bounces').reported).toBe(false)
    expect(report.pointsOfInterest).toEqual([])
  })

  test('report a metric only if it has a bucket in the range: an empty map has none', () => {
    const [span, later] = [
      utc('2025-06-02T00:00:00Z', '2025-06-03T00:00:00Z'),
      utc('2025-06-03T00:00:00Z', '2025-06-04T00:00:00Z'),
    ]
    const zero = bucketsOf({ '2025-06-02T10:00:00Z': 0 })
    const report = buildReport(ask({ ...span, end: later.end }, null), [
      [later, rowOf({ visits: bucketsOf({}), bounces: null })],
      [span, rowOf({ walkBys: zero })],
    ])
    expect(report.series('walkBys').reported).toBe(true)
    for (const metric of ['visits', 'bounces', 'peakVisits'] as const) {
      expect(report.series(metric).reported).toBe(false)
      expect(report.series(metric).total()).toBe(null)
    }
  })
})

describe('days, weeks and months', () => {
  test('add up to the hours of the same range, and their peaks are its peak', () => {
    const calendars = fc.constantFrom('daily', 'weekly', 'monthly')
    fc.assert(
      fc.property(
        histories(hour),
        wholeHourZones,
        calendars,
        ({ row, span, windows }, timeZone, interval) => {
          const responses = windows.map(window => [window, responseOf(row, window)] as const)
          const hours = buildReport(ask(span, timeZone), responses)
          const rolledUp = buildReport({ ...ask(span, timeZone), interval }, responses)
          for (const metric of ['visits', 'peakOccupancy'] as const) {
            const [small, large] = [hours.series(metric), rolledUp.series(metric)]
            expect(large.total()).toBe(small.total())
            const values = large.points().map(({ value }) => value)
            const all =
              metric === 'visits' ? values.reduce((sum, value) => sum + value, 0) : Math.max(...values)
            if (values.length > 0) expect(all).toBe(small.total())
          }
        },
      ),
      { numRuns: 200 },
    )
  })

  test('count each bucket on the day of the local clock', () => {
    // Without a quarter-hour by chance, they are taken for hours.
    const quarters = histories(quarter).filter(({ row, span }) => hasQuarters(row, span))
    fc.assert(
      fc.property(quarters, zones, ({ row, span, windows }, timeZone) => {
        const responses = windows.map(window => [window, responseOf(row, window)] as const)
        const expected = new Map<string | undefined, number>()
        for (const { localAt, value } of buildReport({ ...ask(span, timeZone), interval: '15min' }, responses)
          .series('visits')
          .points()) {
          const date = localAt?.slice(0, 10)
          expected.set(date, (expected.get(date) ?? 0) + value)
        }
        const days = buildReport({ ...ask(span, timeZone), interval: 'daily' }, responses)
          .series('visits')
          .points()
        expect(new Map(days.map(({ localAt, value }) => [localAt?.slice(0, 10), value]))).toEqual(expected)
      }),
      { numRuns: 200 },
    )
  })

  test('of a range in UTC without a time zone are bad input; only the series throws', () => {
    const span = utc('2025-06-02T00:00:00Z', '2025-06-03T00:00:00Z')
    const row = rowOf({ visits: bucketsOf({ '2025-06-02T10:00:00Z': 1 }) }, [
      { id: 'zone', buckets: { visits: bucketsOf({ '2025-06-02T10:00:00Z': 1 }) } },
    ])
    const report = buildReport({ ...ask(span, null), interval: 'daily', withPointsOfInterest: true }, [
      [span, row],
    ])
    expect(report.pointsOfInterest).toHaveLength(1)
    expect(() => report.series('visits')).toThrow(/time zone/)
  })

  test('of a local range without a time zone cannot be built from buckets in UTC', () => {
    const span = local('2025-06-02T00:00:00', '2025-06-04T00:00:00')
    const row = rowOf({ visits: bucketsOf({ '2025-06-02T10:00:00Z': 1 }) })
    expect(() => buildReport({ ...ask(span, null), interval: 'daily' }, [[span, row]])).toThrow(
      expect.objectContaining({ code: 'UPSTREAM_INVALID_RESPONSE' }),
    )
  })
})

describe('keys in another form than requested', () => {
  const span = utc('2025-10-26T00:00:00Z', '2025-10-27T00:00:00Z')
  const visits = bucketsOf({
    '2025-10-26T00:30:00': 1,
    '2025-10-26T01:30:00': 2,
    '2025-10-26T02:00:00': 4,
    '2025-10-27T00:00:00': 8,
  })

  test('are converted by the clock, and stay if that is ambiguous', () => {
    const question = ask(span, 'Europe/London')
    const { points, total } = reportedVisits(question, [[span, rowOf({ visits })]])
    expect(points).toEqual([
      { at: null, localAt: '2025-10-26T01:30:00', value: 2 },
      { at: '2025-10-26T02:00:00.000Z', localAt: '2025-10-26T02:00:00', value: 4 },
    ])
    expect(total).toBe(6)
    expect(reportedVisits({ ...question, interval: 'daily' }, [[span, rowOf({ visits })]]).points).toEqual([
      { at: '2025-10-25T23:00:00.000Z', localAt: '2025-10-26T00:00:00', value: 6 },
    ])
  })

  test('that the clock shows twice are in the range of the first instant', () => {
    const days = utc('2025-10-24T00:00:00Z', '2025-10-25T00:00:00Z')
    expect(
      reportedVisits(ask(days, 'Europe/London'), [[{ ...days, end: span.end }, rowOf({ visits })]]).points,
    ).toEqual([])
    const [half, whole] = [Date.parse('2025-10-26T00:30:00Z'), Date.parse('2025-10-26T01:00:00Z')]
    const parts = [
      { ...span, end: half },
      { ...span, start: half, end: whole },
      { ...span, start: whole },
    ].map(part => reportedVisits(ask(part, 'Europe/London'), [[span, rowOf({ visits })]]).total)
    expect(parts).toEqual([null, 2, 4])
  })

  test.each([
    ['local times instead of instants', span, visits],
    [
      'instants instead of local times',
      local('2025-10-26T00:00:00', '2025-10-27T00:00:00'),
      bucketsOf({ '2025-10-26T10:00:00Z': 1 }),
    ],
  ])('are an error that says so without a time zone: %s', (returned, span, visits) => {
    expect(() => buildReport(ask(span, null), [[span, rowOf({ visits })]])).toThrow(
      expect.objectContaining({
        code: 'UPSTREAM_INVALID_RESPONSE',
        message: expect.stringContaining(`returned ${returned}:`),
      }),
    )
  })

  test('of a local range are converted by the clock too', () => {
    const { points } = reportedVisits(
      ask(local('2025-06-02T09:00:00', '2025-06-02T10:00:00'), 'Europe/London'),
      [
        [
          local('2025-06-02T09:00:00', '2025-06-02T10:00:00'),
          rowOf({ visits: bucketsOf({ '2025-06-02T08:00:00Z': 1, '2025-06-02T09:00:00Z': 2 }) }),
        ],
      ],
    )
    expect(points).toEqual([{ at: '2025-06-02T08:00:00.000Z', localAt: '2025-06-02T09:00:00', value: 1 }])
  })
})

function ask(
  span: TrafficSpan,
  timeZone: string | null,
  metrics: readonly TrafficMetric[] = locationMetrics,
): TrafficQuestion {
  return { span, interval: 'hourly', timeZone, metrics, withPointsOfInterest: false }
}

/** A series' result, or why it has none. */
function outcomeOf(read: () => unknown): unknown {
  try {
    return read()
  } catch (error) {
    return error instanceof Error ? error.message : error
  }
}

function reportedVisits(
  question: TrafficQuestion,
  windows: readonly (readonly [TrafficSpan, LocationTraffic])[],
) {
  const [series] = seriesOf(buildReport(question, windows), ['visits'])
  if (!series) throw new Error('there is no series')
  return series
}

/** Some days of sparse buckets around a clock change, in windows that partition the range, in any order. */
function histories(step: number) {
  const starts = fc.constantFrom(
    '2025-03-06',
    '2025-03-27',
    '2025-10-02',
    '2025-10-23',
    '2025-10-30',
    '2025-12-28',
  )
  return fc
    .record({
      start: fc.tuple(starts, fc.nat(200)).map(([date, steps]) => Date.parse(date) + steps * step),
      length: fc.integer({ min: 1, max: 9 * (day / step) }).map(steps => steps * step),
      cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 }),
      ranks: fc.array(fc.nat(1000), { minLength: 7, maxLength: 7 }),
      maps: fc.array(fc.array(fc.tuple(fc.nat(9 * (day / step)), fc.nat(50)), { maxLength: 200 }), {
        minLength: 11,
        maxLength: 11,
      }),
      zoneIds: fc.uniqueArray(fc.constantFrom('one', 'two'), { minLength: 1 }),
    })
    .map(({ start, length, cuts, ranks, maps, zoneIds }) => {
      const span = { form: 'utc', start, end: start + length } as const
      const inner = cuts.map(share => start + Math.floor((share * length) / step) * step)
      const edges = [...new Set([span.start, ...inner, span.end])].sort((one, other) => one - other)
      const windows = edges.slice(1).map((end, index) => ({ ...span, start: edges[index] ?? start, end }))
      const shuffled = windows
        .map((window, index) => ({ window, rank: ranks[index] ?? 0 }))
        .sort((one, other) => one.rank - other.rank)
        .map(({ window }) => window)
      const mapsOf = (metrics: readonly TrafficMetric[], from: number): MetricBuckets =>
        Object.fromEntries(
          metrics.map((metric, index) => [metric, packed(maps[from + index] ?? [], start, step)]),
        )
      const points = zoneIds.map((id, index) => ({
        id,
        buckets: mapsOf(pointOfInterestMetrics, 5 + 3 * index),
      }))
      return { span, windows: shuffled, row: rowOf(mapsOf(locationMetrics, 0), points) }
    })
}

/** Null if nothing was counted: Analytiks sends no map then. */
function packed(counts: readonly (readonly [steps: number, value: number])[], start: number, step: number) {
  const byTime = [...new Map(counts)].sort(([one], [other]) => one - other)
  if (byTime.length === 0) return null
  return {
    times: byTime.map(([steps]) => start + steps * step),
    values: byTime.map(([, value]) => value),
    zoned: true,
  }
}

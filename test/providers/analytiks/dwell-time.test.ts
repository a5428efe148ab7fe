import { expect, test } from 'vitest'
import type { DwellTime } from '../../../src/providers/analytiks/assembly/aggregation.ts'
import type { TrafficInterval } from '../../../src/providers/analytiks/traffic-question.ts'
import { bucketsOf, buildReport, rowOf, utc } from './traffic-rows.ts'

const span = utc('2025-06-02T00:00:00Z', '2025-06-04T00:00:00Z')
const noon = Date.parse('2025-06-03T12:00:00Z')
const visits = bucketsOf({ '2025-06-02T10:00:00Z': 3, '2025-06-02T12:00:00Z': 0, '2025-06-03T10:00:00Z': 2 })
const dwellTime = bucketsOf({
  '2025-06-02T10:00:00Z': 1000,
  '2025-06-02T11:00:00Z': 5000,
  '2025-06-02T12:00:00Z': 90_000,
  '2025-06-03T10:00:00Z': 3001,
})

test.each<[DwellTime, TrafficInterval, number[], number | null]>([
  ['sum', 'hourly', [1000, 5000, 90_000, 3001], 99_001],
  ['sum', 'daily', [96_000, 3001], 99_001],
  // Three visits of 1 s and one of 5 s, without a count of visits; then two of 3 s.
  ['mean', 'hourly', [1000, 5000, 90_000, 3001], 2334],
  ['mean', 'daily', [2000, 3001], 2334],
  [undefined, 'hourly', [1000, 5000, 90_000, 3001], null],
  [undefined, 'daily', [], null],
])('dwell time set to %s has these %s values and total', (said, interval, values, total) => {
  const question = {
    span,
    interval,
    timeZone: 'UTC',
    metrics: ['dwellTime'],
    withPointsOfInterest: true,
  } as const
  const row = rowOf({ visits, dwellTime }, [{ id: 'zone', buckets: { visits, dwellTime } }])
  const windows = [
    [{ ...span, start: noon }, row],
    [{ ...span, end: noon }, row],
  ] as const
  const { series, pointsOfInterest } = buildReport(question, windows, said)
  for (const place of [{ series }, ...pointsOfInterest]) {
    expect(
      place
        .series('dwellTime')
        .points()
        .map(({ value }) => value),
    ).toEqual(values)
    expect(place.series('dwellTime').total()).toBe(total)
    expect(place.series('dwellTime').peak()?.value).toBe(values.length > 0 ? Math.max(...values) : undefined)
  }
})

test('a mean over nobody is null', () => {
  const empty = bucketsOf({ '2025-06-02T12:00:00Z': 0 })
  const row = rowOf({ visits: empty, dwellTime: bucketsOf({ '2025-06-02T12:00:00Z': 5000 }) })
  const question = {
    span,
    interval: 'daily',
    timeZone: 'UTC',
    metrics: ['dwellTime'],
    withPointsOfInterest: false,
  } as const
  const series = buildReport(question, [[span, row]], 'mean').series('dwellTime')
  expect(series.reported).toBe(true)
  expect(series.points()).toEqual([])
  expect(series.columns()?.values).toEqual([null, null])
  expect([series.total(), series.peak()]).toEqual([null, null])
})

test('visits in another form do not weigh a mean', () => {
  const localVisits = bucketsOf({ '2025-06-02T10:00:00': 3 })
  const two = bucketsOf({ '2025-06-02T10:00:00Z': 1000, '2025-06-02T11:00:00Z': 2000 })
  const question = {
    span,
    interval: 'whole',
    timeZone: 'UTC',
    metrics: ['dwellTime'],
    withPointsOfInterest: false,
  } as const
  const report = buildReport(question, [[span, rowOf({ visits: localVisits, dwellTime: two })]], 'mean')
  expect(report.series('dwellTime').total()).toBe(1500)
})

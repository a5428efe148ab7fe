import { expect, test } from 'vitest'
import type { TrafficSpan } from '../../../../src/providers/analytiks/records.ts'
import { bucketsOf, buildReport, local, rowOf, utc } from '../traffic-rows.ts'

const morning = utc('2025-06-02T09:00:00Z', '2025-06-02T12:00:00Z')

test('columns begin with the first hour that starts in the range', () => {
  expect(columnsOf({ '2025-06-02T11:00:00Z': 1 }, { ...morning, start: morning.start + 1 })).toEqual({
    start: '2025-06-02T10:00:00.000Z',
    stepSeconds: 3600,
    values: [null, 1],
    starts: ['2025-06-02T10:00:00.000Z', '2025-06-02T11:00:00.000Z'],
    localStarts: null,
  })
})

test('columns begin where upstream has buckets, which may be half past', () => {
  const columns = columnsOf({ '2025-06-02T10:30:00Z': 1 }, morning)
  expect(columns?.starts.map(start => start.slice(11, 16))).toEqual(['09:30', '10:30', '11:30'])
  expect(columns?.values).toEqual([null, 1, null])
})

test('columns without buckets begin with a full hour of UTC', () => {
  const starts = (timeZone: string | null) => columnsOf({}, morning, timeZone)?.starts[0]
  expect(starts(null)).toBe('2025-06-02T09:00:00.000Z')
  expect(starts('Asia/Kolkata')).toBe('2025-06-02T09:00:00.000Z')
  expect(starts('America/St_Johns')).toBe('2025-06-02T09:00:00.000Z')
})

test.each(['00', '30'])(
  'columns of a metric that is not reported align with those of the others, at %s past',
  minutes => {
    const reported = bucketsOf({ [`2025-06-02T10:${minutes}:00Z`]: 1 })
    const row = rowOf({ visits: reported }, [{ id: 'zone', buckets: { peakVisits: reported } }])
    const asked = { ...question(morning, 'Asia/Kolkata'), withPointsOfInterest: true }
    const { series, pointsOfInterest } = buildReport({ ...asked, metrics: ['visits', 'bounces'] }, [
      [morning, row],
    ])
    const all = [
      series('visits'),
      series('bounces'),
      ...pointsOfInterest.map(place => place.series('visits')),
    ]
    expect(all.map(one => one.columns()?.starts()[0])).toEqual(
      all.map(() => `2025-06-02T09:${minutes}:00.000Z`),
    )
    expect(all.map(({ reported }) => reported)).toEqual([true, false, false])
  },
)

test('buckets that are not an hour apart have no columns, but they are points', () => {
  const map = { '2025-06-02T09:00:00Z': 1, '2025-06-02T10:30:00Z': 2 }
  expect(columnsOf(map, morning)).toBe(null)
  expect(seriesOf(map, morning).points()).toHaveLength(2)
})

test('there are no columns if instants are not known', () => {
  expect(columnsOf({ '2025-06-02T10:00:00': 1 }, morning, 'Europe/London')).toBe(null)
  expect(columnsOf({ '2025-06-02T10:00:00': 1 }, local('2025-06-02T09:00:00', '2025-06-02T12:00:00'))).toBe(
    null,
  )
  expect(columnsOf({}, local('2025-06-02T09:00:00', '2025-06-02T12:00:00'))).toBe(null)
})

test('the peak is the first of several equal ones', () => {
  const windows = [9, 10, 11].map(hour => {
    const start = Date.UTC(2025, 5, 2, hour)
    const visits = { times: [start], values: [hour === 9 ? 1 : 5], zoned: true }
    return [{ ...morning, start, end: start + 3_600_000 }, rowOf({ visits })] as const
  })
  const series = buildReport(question(morning), windows).series('visits')
  expect(series.peak()).toEqual({ at: '2025-06-02T10:00:00.000Z', localAt: null, value: 5 })
})

function columnsOf(map: Record<string, number>, span: TrafficSpan, timeZone: string | null = null) {
  const columns = seriesOf(map, span, timeZone).columns()
  return columns && { ...columns, starts: columns.starts(), localStarts: columns.localStarts() }
}

function seriesOf(map: Record<string, number>, span: TrafficSpan, timeZone: string | null = null) {
  return buildReport(question(span, timeZone), [[span, rowOf({ visits: bucketsOf(map) })]]).series('visits')
}

function question(span: TrafficSpan, timeZone: string | null = null) {
  return { span, interval: 'hourly', timeZone, metrics: ['visits'], withPointsOfInterest: false } as const
}

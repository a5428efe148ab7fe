import type { DwellTime } from '../../../src/providers/analytiks/assembly/aggregation.ts'
import { ReportBuilder } from '../../../src/providers/analytiks/assembly/report-builder.ts'
import { ReportSettingsCache } from '../../../src/providers/analytiks/assembly/report-settings.ts'
import type {
  Buckets,
  LocationTraffic,
  MetricBuckets,
  TrafficMetric,
  TrafficSpan,
} from '../../../src/providers/analytiks/records.ts'
import type { PlaceReport, TrafficReport } from '../../../src/providers/analytiks/series.ts'
import type { TrafficQuestion } from '../../../src/providers/analytiks/traffic-question.ts'

export const hour = 3_600_000
export const day = 24 * hour

/** A span in UTC between two printed instants. */
export function utc(start: string, end: string): TrafficSpan {
  return { form: 'utc', start: Date.parse(start), end: Date.parse(end) }
}

export function local(start: string, end: string): TrafficSpan {
  return { ...utc(`${start}Z`, `${end}Z`), form: 'local' }
}

/** Buckets of keys as Analytiks has them, all with a `Z` or all without. */
export function bucketsOf(map: Readonly<Record<string, number>>): Buckets {
  const keys = Object.keys(map)
  const zoned = keys.every(key => key.endsWith('Z'))
  return { times: keys.map(key => Date.parse(zoned ? key : `${key}Z`)), values: Object.values(map), zoned }
}

export function rowOf(
  buckets: MetricBuckets,
  pointsOfInterest: LocationTraffic['pointsOfInterest'] = [],
): LocationTraffic {
  return { locationId: 1, referenceNumber: null, buckets, pointsOfInterest }
}

/**
 * The part of a row in a window, its end included, as Analytiks returns it. A metric without buckets is omitted, or is an
 * empty map; a zone without metrics is omitted.
 */
export function responseOf(
  row: LocationTraffic,
  { start, end }: TrafficSpan,
  silence: 'omitted' | 'empty' = 'omitted',
): LocationTraffic {
  const within = (buckets: MetricBuckets): MetricBuckets =>
    Object.fromEntries(
      Object.entries(buckets).map(([metric, map]: [string, Buckets | null]) => [metric, map && part(map)]),
    )
  const part = ({ times, values, zoned }: Buckets): Buckets | null => {
    const isInside = times.map(time => time >= start && time <= end)
    const isSent = silence === 'empty' || isInside.includes(true)
    const keep = (list: readonly number[]) => list.filter((_, index) => isInside[index])
    return isSent ? { times: keep(times), values: keep(values), zoned } : null
  }
  const zones = row.pointsOfInterest.map(({ id, buckets }) => ({ id, buckets: within(buckets) }))
  return {
    ...row,
    buckets: within(row.buckets),
    pointsOfInterest: zones.filter(
      ({ buckets }) => silence === 'empty' || Object.values(buckets).some(map => map !== null),
    ),
  }
}

/** The report of these windows, added in order. */
export function buildReport(
  question: TrafficQuestion,
  windows: readonly (readonly [TrafficSpan, LocationTraffic])[],
  dwellTime?: DwellTime,
): TrafficReport {
  const builder = new ReportBuilder(question, new ReportSettingsCache(dwellTime).of(question))
  for (const [window, row] of windows) builder.add(window, row)
  return builder.report()
}

/** The results of a place's series, comparable with `toEqual`. */
export function seriesOf(place: PlaceReport, metrics: readonly TrafficMetric[]) {
  return metrics.map(metric => {
    const series = place.series(metric)
    const columns = series.columns()
    return {
      metric,
      reported: series.reported,
      points: series.points(),
      columns: columns && { ...columns, starts: columns.starts(), localStarts: columns.localStarts() },
      total: series.total(),
      peak: series.peak(),
    }
  })
}

/** Whether buckets of the row in the span start at different minutes of an hour. */
export function hasQuarters(row: LocationTraffic, { start, end }: TrafficSpan): boolean {
  const maps = [row, ...row.pointsOfInterest].flatMap(({ buckets }) => Object.values(buckets))
  const times = maps.flatMap(map => map?.times ?? []).filter(time => time >= start && time < end)
  return new Set(times.map(time => time % hour)).size > 1
}

import { type AskedRange, type Bucket, bucketsOf } from './analytiks-buckets.ts'
import { countExample } from './analytiks-example.ts'
import type { CameraStore, Metric } from './analytiks-stores.ts'
import { footfall, type ZoneCounts } from './traffic.ts'

/** From the start of a bucket to its count, without zeros. */
type Series = Record<string, number>

type PointOfInterest = { readonly id: string } & Partial<Record<keyof ZoneCounts, Series>>

/** One location of a response; a metric without counts is omitted, as on the vendor's page. */
export type ExportRow = {
  readonly locationId: number
  readonly referenceNumber?: string
  readonly pointOfInterest: readonly PointOfInterest[]
} & Partial<Record<Metric, Series>>

/** The rows of these stores; `withReferences` if they were requested by reference. */
export function exportRows(
  asked: readonly CameraStore[],
  range: AskedRange,
  now: number,
  withReferences = false,
): ExportRow[] {
  const buckets = new Map<string, Bucket[]>()
  return asked.map(store => {
    const known = buckets.get(store.timeZone) ?? bucketsOf(range, store.timeZone, now)
    buckets.set(store.timeZone, known)
    const reference = withReferences ? { referenceNumber: store.referenceNumber } : {}
    return { locationId: store.locationId, ...reference, ...seriesOf(store, known) }
  })
}

function seriesOf(store: CameraStore, buckets: readonly Bucket[]) {
  const count = footfall(store)
  const keys = buckets.map(({ key }) => key)
  const counts = buckets.map(({ quarters }) =>
    quarters.map(({ quarter, wall }) => countExample(store.locationId, quarter) ?? count(quarter, wall)),
  )
  const own: Partial<Record<Metric, Series>> = {}
  for (const metric of store.metrics) note(own, metric, keys, counts)
  const zoneMetrics = zoneMetricsOf(store)
  const zones = store.zones.map((id, index) => {
    const zone: PointOfInterest = { id }
    const seen = counts.map(quarters => quarters.flatMap(({ zones }) => zones[index] ?? []))
    for (const metric of zoneMetrics) note(zone, metric, keys, seen)
    return zone
  })
  return { ...own, pointOfInterest: zones.filter(zone => Object.keys(zone).length > 1) }
}

function zoneMetricsOf({ metrics }: CameraStore): readonly (keyof ZoneCounts)[] {
  if (!metrics.includes('peakOccupancy')) return ['visits']
  return metrics.includes('dwellTime') ? ['visits', 'dwellTime', 'peakVisits'] : ['visits', 'peakVisits']
}

/** Adds a series to the row: sums of quarter-hours, or their maximum for peaks. */
function note<M extends string>(
  row: Partial<Record<M, Series>>,
  metric: M,
  keys: readonly string[],
  counts: readonly (readonly Readonly<Record<M, number>>[])[],
): void {
  const peak = metric.startsWith('peak')
  const series: Series = {}
  let reported = false
  keys.forEach((key, index) => {
    let total = 0
    for (const { [metric]: value } of counts[index] ?? [])
      total = peak ? Math.max(total, value) : total + value
    if (total === 0) return
    series[key] = total
    reported = true
  })
  if (reported) row[metric] = series
}

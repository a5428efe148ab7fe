import type { TrafficMetric } from '../records.ts'

/** What a bucket of dwell time holds: the vendor's page does not say, so a setting may; undefined if it is not set. */
export type DwellTime = 'sum' | 'mean' | undefined

/** How buckets of a metric are aggregated; `unknown` if the vendor does not say. */
export type Aggregation = 'sum' | 'maximum' | 'mean' | 'unknown'

export function aggregationOf(metric: TrafficMetric, dwellTime: DwellTime): Aggregation {
  if (metric === 'dwellTime') return dwellTime ?? 'unknown'
  return metric === 'peakOccupancy' || metric === 'peakVisits' ? 'maximum' : 'sum'
}

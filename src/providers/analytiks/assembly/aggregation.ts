import type { TrafficMetric } from '../records.ts'

/** What a bucket of dwell time holds, which the vendor's page does not say; undefined where nobody has said it. */
export type DwellTime = 'sum' | 'mean' | undefined

/** What several buckets of a metric make together; `unknown`: nothing that could be told. */
export type Aggregation = 'sum' | 'maximum' | 'mean' | 'unknown'

export function aggregationOf(metric: TrafficMetric, dwellTime: DwellTime): Aggregation {
  if (metric === 'dwellTime') return dwellTime ?? 'unknown'
  return metric === 'peakOccupancy' || metric === 'peakVisits' ? 'maximum' : 'sum'
}

/** Metrics that the vendor counts for a whole location. */
export const locationMetrics = [
  'visits',
  'dwellTime',
  'groupVisits',
  'bounces',
  'allVisits',
  'peakOccupancy',
  'walkBys',
] as const
/** Metrics that it counts for a point of interest. */
export const pointOfInterestMetrics = ['visits', 'dwellTime', 'peakVisits'] as const

export type TrafficMetric = (typeof locationMetrics)[number] | (typeof pointOfInterestMetrics)[number]
export const trafficMetrics: readonly TrafficMetric[] = [
  ...new Set([...locationMetrics, ...pointOfInterestMetrics]),
]

export function isTrafficMetric(name: string): name is TrafficMetric {
  return trafficMetrics.some(metric => metric === name)
}

export type TrafficStep = 'hourly' | '15min'

/**
 * What was reported of one metric, in order of time: two lists side by side, since a fleet's year holds millions of
 * buckets. `times` are the starts of the buckets in milliseconds since 1970: instants where `zoned`, else of the local
 * clock read as if it were UTC. Several series may share one list of times.
 */
export interface Buckets {
  readonly times: readonly number[]
  readonly values: readonly number[]
  readonly zoned: boolean
}

/** A metric of which no map was sent is absent or null, which is not the same as an empty one. */
export type MetricBuckets = { readonly [Metric in TrafficMetric]?: Buckets | null }

export interface PointOfInterestTraffic {
  readonly id: string
  readonly buckets: MetricBuckets
}

export interface LocationTraffic {
  readonly locationId: number
  readonly referenceNumber: string | null
  readonly buckets: MetricBuckets
  readonly pointsOfInterest: readonly PointOfInterestTraffic[]
}

/** A time range with both ends in one form. */
export interface TrafficSpan {
  /** `utc`: milliseconds since 1970 are an instant; `local`: of each location's own clock, read as if it were UTC. */
  readonly form: 'utc' | 'local'
  readonly start: number
  readonly end: number
}

/** How Analytiks knows a location: by its id, or by a brand's reference number. */
export type LocationIdentity =
  | { readonly locationId: number }
  | { readonly brandId: number; readonly referenceNumber: string }

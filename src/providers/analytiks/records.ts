/** The metrics that the vendor counts for a whole location. */
export const locationMetrics = [
  'visits',
  'dwellTime',
  'groupVisits',
  'bounces',
  'allVisits',
  'peakOccupancy',
  'walkBys',
] as const
/** The metrics that the vendor counts for a point of interest. */
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
 * The reported buckets of one metric, in order of time: two parallel lists, since a year of a fleet has millions of
 * buckets. `times` are the starts of the buckets in milliseconds since 1970: instants if `zoned`, else local times read as
 * UTC. Several series may share one list of times.
 */
export interface Buckets {
  readonly times: readonly number[]
  readonly values: readonly number[]
  readonly zoned: boolean
  /** For weighted sums: the weight of each value. */
  readonly weights?: readonly number[]
}

/** A metric without a map is absent or null; that differs from an empty map. */
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
  /** `utc`: the ends are instants; `local`: times of each location's own clock, read as UTC. Both in milliseconds since 1970. */
  readonly form: 'utc' | 'local'
  readonly start: number
  readonly end: number
}

/** How Analytiks identifies a location: by its id, or by a brand and its reference number. */
export type LocationIdentity =
  | { readonly locationId: number }
  | { readonly brandId: number; readonly referenceNumber: string }

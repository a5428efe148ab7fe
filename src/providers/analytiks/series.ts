import type { TrafficMetric } from './records.ts'

/** One reported bucket. */
export interface TrafficPoint {
  /** An instant, such as `2025-06-02T09:00:00.000Z`; null if only the local time is known. */
  readonly at: string | null
  /** A local time, such as `2025-06-02T09:00:00`; null if the time zone is not known. */
  readonly localAt: string | null
  readonly value: number
}

/** All buckets of a range; a value is null if its bucket was not reported. */
export interface TrafficColumns {
  /** The start of the first bucket. */
  readonly start: string
  /** Nominal for days, weeks and months, which differ in length. */
  readonly stepSeconds: number
  readonly values: readonly (number | null)[]
  starts(): readonly string[]
  /** In the time zone of the place; null without one. */
  localStarts(): readonly string[] | null
}

/** One metric of one place over the requested range. Its methods compute their results when called. */
export interface TrafficSeries {
  readonly metric: TrafficMetric
  /** Whether a bucket of the metric in the range was reported. */
  readonly reported: boolean
  /** In order of time. */
  points(): readonly TrafficPoint[]
  /** Null if instants are not known, or if buckets do not start at equal steps. */
  columns(): TrafficColumns | null
  /** By the metric's aggregation; null if nothing was reported, or if the aggregation is not known. */
  total(): number | null
  /** The highest bucket, the first of several. */
  peak(): TrafficPoint | null
}

/** The traffic of one place: a location or a point of interest. */
export interface PlaceReport {
  /** A metric that was not requested, or that the place does not have, has `reported: false`. */
  series(metric: TrafficMetric): TrafficSeries
}

export interface PointOfInterestReport extends PlaceReport {
  readonly id: string
}

/** The answer to a TrafficQuestion. */
export interface TrafficReport extends PlaceReport {
  /** Null if upstream returned nothing for the location, for example for a range in the future. */
  readonly locationId: number | null
  readonly referenceNumber: string | null
  /** In order of their first bucket; empty unless requested. */
  readonly pointsOfInterest: readonly PointOfInterestReport[]
}

export interface BrandReport extends TrafficReport {
  readonly locationId: number
}

/** Why a place is missing in a sum. */
export interface SumFailure {
  readonly code: string
  readonly message: string
  readonly retryable: boolean
}

/** What several places counted together. */
export interface SummedTraffic {
  /** The starts of all buckets of the places, in order; empty unless buckets were requested. */
  readonly labels: readonly string[]
  readonly metrics: readonly {
    readonly metric: TrafficMetric
    /** Only a `sum` adds up over places; the values of other metrics are null. */
    readonly aggregation: 'sum' | 'maximum' | 'mean' | 'unknown'
    readonly total: number | null
    /** The total of the range that it is compared with. */
    readonly against: number | null
    /** How many places reported it. */
    readonly reportedBy: number
    /** How many reported it in the compared range. */
    readonly againstReportedBy: number
    /** One for each label; null if no place reported the bucket. */
    readonly values: readonly (number | null)[]
  }[]
}

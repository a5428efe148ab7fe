import type { TrafficMetric } from './records.ts'

/** One bucket that was reported. */
export interface TrafficPoint {
  /** An instant, such as `2025-06-02T09:00:00.000Z`; null where the local clock alone is known. */
  readonly at: string | null
  /** A local time, such as `2025-06-02T09:00:00`; null where no time zone tells it. */
  readonly localAt: string | null
  readonly value: number
}

/** All buckets of a range, null where nothing was reported. */
export interface TrafficColumns {
  /** Of the first bucket. */
  readonly start: string
  /** Nominal for days, weeks and months, which differ in length. */
  readonly stepSeconds: number
  readonly values: readonly (number | null)[]
  starts(): readonly string[]
  /** By the clock of the place; null without one. */
  localStarts(): readonly string[] | null
}

/** One metric of one place over the range asked. What it tells is worked out when asked. */
export interface TrafficSeries {
  readonly metric: TrafficMetric
  /** Whether the place sent a bucket of the metric that is in the range. */
  readonly reported: boolean
  /** In order of time. */
  points(): readonly TrafficPoint[]
  /** Null where instants are not known, or buckets do not start at equal steps. */
  columns(): TrafficColumns | null
  /** By the metric's law; null when nothing was reported, and where no law is known. */
  total(): number | null
  /** The highest bucket, the first of several. */
  peak(): TrafficPoint | null
}

/** What was counted in one place. */
export interface PlaceReport {
  /** Also of a metric that was not asked, or that the place does not have: that one is not reported. */
  series(metric: TrafficMetric): TrafficSeries
}

export interface ZoneReport extends PlaceReport {
  readonly id: string
}

/** The answer to a TrafficQuestion. */
export interface TrafficReport extends PlaceReport {
  /** Null where nothing was told of the location, as of a range in the future. */
  readonly locationId: number | null
  readonly referenceNumber: string | null
  /** In order of first appearance in time; none unless asked. */
  readonly pointsOfInterest: readonly ZoneReport[]
}

export interface BrandReport extends TrafficReport {
  readonly locationId: number
}

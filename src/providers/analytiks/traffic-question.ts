import type { LocationIdentity, TrafficMetric, TrafficSpan, TrafficStep } from './records.ts'
import type { CalendarInterval } from './time/calendar-periods.ts'
import { hour } from './time/lengths.ts'
import { clockOf } from './time/zone-clock.ts'

/** How long a bucket of a report is; `whole`: the range as one bucket, for totals. */
export type TrafficInterval = TrafficStep | CalendarInterval | 'whole'

/** A traffic question about one location. */
export interface TrafficQuestion {
  /** Of any length. */
  readonly span: TrafficSpan
  readonly interval: TrafficInterval
  /** The IANA time zone whose calendar rolls up buckets; null if it is not known. */
  readonly timeZone: string | null
  /** The metrics of the location to store. */
  readonly metrics: readonly TrafficMetric[]
  /** Whether to include its points of interest, with all their metrics. */
  readonly withPointsOfInterest: boolean
  /** The greatest age of cached traffic, in milliseconds; undefined for its TTL. */
  readonly maximumAge?: number | undefined
}

export interface TrafficKey extends TrafficQuestion {
  readonly identity: LocationIdentity
  /** `FAIL`: one refused location fails all locations that are requested with it. */
  readonly onRefusal: 'PARTIAL' | 'FAIL'
}

/**
 * The step to request. Quarter-hours if an hour of UTC would lie on both sides of the location's midnight, or on both sides
 * of an end of a `whole` range.
 */
export function stepOf({
  span,
  interval,
  timeZone,
}: Pick<TrafficQuestion, 'span' | 'interval' | 'timeZone'>): TrafficStep {
  if (interval === '15min') return interval
  if (interval === 'hourly' || span.form === 'local' || timeZone === null) return 'hourly'
  if (interval === 'whole' && span.start % hour === 0 && span.end % hour === 0) return 'hourly'
  return clockOf(timeZone).keepsWholeHours(span.start, span.end) ? 'hourly' : '15min'
}

/**
 * The range to request from Analytiks. Quarter-hours that are aggregated start on a full hour: if Analytiks returns hours
 * instead, the hour in which the range begins is there to detect it.
 */
export function spanAsked(
  { span, interval }: Pick<TrafficQuestion, 'span' | 'interval'>,
  step: TrafficStep,
): TrafficSpan {
  if (step === 'hourly' || interval === '15min') return span
  return { ...span, start: Math.floor(span.start / hour) * hour }
}

import type { LocationIdentity, TrafficMetric, TrafficSpan, TrafficStep } from './records.ts'
import type { CalendarInterval } from './time/calendar-periods.ts'
import { clockOf } from './time/zone-clock.ts'

/** How long a bucket of an answer is; `whole`: the range as one, for what is told of it in a single number. */
export type TrafficInterval = TrafficStep | CalendarInterval | 'whole'

/** What is asked of one location. */
export interface TrafficQuestion {
  /** Of any length. */
  readonly span: TrafficSpan
  readonly interval: TrafficInterval
  /** IANA name, by whose calendar buckets are rolled up; null where it is not known. */
  readonly timeZone: string | null
  /** Of the location; others are not held. */
  readonly metrics: readonly TrafficMetric[]
  /** Its points of interest too, with all their metrics. */
  readonly withZones: boolean
}

export interface TrafficKey extends TrafficQuestion {
  readonly identity: LocationIdentity
  /** `FAIL`: one refused location refuses all that are asked with it. */
  readonly onRefusal: 'PARTIAL' | 'FAIL'
}

const hour = 3_600_000

/** How Analytiks is asked: by quarters where hours of UTC would straddle the location's midnight, or an end of a range that is told in one. */
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
 * What Analytiks is asked of a range. Quarter-hours that stand for hours or days are asked from a full hour on: where hours
 * are told in their place, the one that the range begins in the midst of shows.
 */
export function spanAsked(
  { span, interval }: Pick<TrafficQuestion, 'span' | 'interval'>,
  step: TrafficStep,
): TrafficSpan {
  if (step === 'hourly' || interval === '15min') return span
  return { ...span, start: Math.floor(span.start / hour) * hour }
}

import { isCalendarInterval, type Periods, periodsOf, wholeOf } from './calendar.ts'
import { clockOf, type ZoneClock } from './clock.ts'
import type { DwellTime } from './law.ts'
import type { TrafficQuestion } from './traffic-question.ts'

/** What all places of an answer have in common. */
export interface Plan extends Pick<TrafficQuestion, 'span' | 'interval'> {
  readonly clock: ZoneClock | null
  /** What buckets are folded into; null where they stay as they are, and where nobody knows the location's calendar. */
  readonly periods: Periods | null
  readonly dwellTime: DwellTime
}

export function planOf({ span, interval, timeZone }: TrafficQuestion, dwellTime: DwellTime): Plan {
  const clock = timeZone === null ? null : clockOf(timeZone)
  const common = { span, interval, clock, dwellTime }
  if (interval === 'whole') return { ...common, periods: wholeOf(span) }
  return { ...common, periods: isCalendarInterval(interval) ? periodsOf(span, interval, clock) : null }
}

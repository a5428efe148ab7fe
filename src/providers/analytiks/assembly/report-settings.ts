import type { TrafficSpan } from '../records.ts'
import { BucketLabels } from '../time/bucket-labels.ts'
import { isCalendarInterval, type Periods, periodsOf, wholeOf } from '../time/calendar-periods.ts'
import { clockOf, type ZoneClock } from '../time/zone-clock.ts'
import { stepOf, type TrafficQuestion } from '../traffic-question.ts'
import type { DwellTime } from './aggregation.ts'
import { edgesWithin } from './quarter-check.ts'

/** What all places of an answer have in common. */
export interface ReportSettings extends Pick<TrafficQuestion, 'span' | 'interval'> {
  readonly clock: ZoneClock | null
  /** What buckets are folded into; null where they stay as they are, and where nobody knows the location's calendar. */
  readonly periods: Periods | null
  readonly labels: BucketLabels
  /** The edges of periods at which no hour starts, where quarter-hours are asked for their sake. */
  readonly edges: readonly number[]
  readonly dwellTime: DwellTime
}

/** The plans of one answer: places that are asked the same share one, with all that it works out. */
export class ReportSettingsCache {
  readonly #dwellTime: DwellTime
  readonly #settings = new Map<string, ReportSettings>()

  constructor(dwellTime: DwellTime) {
    this.#dwellTime = dwellTime
  }

  /** Throws a RangeError for a name that is no time zone. */
  of(question: TrafficQuestion): ReportSettings {
    const { span, interval, timeZone } = question
    const name = `${span.form} ${span.start} ${span.end} ${interval} ${timeZone}`
    return this.#settings.getOrInsertComputed(name, () => settingsFrom(question, this.#dwellTime))
  }
}

function settingsFrom({ span, interval, timeZone }: TrafficQuestion, dwellTime: DwellTime): ReportSettings {
  const clock = timeZone === null ? null : clockOf(timeZone)
  const labels = new BucketLabels(clock, span.start)
  const periods = periodsFor(span, interval, clock)
  const needsQuarters = periods !== null && stepOf({ span, interval, timeZone }) === '15min'
  const edges = needsQuarters ? edgesWithin(span, periods.starts ?? []) : []
  return { span, interval, clock, periods, labels, edges, dwellTime }
}

function periodsFor(
  span: TrafficSpan,
  interval: TrafficQuestion['interval'],
  clock: ZoneClock | null,
): Periods | null {
  if (interval === 'whole') return wholeOf(span)
  return isCalendarInterval(interval) ? periodsOf(span, interval, clock) : null
}

import type { TrafficSpan } from '../records.ts'
import { BucketLabels } from '../time/bucket-labels.ts'
import { isCalendarInterval, type Periods, periodsOf, wholeOf } from '../time/calendar-periods.ts'
import { clockOf, type ZoneClock } from '../time/zone-clock.ts'
import { stepOf, type TrafficQuestion } from '../traffic-question.ts'
import type { DwellTime } from './aggregation.ts'
import { edgesWithin } from './quarter-check.ts'

/** What all places of a report share. */
export interface ReportSettings extends Pick<TrafficQuestion, 'span' | 'interval'> {
  readonly clock: ZoneClock | null
  /** The periods that buckets are aggregated into; null for hours and quarter-hours, and if the location's calendar is not known. */
  readonly periods: Periods | null
  readonly labels: BucketLabels
  /** The edges of periods within an hour; empty unless quarter-hours are requested because of them. */
  readonly edges: readonly number[]
  readonly dwellTime: DwellTime
}

/** Shares settings, with their printed labels and calendars, between locations with the same question. */
export class ReportSettingsCache {
  readonly #dwellTime: DwellTime
  readonly #settings = new Map<string, ReportSettings>()

  constructor(dwellTime: DwellTime) {
    this.#dwellTime = dwellTime
  }

  /** Throws a RangeError if the name is not a time zone. */
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

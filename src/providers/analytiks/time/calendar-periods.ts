import { lowerBound } from '../ordered-list.ts'
import type { TrafficSpan } from '../records.ts'
import { day } from './lengths.ts'
import type { ZoneClock } from './zone-clock.ts'

const calendarIntervals = ['daily', 'weekly', 'monthly'] as const
export type CalendarInterval = (typeof calendarIntervals)[number]

export function isCalendarInterval(interval: string): interval is CalendarInterval {
  return calendarIntervals.some(one => one === interval)
}

/** The days, weeks or months that a range touches; the first and last may be partial. */
export class Periods {
  /** The local start of each period; the clock may have skipped that time. */
  readonly localStarts: readonly number[]
  /** The first instant of each period; null without a time zone. */
  readonly starts: readonly number[] | null
  readonly #clock: ZoneClock | null
  #labels: readonly PeriodLabel[] | undefined

  constructor(localStarts: readonly number[], starts: readonly number[] | null, clock: ZoneClock | null) {
    this.localStarts = localStarts
    this.starts = starts
    this.#clock = clock
  }

  get length(): number {
    return this.localStarts.length
  }

  /** The printed starts. */
  get labels(): readonly PeriodLabel[] {
    this.#labels ??= this.localStarts.map((local, index) => {
      const start = this.starts?.[index]
      if (start === undefined) return { at: null, localAt: printLocal(local) }
      return { at: new Date(start).toISOString(), localAt: printLocal(this.#clock?.localOf(start) ?? local) }
    })
    return this.#labels
  }

  /**
   * The index of the period of a time, which is an instant if `zoned`; a time outside the range counts for the nearest
   * period. Looks at `hint` first. Null if the period cannot be determined without a time zone.
   */
  indexOf(time: number, zoned: boolean, hint: number): number | null {
    if (this.length === 1) return 0
    const starts = zoned ? this.starts : this.localStarts
    if (!starts) return null
    const isHinted = time >= (starts[hint] ?? Infinity) && time < (starts[hint + 1] ?? Infinity)
    return isHinted ? hint : Math.max(0, lowerBound(starts, time + 1) - 1)
  }
}

export interface PeriodLabel {
  readonly at: string | null
  readonly localAt: string
}

/** Null for a range in UTC without a time zone. */
export function periodsOf(
  span: TrafficSpan,
  interval: CalendarInterval,
  clock: ZoneClock | null,
): Periods | null {
  if (!clock) return span.form === 'utc' ? null : listPeriods(span, interval, clock)
  const name = `${interval} ${span.form} ${span.start} ${span.end}`
  const latest = latestPeriods.get(clock)
  if (latest?.name === name) return latest.periods
  const periods = listPeriods(span, interval, clock)
  latestPeriods.set(clock, { name, periods })
  return periods
}

/** One period for the whole range. */
export function wholeOf({ start }: TrafficSpan): Periods {
  return new Periods([start], null, null)
}

/** The last periods per zone: a fleet's locations share one question. */
const latestPeriods = new WeakMap<ZoneClock, { readonly name: string; readonly periods: Periods }>()

function listPeriods({ form, start, end }: TrafficSpan, interval: CalendarInterval, clock: ZoneClock | null) {
  const instantOf = (local: number) => clock?.firstInstantAt(local) ?? local
  const positionOf = form === 'utc' ? instantOf : (local: number) => local
  const localStarts: number[] = []
  const starts: number[] = []
  let local = startOf(form === 'utc' && clock ? clock.localOf(start) : start, interval)
  while (positionOf(local) < end) {
    const next = startOf(local + beyond[interval], interval)
    // A day that the clock skips entirely has no instant.
    if (instantOf(next) > instantOf(local) && positionOf(next) > start) {
      localStarts.push(local)
      starts.push(instantOf(local))
    }
    local = next
  }
  return new Periods(localStarts, clock && starts, clock)
}

function printLocal(local: number): string {
  return new Date(local).toISOString().slice(0, -5)
}

/** Added to the start of a period, this gives a time in the next one. */
const beyond = { daily: day, weekly: 7 * day, monthly: 31 * day } as const

/** The start of the day, ISO week or month of a local time. */
function startOf(local: number, interval: CalendarInterval): number {
  const today = Math.floor(local / day)
  if (interval === 'daily') return today * day
  if (interval === 'monthly') return (today + 1 - new Date(local).getUTCDate()) * day
  // The day numbered 0 was a Thursday.
  const weekday = (((today + 3) % 7) + 7) % 7
  return (today - weekday) * day
}

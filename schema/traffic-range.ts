import type { Context } from '../src/context.ts'
import type { TrafficSpan } from '../src/providers/analytiks/records.ts'
import { BadInput } from '../src/upstream/bad-input.ts'
import { builder } from './builder.ts'
import {
  CalendarPeriod,
  calendarLength,
  datesOf,
  longestDaysOf,
  mostDays,
  type RelativeDays,
} from './relative-range.ts'
import {
  checkYears,
  endsEarly,
  LocalTimeRange,
  readInstants,
  TimeRange,
  type TimeRangeInput,
} from './time-range.ts'

/** A range as the client writes it: exactly one member. */
export interface TrafficRangeInput extends RelativeDays {
  readonly utc?: TimeRangeInput | null | undefined
  readonly local?: typeof LocalTimeRange.$inferInput | null | undefined
  readonly before?: TrafficRangeInput | null | undefined
}

export const TrafficRange = builder.inputRef<TrafficRangeInput>('TrafficRange')
TrafficRange.implement({
  description:
    "A span of time: between two instants, by each place's own clock, or whole days of its calendar counted from today. `TrafficSeries.range` and `TrafficAxis.range` show the range of a place.",
  isOneOf: true,
  fields: t => ({
    utc: t.field({ type: TimeRange, description: 'Between two instants: the same for every place.' }),
    local: t.field({
      type: LocalTimeRange,
      description:
        "By each place's own clock. If the place's time zone is known, Analytiks is asked in UTC, so that hours around a clock change are right.",
    }),
    last: t.field({
      type: 'Duration',
      description:
        "The days up to yesterday by each place's own calendar, as whole days, weeks, months or years: `P7D`, `P4W`, `P1M`, `P1Y`. At most ten years. Needs the place's time zone.",
    }),
    period: t.field({
      type: CalendarPeriod,
      description: "A period of each place's own calendar. Needs the place's time zone.",
    }),
    before: t.field({
      type: TrafficRange,
      description:
        'The same period before the given one, which must not be a `before` itself. It ends where the given one starts and has the same length: the same number of months if that is whole months, otherwise the same number of calendar days, or the same time in UTC. Before a period that is not over it covers the same days: before THIS_MONTH on the 10th, the first ten days of last month. Its last day is complete, while today is counted so far.',
    }),
  }),
})

/** The range as Analytiks is asked: in UTC if possible. Throws BadInput for days of a place whose calendar is not known. */
export function toSpan(
  range: TrafficRangeInput,
  timeZone: string | null,
  days: Context['days'],
): TrafficSpan {
  const { asked, isBefore } = askedOf(range)
  if (timeZone === null && isRelative(asked))
    throw new BadInput(
      'The days of `last` and `period` need a time zone: give the location one in the catalog, or ask `local` or `utc`.',
    )
  const dates = timeZone !== null && isRelative(asked) && datesOf(asked, days.today(timeZone), isBefore)
  return dates
    ? localSpan(dates.start.toPlainDateTime(), dates.end.toPlainDateTime(), timeZone)
    : absoluteSpan(asked, timeZone, isBefore)
}

/** Refuses a range that is invalid at every place. */
export function checkRange(range: TrafficRangeInput): void {
  longestRange(range)
}

/** The most milliseconds that a range spans at any place. */
export function longestRange(range: TrafficRangeInput): number {
  const { asked, isBefore } = askedOf(range)
  const days = longestDaysOf(asked)
  if (days !== undefined) return day * days
  const { start, end } = absoluteSpan(asked, null, isBefore)
  return end - start
}

/** Whether the range follows from what day it is. */
export function isRelative({ last, period, before }: TrafficRangeInput): boolean {
  return last != null || period != null || (before != null && isRelative(before))
}

const day = 86_400_000

/** Gateways may let through no member, or several. */
function askedOf(range: TrafficRangeInput): {
  readonly asked: TrafficRangeInput
  readonly isBefore: boolean
} {
  checkMembers(range)
  if (range.before == null) return { asked: range, isBefore: false }
  checkMembers(range.before)
  if (range.before.before != null) throw new BadInput('`before` takes a range that is not itself a `before`.')
  return { asked: range.before, isBefore: true }
}

function checkMembers({ utc, local, last, period, before }: TrafficRangeInput): void {
  const count = [utc, local, last, period, before].filter(member => member != null).length
  if (count !== 1)
    throw new BadInput(
      `A range has exactly one of utc, local, last, period and before, not ${count || 'none'}.`,
    )
}

function absoluteSpan(
  { utc, local }: TrafficRangeInput,
  timeZone: string | null,
  isBefore: boolean,
): TrafficSpan {
  if (utc) {
    const instants = readInstants(utc)
    const [start, end] = [instants.start.getTime(), instants.end.getTime()]
    return bounded({
      form: 'utc',
      ...(isBefore ? { start: start - (end - start), end: start } : { start, end }),
    })
  }
  const { start, end } = local ?? { start: '', end: '' }
  const [from, to] = [Temporal.PlainDateTime.from(start), Temporal.PlainDateTime.from(end)]
  if (Temporal.PlainDateTime.compare(to, from) <= 0) throw endsEarly(start, end)
  return isBefore
    ? localSpan(from.subtract(calendarLength(from, to)), from, timeZone)
    : localSpan(from, to, timeZone)
}

function localSpan(
  from: Temporal.PlainDateTime,
  to: Temporal.PlainDateTime,
  timeZone: string | null,
): TrafficSpan {
  const form = timeZone === null ? 'local' : 'utc'
  const [first, last] = [momentOf(from, timeZone ?? 'UTC'), momentOf(to, timeZone ?? 'UTC')]
  if (first === last) throw new BadInput(`Clocks in ${timeZone} skip all of ${from} to ${to}.`)
  return bounded({ form, start: first, end: last })
}

function bounded(span: TrafficSpan): TrafficSpan {
  checkYears(span.start, span.end)
  const days = (span.end - span.start) / day
  if (days <= mostDays) return span
  throw new BadInput(`A range may span at most ten years, not ${Math.ceil(days)} days.`)
}

/** The instant of a local time: the first of two, or the clock change itself if the clock skips that time. */
function momentOf(time: Temporal.PlainDateTime, timeZone: string): number {
  const shown = time.toZonedDateTime(timeZone)
  if (shown.toPlainDateTime().equals(time)) return shown.epochMilliseconds
  const before = time.toZonedDateTime(timeZone, { disambiguation: 'earlier' })
  return (before.getTimeZoneTransition('next') ?? shown).epochMilliseconds
}

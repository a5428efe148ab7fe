import type { TrafficSpan } from '../src/providers/analytiks/records.ts'
import { BadInput } from '../src/upstream/bad-input.ts'
import { builder } from './builder.ts'

export const TimeRange = builder.inputType('TimeRange', {
  description: 'A span of time between two instants. Half-open: the start is in it, the end is not.',
  fields: t => ({
    start: t.field({ type: 'DateTime', required: true, description: 'The first instant of the range.' }),
    end: t.field({ type: 'DateTime', required: true, description: 'The first instant after the range.' }),
  }),
})

export const LocalTimeRange = builder.inputType('LocalTimeRange', {
  description: "A span of time by a place's own clock. Half-open: the start is in it, the end is not.",
  fields: t => ({
    start: t.field({
      type: 'LocalDateTime',
      required: true,
      description: 'Where the range starts. A date, such as `2026-10-01`, stands for its midnight.',
    }),
    end: t.field({
      type: 'LocalDateTime',
      required: true,
      description:
        'The first moment after the range. A date, such as `2026-11-01`, stands for its midnight, so that day is not in the range.',
    }),
  }),
})

export const TrafficRange = builder.inputType('TrafficRange', {
  description: "A span of time, between two instants or by each place's own clock.",
  isOneOf: true,
  fields: t => ({
    utc: t.field({ type: TimeRange, description: 'Between two instants: the same for every place.' }),
    local: t.field({
      type: LocalTimeRange,
      description:
        "By each place's own clock. If the place's time zone is known, Analytiks is asked in UTC, so that hours around a clock change are right.",
    }),
  }),
})

export type TimeRangeInput = typeof TimeRange.$inferInput
export type TrafficRangeInput = typeof TrafficRange.$inferInput

/** Refuses a range that is empty, ends before it starts, or lies in a year that dates cannot print. */
export function checkTimeRange({ start, end }: TimeRangeInput): void {
  if (end <= start) throw endsEarly(start.toISOString(), end.toISOString())
  checkYears(start.getTime(), end.getTime())
}

/** The range as Analytiks is asked: in UTC if possible. */
export function toSpan({ utc, local }: TrafficRangeInput, timeZone: string | null): TrafficSpan {
  if ((utc == null) === (local == null)) throw new BadInput('A range has either utc or local, and not both.')
  if (utc) {
    checkTimeRange(utc)
    return bounded({ form: 'utc', start: utc.start.getTime(), end: utc.end.getTime() })
  }
  const { start, end } = local ?? { start: '', end: '' }
  const [from, to] = [Temporal.PlainDateTime.from(start), Temporal.PlainDateTime.from(end)]
  if (Temporal.PlainDateTime.compare(to, from) <= 0) throw endsEarly(start, end)
  const form = timeZone === null ? 'local' : 'utc'
  const [first, last] = [momentOf(from, timeZone ?? 'UTC'), momentOf(to, timeZone ?? 'UTC')]
  if (first === last) throw new BadInput(`Clocks in ${timeZone} skip all of ${start} to ${end}.`)
  return bounded({ form, start: first, end: last })
}

/** Ten years: a longer range is a mistake that would cost thousands of calls. */
const maximumDays = 3660

function bounded(span: TrafficSpan): TrafficSpan {
  checkYears(span.start, span.end)
  const days = (span.end - span.start) / 86_400_000
  if (days <= maximumDays) return span
  throw new BadInput(`A range may span at most ten years, not ${Math.ceil(days)} days.`)
}

/** The years with four digits by every clock. */
const [firstMoment, lastMoment] = [Date.parse('0001-01-01T00:00:00Z'), Date.parse('9999-01-01T00:00:00Z')]

function checkYears(start: number, end: number): void {
  if (start >= firstMoment && end <= lastMoment) return
  const [from, to] = [start, end].map(time => new Date(time).toISOString())
  throw new BadInput(`A range lies within the years 1 to 9998, not from ${from} to ${to}.`)
}

/** The instant of a local time: the first of two, or the clock change itself if the clock skips that time. */
function momentOf(time: Temporal.PlainDateTime, timeZone: string): number {
  const shown = time.toZonedDateTime(timeZone)
  if (shown.toPlainDateTime().equals(time)) return shown.epochMilliseconds
  const before = time.toZonedDateTime(timeZone, { disambiguation: 'earlier' })
  return (before.getTimeZoneTransition('next') ?? shown).epochMilliseconds
}

function endsEarly(start: string, end: string): BadInput {
  return new BadInput(`The range ends at ${end}, which is not after its start at ${start}.`)
}

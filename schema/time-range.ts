import { BadInput } from '../src/upstream/bad-input.ts'
import { builder } from './builder.ts'
import { CalendarPeriod, type RelativeDays } from './relative-range.ts'

/** The extension of members that are refused where their object is a member of another. */
export const outermostOnly = 'isothermOutermostOnly'

/** As the client writes it: `start` and `end`, or one other member. */
export interface TimeRangeInput extends RelativeDays {
  readonly start?: Date | null | undefined
  readonly end?: Date | null | undefined
  readonly before?: TimeRangeInput | null | undefined
}

/** Half-open. */
export interface Instants {
  readonly start: Date
  readonly end: Date
}

export const TimeRange = builder.inputRef<TimeRangeInput>('TimeRange')
TimeRange.implement({
  description:
    "A span of time: `start` and `end`, or, where heatmaps of a store are asked, one of `last`, `period` and `before`, which are whole days of the place's calendar. Half-open: the start is in it, the end is not.",
  fields: t => ({
    start: t.field({ type: 'DateTime', description: 'The first instant of the range; needs `end`.' }),
    end: t.field({ type: 'DateTime', description: 'The first instant after the range; needs `start`.' }),
    last: t.field({
      type: 'Duration',
      extensions: { [outermostOnly]: true },
      description:
        "For heatmaps of a store: the days up to yesterday by the place's own calendar, such as `P7D`, `P4W` or `P1M`. Needs the place's time zone.",
    }),
    period: t.field({
      type: CalendarPeriod,
      extensions: { [outermostOnly]: true },
      description:
        "For heatmaps of a store: a period of the place's own calendar. Needs the place's time zone.",
    }),
    before: t.field({
      type: TimeRange,
      extensions: { [outermostOnly]: true },
      description:
        'For heatmaps of a store: the same period before the given one, which must not be a `before` itself, as in `TrafficRange`.',
    }),
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

/** A range of two instants; throws BadInput for any other, and for one in a year that dates cannot print. */
export function readInstants({ start, end, last, period, before }: TimeRangeInput): Instants {
  if (last != null || period != null || before != null)
    throw new BadInput('`utc` takes `start` and `end`; `last`, `period` and `before` stand in its place.')
  if (start == null) throw new BadInput('"start" of a range is required, as "end" is.')
  if (end == null) throw new BadInput('"end" of a range is required, as "start" is.')
  if (end <= start) throw endsEarly(start.toISOString(), end.toISOString())
  checkYears(start.getTime(), end.getTime())
  return { start, end }
}

/** The years with four digits by every clock. */
const [firstMoment, lastMoment] = [Date.parse('0001-01-01T00:00:00Z'), Date.parse('9999-01-01T00:00:00Z')]

/** Both in milliseconds since 1970. */
export function checkYears(start: number, end: number): void {
  if (start >= firstMoment && end <= lastMoment) return
  const [from, to] = [start, end].map(time => new Date(time).toISOString())
  throw new BadInput(`A range lies within the years 1 to 9998, not from ${from} to ${to}.`)
}

export function endsEarly(start: string, end: string): BadInput {
  return new BadInput(`The range ends at ${end}, which is not after its start at ${start}.`)
}

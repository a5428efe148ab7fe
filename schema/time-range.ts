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

export type TimeRangeInput = typeof TimeRange.$inferInput

/** Refuses a range that is empty, ends before it starts, or lies in a year that dates cannot print. */
export function checkTimeRange({ start, end }: TimeRangeInput): void {
  if (end <= start) throw endsEarly(start.toISOString(), end.toISOString())
  checkYears(start.getTime(), end.getTime())
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

import type { Context } from '../src/context.ts'
import { BadInput } from '../src/upstream/bad-input.ts'
import { type Instants, readInstants, type TimeRangeInput } from './time-range.ts'
import { isRelative, longestRange, type TrafficRangeInput, toSpan } from './traffic-range.ts'

/** Three years with two leap days: 36 requests for every 50 locations. */
const maximumDays = 1098

/** Refuses a range that is invalid at every place, and one that is too long. */
export function checkHeatmapRange(range: TimeRangeInput): void {
  const days = longestDays(range)
  if (days > maximumDays)
    throw new BadInput(`Heatmaps are listed for at most ${maximumDays} days at once, not ${Math.ceil(days)}.`)
}

/** The most days that a range spans at any place. */
export function longestDays(range: TimeRangeInput): number {
  const asked = asTrafficRange(range)
  if (!asked.utc) return longestRange(asked) / 86_400_000
  const { start, end } = readInstants(asked.utc)
  return (end.getTime() - start.getTime()) / 86_400_000
}

/** The instants of a range at a place. Throws BadInput for days of a place whose calendar is not known. */
export function instantsOf(range: TimeRangeInput, timeZone: string | null, days: Context['days']): Instants {
  const asked = asTrafficRange(range)
  if (timeZone === null && isRelative(asked))
    throw new BadInput(
      'The days of `last` and `period` need a time zone: give the location one in the catalog, or ask `start` and `end`.',
    )
  const { start, end } = toSpan(asked, timeZone, days)
  return { start: new Date(start), end: new Date(end) }
}

/** The same range as traffic takes it, so that both mean the same days. */
function asTrafficRange({ start, end, last, period, before }: TimeRangeInput): TrafficRangeInput {
  const hasInstants = start != null || end != null
  if ([hasInstants, last != null, period != null, before != null].filter(Boolean).length !== 1)
    throw new BadInput('A range has `start` and `end`, or exactly one of `last`, `period` and `before`.')
  if (hasInstants) return { utc: { start, end } }
  return { last, period, before: before && asTrafficRange(before) }
}

import { quarterHour } from './traffic.ts'

/** A requested range; both ends are inclusive. Instants if `utc`, else local times read as UTC, in milliseconds. */
export interface AskedRange {
  readonly start: number
  readonly end: number
  readonly utc: boolean
  readonly interval: 'hourly' | '15min'
}

/** One key of a response's maps, with the quarter-hours that add up to it. */
export interface Bucket {
  readonly key: string
  readonly quarters: readonly { readonly quarter: number; readonly wall: number }[]
}

/**
 * The buckets that start within the range, in order of time, without quarter-hours that have not ended at `now`. Local keys
 * repeat when the zone's clocks go back, and are missing when they go forward.
 */
export function bucketsOf(range: AskedRange, timeZone: string, now: number): Bucket[] {
  const step = range.interval === 'hourly' ? 4 * quarterHour : quarterHour
  const spans = offsets(timeZone, range.start - margin, range.end + margin)
  const starts = range.utc
    ? grid(range.start, range.end, step)
    : spans.flatMap(({ from, until, offset }) =>
        grid(Math.max(from + offset, range.start), Math.min(until + offset - 1, range.end), step).map(
          wall => wall - offset,
        ),
      )
  return starts.flatMap(start => {
    const quarters = grid(start, Math.min(start + step, now + 1 - quarterHour) - 1, quarterHour).map(at => ({
      quarter: at / quarterHour,
      wall: at + offsetAt(spans, at),
    }))
    const wall = start + (range.utc ? 0 : offsetAt(spans, start))
    return quarters.length > 0 ? [{ key: keyOf(wall, range.utc), quarters }] : []
  })
}

/** More than the largest offset from UTC plus one hourly bucket. */
const margin = 18 * 3_600_000

interface Span {
  readonly from: number
  readonly until: number
  readonly offset: number
}

function offsets(timeZone: string, from: number, until: number): Span[] {
  const start = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(timeZone)
  const next = start.getTimeZoneTransition('next')?.epochMilliseconds ?? Number.POSITIVE_INFINITY
  const offset = start.offsetNanoseconds / 1e6
  if (next >= until) return [{ from, until, offset }]
  return [{ from, until: next, offset }, ...offsets(timeZone, next, until)]
}

function offsetAt(spans: readonly Span[], at: number): number {
  return spans.find(span => at < span.until)?.offset ?? 0
}

/** The multiples of the step from `first` to `last`, both inclusive. */
function grid(first: number, last: number, step: number): number[] {
  const multiples: number[] = []
  for (let at = Math.ceil(first / step) * step; at <= last; at += step) multiples.push(at)
  return multiples
}

function keyOf(wall: number, utc: boolean): string {
  return new Date(wall).toISOString().slice(0, 19) + (utc ? 'Z' : '')
}

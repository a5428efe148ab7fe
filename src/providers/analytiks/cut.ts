import { placeIn } from './calendar.ts'
import type { ZoneClock } from './clock.ts'
import type { Buckets, TrafficSpan } from './wire.ts'

/** What was kept although its place in time is in doubt; mostly nothing. */
export interface Doubts {
  readonly doubtful: Set<number>
}

/**
 * The buckets that start in a span, whose end is not in it. Where a key is in another form than the span, the clock tells;
 * what it cannot tell is kept as upstream sent it, but once: `doubts` hold what was kept so before.
 */
export function cut(
  buckets: Buckets,
  { form, start, end }: TrafficSpan,
  clock: ZoneClock | null,
  doubts: Doubts,
): Buckets {
  const { times, zoned } = buckets
  if (zoned === (form === 'utc')) return slice(buckets, placeIn(times, start), placeIn(times, end))
  const { doubtful } = doubts
  const isIn = (bucket: number) => {
    const time = clock && (zoned ? clock.localOf(bucket) : clock.instantOf(bucket))
    if (time !== null) return time >= start && time < end
    const isNew = !doubtful.has(bucket)
    doubtful.add(bucket)
    return isNew
  }
  const kept = times.map(isIn)
  return {
    times: times.filter((_time, index) => kept[index]),
    values: buckets.values.filter((_value, index) => kept[index]),
    zoned,
  }
}

function slice(buckets: Buckets, from: number, until: number): Buckets {
  const { times, values, zoned } = buckets
  if (from === 0 && until === times.length) return buckets
  return { times: times.slice(from, until), values: values.slice(from, until), zoned }
}

import { UpstreamError } from '../../../upstream/error.ts'
import { lowerBound } from '../ordered-list.ts'
import type { Buckets, TrafficSpan } from '../records.ts'
import type { ZoneClock } from '../time/zone-clock.ts'

/**
 * The buckets that start in a span, whose end is not in it. Where a key is in another form than the span, the clock tells;
 * a local time that it shows twice is the first, so that it is in one of adjacent spans. Throws UpstreamError without a clock,
 * as what a longer window tells could not be told from what was asked.
 */
export function sliceBuckets(
  buckets: Buckets,
  { form, start, end }: TrafficSpan,
  clock: ZoneClock | null,
): Buckets {
  const { times, zoned } = buckets
  if (times.length === 0) return buckets
  if (zoned === (form === 'utc')) return slice(buckets, lowerBound(times, start), lowerBound(times, end))
  if (!clock) throw unplaced(zoned)
  const isInside = times.map(bucket => {
    const time = zoned ? clock.localOf(bucket) : clock.firstInstantAt(bucket)
    return time >= start && time < end
  })
  return {
    times: times.filter((_time, index) => isInside[index]),
    values: buckets.values.filter((_value, index) => isInside[index]),
    zoned,
  }
}

function slice(buckets: Buckets, from: number, until: number): Buckets {
  const { times, values, zoned } = buckets
  if (from === 0 && until === times.length) return buckets
  return { times: times.slice(from, until), values: values.slice(from, until), zoned }
}

function unplaced(zoned: boolean): UpstreamError {
  const [told, asked] = zoned ? ['instants', 'local times'] : ['local times', 'instants']
  const message = `analytiks told ${told} where ${asked} were asked: without a time zone of the location they cannot be placed.`
  return new UpstreamError('analytiks', 'UPSTREAM_INVALID_RESPONSE', message)
}

import { UpstreamError } from '../../../upstream/error.ts'
import { lowerBound } from '../ordered-list.ts'
import type { Buckets, TrafficSpan } from '../records.ts'
import type { ZoneClock } from '../time/zone-clock.ts'

/**
 * The buckets that start in a span; its end is exclusive. If the buckets are in another form than the span, the clock
 * converts them; a local time that the clock shows twice counts as the first, so that it lies in only one of two adjacent
 * spans. Throws UpstreamError without a clock: buckets of a longer window could not be separated from those requested.
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
  const { times, values, zoned, weights } = buckets
  if (from === 0 && until === times.length) return buckets
  return {
    times: times.slice(from, until),
    values: values.slice(from, until),
    zoned,
    ...(weights && { weights: weights.slice(from, until) }),
  }
}

function unplaced(zoned: boolean): UpstreamError {
  const [returned, requested] = zoned ? ['instants', 'local times'] : ['local times', 'instants']
  const message = `analytiks returned ${returned} instead of ${requested}: without the location's time zone they cannot be converted.`
  return new UpstreamError('analytiks', 'UPSTREAM_INVALID_RESPONSE', message)
}

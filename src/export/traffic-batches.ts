import type { Batch } from './batches.ts'
import { dayAfter, daysBetween } from './days.ts'
import type { Place } from './places.ts'

export type Interval = 'QUARTER_HOUR' | 'HOURLY' | 'DAILY' | 'WEEKLY' | 'MONTHLY'

/** Buckets of a day. */
const bucketsByInterval: Readonly<Record<Interval, number>> = {
  QUARTER_HOUR: 96,
  HOURLY: 24,
  DAILY: 1,
  WEEKLY: 1 / 7,
  MONTHLY: 1 / 28,
}

/** One question holds so many of these buckets in memory, with all their metrics. */
const mostBuckets = 110_000
/** Days of hours in one question, and places: a call of Analytiks has 50 of them. */
const [longestHours, longestQuarters, perCall, mostPlaces] = [90, 22, 50, 1000]

/** Some places on some days. Only hours and quarter-hours are split by days, since no bucket of theirs spans two. */
export class TrafficBatch implements Batch<TrafficBatch> {
  readonly places: readonly Place[]
  readonly from: string
  readonly to: string
  readonly interval: Interval

  constructor(places: readonly Place[], from: string, to: string, interval: Interval) {
    this.places = places
    this.from = from
    this.to = to
    this.interval = interval
  }

  halves(): readonly [TrafficBatch, TrafficBatch] | undefined {
    const { places, from, to, interval } = this
    if (places.length > 1) {
      const middle = Math.ceil(places.length / 2)
      return [
        new TrafficBatch(places.slice(0, middle), from, to, interval),
        new TrafficBatch(places.slice(middle), from, to, interval),
      ]
    }
    const days = daysBetween(from, to)
    if (days < 2 || bucketsByInterval[interval] < 2) return undefined
    const middle = dayAfter(from, Math.ceil(days / 2))
    return [new TrafficBatch(places, from, middle, interval), new TrafficBatch(places, middle, to, interval)]
  }
}

/** Splits the question so that each batch fits in memory, in order of places, then of days. */
export function* trafficBatches(
  places: readonly Place[],
  { from, to, interval }: { readonly from: string; readonly to: string; readonly interval: Interval },
): Generator<TrafficBatch> {
  const days = daysBetween(from, to)
  const longest = longestOf(interval) ?? days
  const buckets = Math.max(1, Math.ceil(Math.min(days, longest) * bucketsByInterval[interval]))
  const fit = Math.min(mostPlaces, Math.floor(mostBuckets / buckets / perCall) * perCall)
  const size = Math.max(perCall, fit)
  for (const some of chunksOf(places, size)) {
    for (let start = from; start < to; ) {
      const end = dayAfter(start, longest)
      yield new TrafficBatch(some, start, end < to ? end : to, interval)
      start = end
    }
  }
}

/** Places with and without a time zone are asked differently. */
function* chunksOf(places: readonly Place[], size: number): Generator<readonly Place[]> {
  let chunk: Place[] = []
  for (const place of places) {
    const [first] = chunk
    const isLike = !first || (first.timeZone === null) === (place.timeZone === null)
    if (chunk.length === size || !isLike) {
      yield chunk
      chunk = []
    }
    chunk.push(place)
  }
  if (chunk.length > 0) yield chunk
}

function longestOf(interval: Interval): number | undefined {
  if (interval === 'QUARTER_HOUR') return longestQuarters
  return interval === 'HOURLY' ? longestHours : undefined
}

import { startText, wallClock } from './local-time.js'

/**
 * A bucket of a period and the bucket of the earlier period that it is compared with.
 *
 * @typedef {{ start: string, isAgain: boolean, value: number | null, before: number | null }} Bucket `isAgain`: the clock was
 * put back, so that this local time came twice
 * @typedef {{ starts: readonly string[], values: readonly (number | null)[], from: string | null }} Column
 */

/**
 * Puts two periods side by side: hours by the clock, so that ten o'clock is compared with ten o'clock even across a clock change;
 * longer buckets by their order.
 *
 * @param {Column} now
 * @param {Column | undefined} before
 * @param {string} interval
 * @returns {Bucket[]}
 */
export function pairedBuckets(now, before, interval) {
  const isByClock = isWithinDay(interval)
  const keys = before ? keysOf(before, isByClock) : []
  const earlier = new Map(keys.map((key, index) => [key, before?.values[index] ?? null]))
  return keysOf(now, isByClock).map((key, index) => ({
    start: now.starts[index] ?? '',
    isAgain: isByClock && !key.endsWith(' 1'),
    value: now.values[index] ?? null,
    before: earlier.get(key) ?? null,
  }))
}

/**
 * The start of a bucket in words.
 *
 * @param {Pick<Bucket, 'start' | 'isAgain'>} bucket
 * @param {string} interval
 */
export function bucketText({ start, isAgain }, interval) {
  return `${startText(start, interval)}${isAgain ? ' (again)' : ''}`
}

/**
 * Equal for the same time at several places: a day, week or month is the same even if it has no midnight at some.
 *
 * @param {Pick<Bucket, 'start' | 'isAgain'>} bucket
 * @param {string} interval
 */
export function bucketKey({ start, isAgain }, interval) {
  return isWithinDay(interval) ? `${start} ${isAgain}` : start.slice(0, 10)
}

/** @param {string} interval */
function isWithinDay(interval) {
  return interval === 'HOURLY' || interval === 'QUARTER_HOUR'
}

/**
 * @param {Column} column
 * @param {boolean} isByClock
 */
function keysOf({ starts, from }, isByClock) {
  // The hour of the whole day, since on the day of a clock change the first hour may not be midnight.
  const origin = wallClock((from ?? starts[0] ?? '1970-01-01').slice(0, 10))
  const times = new Map()
  return starts.map((start, index) => {
    if (!isByClock) return String(index)
    const count = (times.get(start) ?? 0) + 1
    times.set(start, count)
    return `${wallClock(start) - origin} ${count}`
  })
}

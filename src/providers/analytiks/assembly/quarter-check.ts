import { lowerBound } from '../ordered-list.ts'
import type { Buckets, MetricBuckets, TrafficSpan } from '../records.ts'
import type { ZoneClock } from '../time/zone-clock.ts'

const hour = 3_600_000
const quarterHour = 900_000

/**
 * An account that has no quarter-hours may be told hours in their place, without a word: all buckets of a location and its
 * points of interest then start on the hour. Three quarter-hours do so by chance once in 64 times, and stay what was asked;
 * four do once in 256 times, and are taken for hours.
 */
const fewestHours = 4

/**
 * Tells hours from the quarter-hours that were asked. What is told of other times than the range does not count, so that the
 * same range has the same answer whatever else is kept.
 */
export class QuarterCheck {
  readonly #span: TrafficSpan
  readonly #edges: readonly number[]
  readonly #clock: ZoneClock | null
  /** Of the buckets so far, as many as have to be told apart. */
  readonly #starts = new Set<number>()
  /** How far into an hour all of them start. */
  #residue: number | undefined
  #hasQuarters = false

  /** `edges` are those of `edgesWithin`. */
  constructor(span: TrafficSpan, edges: readonly number[], clock: ZoneClock | null) {
    this.#span = span
    this.#edges = edges
    this.#clock = clock
  }

  /** Whether all that was told starts on the hour of UTC, which several quarter-hours hardly do. */
  get mayBeHours(): boolean {
    return !this.#hasQuarters && this.#starts.size > 1 && this.#residue === 0
  }

  /** Whether what was told are hours, by UTC or by the clock of the place. */
  get areHours(): boolean {
    if (this.#hasQuarters || this.#starts.size < fewestHours) return false
    if (this.#residue === 0) return true
    const [start = 0] = this.#starts
    return this.#clock !== null && this.#clock.localOf(start) % hour === 0
  }

  /** Takes what one place tells in a part of the range; more places tell better. */
  observe({ start, end }: TrafficSpan, maps: MetricBuckets): void {
    for (const buckets of Object.values(maps)) {
      if (this.#hasQuarters) return
      if (buckets?.zoned !== (this.#span.form === 'utc')) continue
      // An hour that the range begins in the midst of is asked too where it may be told whole.
      const from = this.#edges.length > 0 ? Math.floor(start / hour) * hour : start
      this.#observeTimes(buckets, lowerBound(buckets.times, from), lowerBound(buckets.times, end))
    }
  }

  /** Whether somebody was counted in what is, if it is an hour, on both sides of an edge. */
  crosses({ times, values, zoned }: Buckets): boolean {
    const last = times.at(-1)
    if (!zoned || times[0] === undefined || last === undefined) return false
    for (let edgeIndex = lowerBound(this.#edges, times[0]); edgeIndex < this.#edges.length; edgeIndex++) {
      const edge = this.#edges[edgeIndex] ?? Infinity
      if (edge > last + hour) return false
      const start = Math.floor(edge / hour) * hour
      const index = lowerBound(times, start)
      if (times[index] === start && (values[index] ?? 0) > 0) return true
    }
    return false
  }

  #observeTimes({ times, values }: Buckets, from: number, until: number): void {
    for (let index = from; index < until; index++) {
      const time = times[index] ?? 0
      this.#residue ??= time % hour
      if ((time - this.#residue) % hour !== 0) {
        this.#hasQuarters = true
        return
      }
      if (this.#starts.size < fewestHours && (values[index] ?? 0) > 0) this.#starts.add(time)
    }
  }
}

/** Where periods of a range start or end off the hours of UTC, in order of time. */
export function edgesWithin({ start, end }: TrafficSpan, starts: readonly number[]): readonly number[] {
  const edges = [...starts, start, end].filter(edge => edge % hour !== 0 && edge % quarterHour === 0)
  return [...new Set(edges)].sort((one, other) => one - other)
}

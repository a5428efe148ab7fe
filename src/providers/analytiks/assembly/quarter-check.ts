import { lowerBound } from '../ordered-list.ts'
import type { Buckets, MetricBuckets, TrafficSpan } from '../records.ts'
import { hour, quarterHour } from '../time/lengths.ts'
import type { ZoneClock } from '../time/zone-clock.ts'

/**
 * Analytiks may silently return hours to an account without quarter-hours: all buckets of a location and its points of
 * interest then start on the hour. Four quarter-hours do so by chance once in 256 times and are treated as hours; three do
 * once in 64 times and are not.
 */
const fewestHours = 4

/**
 * Detects hours that were returned for quarter-hours. Buckets outside the range do not count, so the result does not depend
 * on which longer windows are cached.
 */
export class QuarterCheck {
  readonly #span: TrafficSpan
  readonly #edges: readonly number[]
  readonly #clock: ZoneClock | null
  /** Distinct starts of buckets with a count, at most `fewestHours`. */
  readonly #starts = new Set<number>()
  /** The offset into an hour that all starts have in common. */
  #residue: number | undefined
  #hasQuarters = false

  /** `edges` are those of `edgesWithin`. */
  constructor(span: TrafficSpan, edges: readonly number[], clock: ZoneClock | null) {
    this.#span = span
    this.#edges = edges
    this.#clock = clock
  }

  /** Whether all buckets start on the hour of UTC, which several quarter-hours rarely do. */
  get mayBeHours(): boolean {
    return !this.#hasQuarters && this.#starts.size > 1 && this.#residue === 0
  }

  /** Whether the buckets are hours, by UTC or by the clock of the place. */
  get areHours(): boolean {
    if (this.#hasQuarters || this.#starts.size < fewestHours) return false
    if (this.#residue === 0) return true
    const [start = 0] = this.#starts
    return this.#clock !== null && this.#clock.localOf(start) % hour === 0
  }

  /** Notes that quarter-hours were seen in the range. */
  noteQuarters(): void {
    this.#hasQuarters = true
  }

  /** Adds the maps of one place in a part of the range; more places make the result more certain. */
  observe({ start, end }: TrafficSpan, maps: MetricBuckets): void {
    for (const buckets of Object.values(maps)) {
      if (this.#hasQuarters) return
      if (buckets?.zoned !== (this.#span.form === 'utc')) continue
      // If periods have edges within an hour, the request starts on a full hour: that first hour counts too.
      const from = this.#edges.length > 0 ? Math.floor(start / hour) * hour : start
      this.#observeTimes(buckets, lowerBound(buckets.times, from), lowerBound(buckets.times, end))
    }
  }

  /** Whether a bucket with a count would lie on both sides of an edge if it were an hour. */
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

/** The starts and ends of periods that lie in the range and not on a full hour of UTC, in order of time. */
export function edgesWithin({ start, end }: TrafficSpan, starts: readonly number[]): readonly number[] {
  const edges = [...starts.filter(edge => edge >= start), start, end].filter(
    edge => edge % hour !== 0 && edge % quarterHour === 0,
  )
  return [...new Set(edges)].sort((one, other) => one - other)
}

import { placeIn } from './calendar.ts'
import type { Buckets, MetricBuckets, TrafficSpan } from './wire.ts'

const hour = 3_600_000
const quarterHour = 900_000

/**
 * Sees to it that no bucket is folded into two periods at once. An account that has no quarter-hours is told hours in their
 * place, without a word, and an hour of UTC may lie on both sides of a midnight.
 */
export class QuarterCheck {
  readonly #edges: readonly number[]
  #firstHour: number | undefined
  #hasHours = false
  #hasQuarters = false

  /** `edges` are those of `edgesWithin`. */
  constructor(edges: readonly number[]) {
    this.#edges = edges
  }

  /** Whether all that was told starts on the hour, which several quarter-hours hardly do. */
  get areHours(): boolean {
    return this.#hasHours && !this.#hasQuarters
  }

  /** Takes what one place tells; more places tell better. */
  note(maps: MetricBuckets): void {
    for (const buckets of Object.values(maps)) {
      if (this.#hasQuarters) return
      if (buckets?.zoned) this.#noteTimes(buckets.times)
    }
  }

  /** Whether somebody was counted in what is, if it is an hour, on both sides of an edge. */
  crosses({ times, values, zoned }: Buckets): boolean {
    const last = times.at(-1)
    if (!zoned || times[0] === undefined || last === undefined) return false
    for (let place = placeIn(this.#edges, times[0]); place < this.#edges.length; place++) {
      const edge = this.#edges[place] ?? Infinity
      if (edge > last + hour) return false
      const start = Math.floor(edge / hour) * hour
      const index = placeIn(times, start)
      if (times[index] === start && (values[index] ?? 0) > 0) return true
    }
    return false
  }

  #noteTimes(times: readonly number[]): void {
    for (const time of times) {
      if (time % hour !== 0) {
        this.#hasQuarters = true
        return
      }
      this.#firstHour ??= time
      this.#hasHours ||= time !== this.#firstHour
    }
  }
}

/** Where periods of a range start or end off the hours of UTC, in order of time. */
export function edgesWithin({ start, end }: TrafficSpan, starts: readonly number[]): readonly number[] {
  const edges = [...starts, start, end].filter(edge => edge % hour !== 0 && edge % quarterHour === 0)
  return [...new Set(edges)].sort((one, other) => one - other)
}

import type { ZoneClock } from './clock.ts'
import type { Law } from './law.ts'
import type { PeriodFold } from './period-fold.ts'
import type { TrafficColumns, TrafficPoint, TrafficSeries } from './series.ts'
import { Stamp } from './stamp.ts'
import type { Buckets, TrafficMetric, TrafficSpan, TrafficStep } from './wire.ts'

export const stepMilliseconds = { hourly: 3_600_000, '15min': 900_000 } as const

/** What all series of hours or quarters of one place share. */
export interface Timeline {
  readonly span: TrafficSpan
  readonly step: TrafficStep
  readonly clock: ZoneClock | null
}

/** A series of the buckets that upstream sent. */
export class BucketSeries implements TrafficSeries {
  readonly metric: TrafficMetric
  readonly reported: boolean
  readonly #timeline: Timeline
  readonly #pieces: Iterable<Buckets>
  readonly #law: Law
  readonly #mean: PeriodFold | undefined

  /** `pieces` in order of time, undefined where none was reported; `mean` is of them all, where that is the law. */
  constructor(
    metric: TrafficMetric,
    timeline: Timeline,
    pieces: Iterable<Buckets> | undefined,
    law: Law,
    mean?: PeriodFold,
  ) {
    this.metric = metric
    this.reported = pieces !== undefined
    this.#timeline = timeline
    this.#pieces = pieces ?? []
    this.#law = law
    this.#mean = mean
  }

  points(): readonly TrafficPoint[] {
    const { clock } = this.#timeline
    const points: TrafficPoint[] = []
    const [instants, locals] = [new Stamp(), new Stamp()]
    for (const { times, values, zoned } of this.#pieces) {
      for (let index = 0; index < times.length; index++) {
        const time = times[index] ?? 0
        const at = zoned ? time : (clock?.instantOf(time) ?? null)
        const localAt = zoned ? (clock?.localOf(time) ?? null) : time
        points.push({
          at: at === null ? null : instants.instant(at),
          localAt: localAt === null ? null : locals.local(localAt),
          value: values[index] ?? 0,
        })
      }
    }
    return points
  }

  columns(): TrafficColumns | null {
    const { span, step } = this.#timeline
    if (span.form === 'local') return null
    const milliseconds = stepMilliseconds[step]
    const offset = this.#gridOffset(milliseconds)
    const start = Math.ceil((span.start - offset) / milliseconds) * milliseconds + offset
    const length = Math.max(0, Math.ceil((span.end - start) / milliseconds))
    const dense = new Array<number | null>(length).fill(null)
    for (const { times, values, zoned } of this.#pieces) {
      if (!zoned) return null
      for (let index = 0; index < times.length; index++) {
        const place = ((times[index] ?? 0) - start) / milliseconds
        // A bucket between two steps would be lost or moved; points() still tells it.
        if (!Number.isInteger(place)) return null
        dense[place] = values[index] ?? null
      }
    }
    return {
      start: new Date(start).toISOString(),
      stepSeconds: milliseconds / 1000,
      values: dense,
      starts: () => startsFrom(start, milliseconds, length),
    }
  }

  total(): number | null {
    if (this.#law === 'mean') return this.#mean?.total() ?? null
    if (this.#law === 'unknown') return null
    let total: number | null = null
    for (const { values } of this.#pieces) {
      for (const value of values) {
        if (total === null) total = value
        else total = this.#law === 'sum' ? total + value : Math.max(total, value)
      }
    }
    return total
  }

  peak(): TrafficPoint | null {
    let [best, highest]: [Buckets | undefined, number] = [undefined, -1]
    for (const piece of this.#pieces) {
      const most = piece.values.reduce((one, other) => Math.max(one, other), highest)
      if (most > highest) [best, highest] = [piece, most]
    }
    if (!best) return null
    const place = best.values.indexOf(highest)
    const only = { ...best, times: best.times.slice(place, place + 1), values: [highest] }
    const [point] = new BucketSeries(this.metric, this.#timeline, [only], this.#law).points()
    return point ?? null
  }

  /** Where on the clock buckets start: as reported, else by the zone, whose hours may start at half past in UTC. */
  #gridOffset(milliseconds: number): number {
    const { span, clock } = this.#timeline
    for (const { times } of this.#pieces) {
      if (times[0] !== undefined) return times[0] % milliseconds
    }
    if (!clock) return 0
    const offset = clock.localOf(span.start) - span.start
    return ((-offset % milliseconds) + milliseconds) % milliseconds
  }
}

function startsFrom(start: number, milliseconds: number, length: number): string[] {
  const stamp = new Stamp()
  return Array.from({ length }, (_, place) => stamp.instant(start + place * milliseconds))
}

import type { Buckets, TrafficSpan } from '../records.ts'

interface Piece {
  readonly start: number
  readonly buckets: Buckets
}

/** Marks a slot without a reported bucket: counts are never negative. */
export const nothing = -1
/** The largest count that an Int32Array can hold. */
export const largestSmall = 2 ** 31 - 1

/** Receives one bucket: its time as in `Buckets`, its count, and whether the time is an instant. */
export type Visit = (time: number, value: number, zoned: boolean) => void

/**
 * The buckets of one series in order of time; windows may arrive in any order. A bucket at a regular step, in the span's
 * own form, takes four bytes: a year of a fleet has millions. Irregular ones are stored as they came.
 */
export class DenseBuckets {
  readonly #span: TrafficSpan
  readonly #step: number
  /** The time of slot 0: the first step in the span. */
  #origin = 0
  #values: Int32Array | Float64Array | undefined
  readonly #others: Piece[] = []
  /** The first window as it came, until a second one comes: most reports have only one. */
  #only: Piece | undefined

  /** `step` in milliseconds. */
  constructor(span: TrafficSpan, step: number) {
    this.#span = span
    this.#step = step
  }

  /** Adds the buckets of one window, which starts at `start`. */
  add(start: number, buckets: Buckets): void {
    if (buckets.times.length === 0) return
    const piece = { start, buckets }
    if (!this.#only && this.oneStep === undefined) {
      this.#only = piece
      return
    }
    if (this.#only) this.#add(this.#only)
    this.#only = undefined
    this.#add(piece)
  }

  /** The time of any bucket, to align other series with; undefined without one. */
  get oneStep(): number | undefined {
    return (this.#only ?? this.#others[0])?.buckets.times[0] ?? (this.#values && this.#origin)
  }

  /** Visits each bucket in order of time, without allocating a list of them. */
  each(visit: Visit): void {
    let from = 0
    const others = this.#only ? [this.#only] : this.#others
    for (const { start, buckets } of others.toSorted((one, other) => one.start - other.start)) {
      const until = Math.ceil((start - this.#origin) / this.#step)
      this.#eachOf(from, until, visit)
      const { times, values, zoned } = buckets
      // Indexed on purpose: this loop runs once per bucket and report.
      for (let index = 0; index < times.length; index++) visit(times[index] ?? 0, values[index] ?? 0, zoned)
      from = Math.max(from, until)
    }
    this.#eachOf(from, Number.POSITIVE_INFINITY, visit)
  }

  #add(piece: Piece): void {
    if (!this.#store(piece.buckets)) this.#others.push(piece)
  }

  #eachOf(from: number, until: number, visit: Visit): void {
    const values = this.#values
    if (!values) return
    const zoned = this.#span.form === 'utc'
    for (let slot = from; slot < Math.min(until, values.length); slot++) {
      const value = values[slot] ?? nothing
      if (value !== nothing) visit(this.#origin + slot * this.#step, value, zoned)
    }
  }

  /** Stores all of the buckets or none; false if one has no free slot of its own, in ascending order. */
  #store({ times, values, zoned }: Buckets): boolean {
    if (zoned !== (this.#span.form === 'utc')) return false
    this.#values ??= this.#allocate(times[0] ?? 0)
    let last = -1
    // Indexed on purpose: an iterator makes two objects for each bucket.
    for (let index = 0; index < times.length; index++) {
      const slot = ((times[index] ?? 0) - this.#origin) / this.#step
      // Rejects a time between two steps, outside the span, or reported twice.
      if (slot <= last || this.#values[slot] !== nothing) return false
      last = slot
    }
    if (values.some(value => value > largestSmall)) this.#values = Float64Array.from(this.#values)
    for (let index = 0; index < times.length; index++) {
      this.#values[((times[index] ?? 0) - this.#origin) / this.#step] = values[index] ?? nothing
    }
    return true
  }

  /** Sets the origin and allocates the slots of the whole span. */
  #allocate(time: number): Int32Array {
    const { start, end } = this.#span
    this.#origin = time - Math.floor((time - start) / this.#step) * this.#step
    return new Int32Array(Math.max(0, Math.ceil((end - this.#origin) / this.#step))).fill(nothing)
  }
}

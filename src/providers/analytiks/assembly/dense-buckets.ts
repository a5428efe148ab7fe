import type { Buckets, TrafficSpan } from '../records.ts'

interface Piece {
  readonly start: number
  readonly buckets: Buckets
}

/** What a place holds that nothing was told of; counts are natural numbers. */
const nothing = -1
const largestSmall = 2 ** 31 - 1

/** Told a bucket: its time as `Buckets` has it, its count, and whether the time is an instant. */
export type Visit = (time: number, value: number, zoned: boolean) => void

/**
 * The buckets of one series, in order of time, from windows that come in any order: four bytes each where they stand at
 * equal steps of the span's own form, since a fleet's year holds millions. Others are held as they came.
 */
export class DenseBuckets {
  readonly #span: TrafficSpan
  readonly #step: number
  /** The first step in the span, as its buckets stand. */
  #origin = 0
  #values: Int32Array | Float64Array | undefined
  readonly #others: Piece[] = []
  /** What came first, as it came, until more comes: most answers are of one window. */
  #only: Piece | undefined

  /** `step` in milliseconds. */
  constructor(span: TrafficSpan, step: number) {
    this.#span = span
    this.#step = step
  }

  /** Takes what a window tells of the span, from a start on. */
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

  /** A step that a bucket stands at; undefined without one. */
  get oneStep(): number | undefined {
    return (this.#only ?? this.#others[0])?.buckets.times[0] ?? (this.#values && this.#origin)
  }

  /** Tells each bucket in order of time; lists of them would be as long as all that is held. */
  each(visit: Visit): void {
    let from = 0
    const others = this.#only ? [this.#only] : this.#others
    for (const { start, buckets } of others.toSorted((one, other) => one.start - other.start)) {
      const until = Math.ceil((start - this.#origin) / this.#step)
      this.#eachOf(from, until, visit)
      const { times, values, zoned } = buckets
      // By number, as each bucket is visited for each answer.
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

  /** All of them or none. */
  #store({ times, values, zoned }: Buckets): boolean {
    if (zoned !== (this.#span.form === 'utc')) return false
    this.#values ??= this.#allocate(times[0] ?? 0)
    let last = -1
    for (const time of times) {
      const slot = (time - this.#origin) / this.#step
      // Neither between two steps, nor outside of the span, nor told twice.
      if (slot <= last || this.#values[slot] !== nothing) return false
      last = slot
    }
    if (values.some(value => value > largestSmall)) this.#values = Float64Array.from(this.#values)
    for (const [index, time] of times.entries()) {
      this.#values[(time - this.#origin) / this.#step] = values[index] ?? nothing
    }
    return true
  }

  /** For the whole span, from its first step on. */
  #allocate(time: number): Int32Array {
    const { start, end } = this.#span
    this.#origin = time - Math.floor((time - start) / this.#step) * this.#step
    return new Int32Array(Math.max(0, Math.ceil((end - this.#origin) / this.#step))).fill(nothing)
  }
}

import type { TrafficPoint } from '../series.ts'
import { TimestampPrinter } from './timestamp-printer.ts'
import type { ZoneClock } from './zone-clock.ts'

type BucketLabel = Pick<TrafficPoint, 'at' | 'localAt'>

const quarterHour = 900_000

/** The starts of buckets in print. A fleet's series have the same ones, so each is printed once for all. */
export class BucketLabels {
  readonly #clock: ZoneClock | null
  readonly #from: number
  /** By quarter-hours from there on, as labels are asked for. */
  readonly #zoned: BucketLabel[] = []
  readonly #local: BucketLabel[] = []
  readonly #instants = new TimestampPrinter()
  readonly #locals = new TimestampPrinter()

  /** Most of the times will be `from` then or later. */
  constructor(clock: ZoneClock | null, from: number) {
    this.#clock = clock
    this.#from = Math.floor(from / quarterHour) * quarterHour
  }

  /** Of an instant where `zoned`, else of a local time as if it were UTC. */
  of(time: number, zoned: boolean): BucketLabel {
    const labels = zoned ? this.#zoned : this.#local
    const slot = (time - this.#from) / quarterHour
    const known = labels[slot]
    if (known) return known
    const label = this.#print(time, zoned)
    // Far behind the others it would make the list a slow one.
    if (Number.isInteger(slot) && slot >= 0 && slot < labels.length + mostSkipped) labels[slot] = label
    return label
  }

  /** Of instants at equal steps, by the clock; null without one. */
  localStarts(start: number, step: number, length: number): readonly string[] | null {
    const clock = this.#clock
    if (!clock) return null
    const printer = new TimestampPrinter()
    return Array.from({ length }, (_, slot) => printer.local(clock.localOf(start + slot * step)))
  }

  #print(time: number, zoned: boolean): BucketLabel {
    const at = zoned ? time : (this.#clock?.instantOf(time) ?? null)
    const localAt = zoned ? (this.#clock?.localOf(time) ?? null) : time
    return {
      at: at === null ? null : this.#instants.instant(at),
      localAt: localAt === null ? null : this.#locals.local(localAt),
    }
  }
}

const mostSkipped = 1000

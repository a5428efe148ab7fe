import type { TrafficPoint } from '../series.ts'
import { quarterHour } from './lengths.ts'
import { TimestampPrinter } from './timestamp-printer.ts'
import type { ZoneClock } from './zone-clock.ts'

type BucketLabel = Pick<TrafficPoint, 'at' | 'localAt'>

/** The printed starts of buckets. All series of a fleet have the same starts, so each is printed once. */
export class BucketLabels {
  readonly #clock: ZoneClock | null
  readonly #from: number
  /** Labels by quarter-hours since `#from`, filled on demand. */
  readonly #zoned: BucketLabel[] = []
  readonly #local: BucketLabel[] = []
  readonly #instants = new TimestampPrinter()
  readonly #locals = new TimestampPrinter()
  readonly #starts = new LastStarts()
  readonly #localStarts = new LastStarts()

  /** Most of the times will be at or after `from`. */
  constructor(clock: ZoneClock | null, from: number) {
    this.#clock = clock
    this.#from = Math.floor(from / quarterHour) * quarterHour
  }

  /** The label of an instant if `zoned`, else of a local time read as UTC. */
  of(time: number, zoned: boolean): BucketLabel {
    const labels = zoned ? this.#zoned : this.#local
    const slot = (time - this.#from) / quarterHour
    const known = labels[slot]
    if (known) return known
    const label = this.#print(time, zoned)
    // A label far beyond the others would turn the array into a slow, sparse one.
    if (Number.isInteger(slot) && slot >= 0 && slot < labels.length + mostSkipped) labels[slot] = label
    return label
  }

  /** Prints instants at equal steps. */
  starts(start: number, step: number, length: number): readonly string[] {
    return this.#starts.of(start, step, length, () => {
      const printer = new TimestampPrinter()
      return Array.from({ length }, (_, slot) => printer.instant(start + slot * step))
    })
  }

  /** The same in local time; null without a time zone. */
  localStarts(start: number, step: number, length: number): readonly string[] | null {
    const clock = this.#clock
    if (!clock) return null
    return this.#localStarts.of(start, step, length, () => {
      const printer = new TimestampPrinter()
      return Array.from({ length }, (_, slot) => printer.local(clock.localOf(start + slot * step)))
    })
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

/** The starts that were printed last: those of the next series are mostly the same. */
class LastStarts {
  #name = ''
  #starts: readonly string[] = []

  of(start: number, step: number, length: number, print: () => readonly string[]): readonly string[] {
    const name = `${start} ${step} ${length}`
    if (name !== this.#name) this.#starts = print()
    this.#name = name
    return this.#starts
  }
}

import { day, quarterHour } from './lengths.ts'

const clockFaces = Array.from({ length: day / quarterHour }, (_, quarter) =>
  new Date(quarter * quarterHour).toISOString().slice(10, 19),
)

/**
 * Prints ascending times of which most start a quarter-hour, about ten times faster than `Date`: a month of a fleet has a
 * million of them.
 */
export class TimestampPrinter {
  #today = Number.NaN
  #date = ''

  /** Such as `2025-06-02T09:00:00.000Z`. */
  instant(time: number): string {
    const face = this.#faceOf(time)
    return face === undefined ? new Date(time).toISOString() : `${this.#date}${face}.000Z`
  }

  /** Such as `2025-06-02T09:00:00`. */
  local(time: number): string {
    const face = this.#faceOf(time)
    return face === undefined ? new Date(time).toISOString().slice(0, -5) : this.#date + face
  }

  /** The time of day in print, undefined unless it is a full quarter-hour. Updates `#date`. */
  #faceOf(time: number): string | undefined {
    const today = Math.floor(time / day)
    if (today !== this.#today) {
      this.#today = today
      this.#date = new Date(today * day).toISOString().slice(0, 10)
    }
    return clockFaces[(time - today * day) / quarterHour]
  }
}

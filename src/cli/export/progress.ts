import type { Tally } from '../../export/verdict.ts'
import { counted } from '../../upstream/counted.ts'

/** Milliseconds between two updates. */
const pause = 200

/** Shows the progress of an export on one line of a terminal: calls, their rate and the time left. */
export class Progress {
  readonly #write: (text: string) => unknown
  readonly #start = performance.now()
  #shownAt = Number.NEGATIVE_INFINITY
  #isShown = false

  constructor(write: (text: string) => unknown) {
    this.#write = write
  }

  show(tally: Pick<Tally, 'rows' | 'planned'>, planned: number): void {
    const now = performance.now()
    if (now - this.#shownAt < pause) return
    this.#shownAt = now
    this.#isShown = true
    this.#write(`\r${progressLine(tally, planned, (now - this.#start) / 1000)}\x1b[K`)
  }

  /** Clears the line. */
  end(): void {
    if (this.#isShown) this.#write('\r\x1b[K')
  }
}

export function progressLine(
  { rows, planned: done }: Pick<Tally, 'rows' | 'planned'>,
  planned: number,
  seconds: number,
): string {
  const rate = done / Math.max(seconds, 0.001)
  const left = done > 0 && planned > done ? `, ${durationOf((planned - done) / rate)} left` : ''
  return `${done} of ${Math.max(planned, done)} calls, ${rate.toFixed(1)} a second, ${counted(rows, 'row')}${left}`
}

function durationOf(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`
}

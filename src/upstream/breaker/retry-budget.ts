import { RollingCount } from './rolling-count.ts'

/** Bounds the calls that are sent again: a share of the calls of the last ten seconds, and always a few. */
export class RetryBudget {
  readonly #percent: number
  readonly #now: () => number
  readonly #calls = new RollingCount()
  readonly #retries = new RollingCount()

  /** Without any percent nothing is sent again. */
  constructor(percent: number, now: () => number) {
    this.#percent = percent
    this.#now = now
  }

  /** Counts a call that is not a retry. */
  noteCall(): void {
    this.#calls.add(this.#now())
  }

  /** Counts a retry, if there is room for it. */
  take(): boolean {
    if (this.#percent === 0) return false
    const now = this.#now()
    const most = Math.max(fewest, (this.#calls.sum(now) * this.#percent) / 100)
    if (this.#retries.sum(now) + 1 > most) return false
    this.#retries.add(now)
    return true
  }
}

/** Of few calls a fifth would be none. */
const fewest = 3

import { RollingCount } from './rolling-count.ts'

/** Bounds retries: to a share of the calls of the last ten seconds, and at least a few. */
export class RetryBudget {
  readonly #percent: number
  readonly #now: () => number
  readonly #calls = new RollingCount()
  readonly #retries = new RollingCount()

  /** With 0 percent nothing is retried. */
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

/** A fifth of few calls would be none. */
const fewest = 3

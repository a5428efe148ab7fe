import { RollingCount, windowMilliseconds } from './rolling-count.ts'

/**
 * Decides by the calls of the last ten seconds whether a host fails: if at least half of them failed, or all of the last second
 * (at least five), and for a second or more. One bad moment may fail all calls of one request. Just after a pause no such second
 * is required, so that an unstable host is not called for a second each time.
 */
export class FailureWindow {
  readonly #minimumCalls: number
  readonly #calls = new RollingCount()
  readonly #failures = new RollingCount()
  /** The question that failed last, the time, and the time when another one failed before it. */
  #question: string | undefined
  #failedAt = Number.NEGATIVE_INFINITY
  /** When the first failed call began, if the failures since were less than ten seconds apart. */
  #since = 0
  #othersFailedAt = Number.NEGATIVE_INFINITY
  /**
   * The number of failed calls since the last success, each less than ten seconds after the one before, and when the first began.
   */
  #inRow = 0
  #rowSince = 0
  /** When the last pause ended. */
  #clearedAt = Number.NEGATIVE_INFINITY
  /** When another question succeeded since this one failed. */
  #othersAnsweredAt = Number.NEGATIVE_INFINITY

  constructor(minimumCalls: number) {
    this.#minimumCalls = minimumCalls
  }

  succeed(now: number, question: string): void {
    this.#calls.add(now)
    this.#inRow = 0
    if (question !== this.#question) this.#othersAnsweredAt = now
  }

  /** Counts a call that began at `begunAt`, and returns whether the host fails now. */
  fail(now: number, question: string, begunAt: number): boolean {
    this.#calls.add(now)
    this.#failures.add(now)
    const start = now - windowMilliseconds
    const isSame = question === this.#question && this.#failedAt > start
    if (!isSame) {
      if (this.#failedAt > start) this.#othersFailedAt = now
      this.#othersAnsweredAt = Number.NEGATIVE_INFINITY
    }
    // Without other failures in the window it says nothing about the present.
    if (this.#failedAt <= start) this.#inRow = 0
    this.#rowSince = this.#inRow === 0 ? begunAt : Math.min(this.#rowSince, begunAt)
    this.#inRow++
    this.#since = this.#failedAt > start ? Math.min(this.#since, begunAt) : begunAt
    this.#question = question
    this.#failedAt = now
    // A question that always fails while others succeed is itself at fault.
    if (this.#othersFailedAt <= start && this.#othersAnsweredAt > start) return false
    const [calls, failures] = [this.#calls.sum(now), this.#failures.sum(now)]
    if (calls < this.#minimumCalls) return false
    const isSoonAfterPause = this.#clearedAt > start
    // Many earlier successes must not delay it.
    const hasRow = isSoonAfterPause || now - this.#rowSince >= sustainedMilliseconds
    if (this.#inRow >= this.#minimumCalls && hasRow) return true
    if (failures < calls * failingShare) return false
    return now - this.#since >= sustainedMilliseconds || failures >= manyFailures || isSoonAfterPause
  }

  /** Forgets all calls: a pause is over. */
  clear(now: number): void {
    this.#clearedAt = now
    this.#inRow = 0
    this.#calls.clear()
    this.#failures.clear()
    this.#question = undefined
    this.#failedAt = Number.NEGATIVE_INFINITY
    this.#othersFailedAt = Number.NEGATIVE_INFINITY
  }
}

const failingShare = 0.5
const sustainedMilliseconds = 1000
/** So many failures are enough, however quickly they come. */
const manyFailures = 20

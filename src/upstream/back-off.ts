const [shortest, longest] = [1_000, 60_000]

/**
 * How long a vendor is left alone that refuses calls for its limits and does not say until when: a second, and twice as long
 * each time that it refuses again, up to a minute.
 */
export class BackOff {
  readonly #now: () => number
  #wait = shortest
  #until = Number.NEGATIVE_INFINITY

  /** `now` is in milliseconds. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** The milliseconds of the wait that a refusal begins. Those that come during a wait were sent before it. */
  refused(): number {
    const now = this.#now()
    if (now >= this.#until) {
      this.#until = now + this.#wait
      this.#wait = Math.min(2 * this.#wait, longest)
    }
    return this.#until - now
  }

  /** A call was answered. */
  answered(): void {
    this.#wait = shortest
  }
}

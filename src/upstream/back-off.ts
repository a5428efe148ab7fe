const [shortest, longest] = [1_000, 60_000]

/**
 * The pause after a vendor has refused calls for its limits without saying until when: a second, doubled by each further refusal,
 * up to a minute.
 */
export class BackOff {
  readonly #now: () => number
  #wait = shortest
  #until = Number.NEGATIVE_INFINITY

  /** `now` is in milliseconds. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** The milliseconds of the pause that a refusal starts. Refusals during a pause are of calls that were sent before it. */
  refused(): number {
    const now = this.#now()
    if (now >= this.#until) {
      this.#until = now + this.#wait
      this.#wait = Math.min(2 * this.#wait, longest)
    }
    return this.#until - now
  }

  /** A call succeeded. */
  answered(): void {
    this.#wait = shortest
  }
}

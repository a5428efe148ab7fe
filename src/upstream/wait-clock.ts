/** How long one request has waited for vendors so far; concurrent waits count once. */
export class WaitClock {
  #waits = 0
  #since = 0
  #ended = 0

  get milliseconds(): number {
    return this.#ended + (this.#waits > 0 ? performance.now() - this.#since : 0)
  }

  async measure<Value>(wait: Promise<Value>): Promise<Value> {
    if (this.#waits++ === 0) this.#since = performance.now()
    try {
      return await wait
    } finally {
      if (--this.#waits === 0) this.#ended += performance.now() - this.#since
    }
  }
}

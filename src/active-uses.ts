import { setImmediate } from 'node:timers/promises'

/** Counts the users of something that may be replaced, so that it is closed after the last of them. */
export class ActiveUses {
  #count = 0
  #ended: PromiseWithResolvers<void> | undefined

  /** Dispose of the result to end the use. */
  begin(): Disposable {
    this.#count++
    let isActive = true
    return {
      [Symbol.dispose]: () => {
        if (isActive && --this.#count === 0) this.#ended?.resolve()
        isActive = false
      },
    }
  }

  /** Resolves when nobody uses it any more, or after that many milliseconds. */
  async ended(milliseconds: number): Promise<void> {
    // Whoever got it just before it was replaced begins to use it within this turn.
    await setImmediate()
    if (this.#count === 0) return
    this.#ended = Promise.withResolvers()
    const late = setTimeout(this.#ended.resolve, milliseconds)
    await this.#ended.promise
    clearTimeout(late)
  }
}

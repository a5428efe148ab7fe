import { afterPromises, goOnLater, hasWorkedLong, type Paused } from '../turns.ts'

interface Generation {
  readonly works: ((() => void) | undefined)[]
  next: number
}

/**
 * Splits one request's long work over many turns of the event loop, so that others are served in between. A turn that has not
 * worked long does not pause, and allocates nothing.
 */
export class Pauses implements Paused {
  readonly caller: string
  readonly #gone: () => AbortSignal
  #signal: AbortSignal | undefined
  readonly #left = Promise.withResolvers<void>()
  /** The work that one piece starts runs before its siblings, so that little work is open at once. */
  #generations: Generation[] = []
  #latest: Generation | undefined
  #gathered: (() => void)[] = []
  #hasLeft = false
  /** Whether the promise reactions of the last piece may still be to come. */
  #isResuming = false

  /** The signal of `gone` aborts when nobody waits for the request any more. */
  constructor(gone: () => AbortSignal, caller = '') {
    this.#gone = gone
    this.caller = caller
  }

  get requester(): this {
    return this
  }

  /** Resolves when the caller has left: then paused work never continues. */
  get left(): Promise<void> {
    return this.#left.promise
  }

  /** Whether work that can wait should pause now. */
  get isDue(): boolean {
    return this.#hasLeft || hasWorkedLong()
  }

  get isWaiting(): boolean {
    return this.#generations.length > 0
  }

  /** Resolves with the value in a turn that has time for it; never if the caller has left. */
  pause<Value>(value: Value | PromiseLike<Value>): Promise<Value> {
    const { promise, resolve } = Promise.withResolvers<Value>()
    if (this.#hasLeft) return promise
    if (!this.#latest) {
      this.#latest = { works: [], next: 0 }
      this.#generations.push(this.#latest)
      goOnLater(this)
    }
    this.#latest.works.push(() => resolve(value))
    return promise
  }

  /** Runs the function once nothing pauses: all that a request loads until then is one batch. */
  gather(run: () => void): void {
    afterPromises(() => {
      if (this.#hasLeft) return
      if (this.isWaiting || this.#isResuming) this.#gathered.push(run)
      else run()
    })
  }

  goOn(): void {
    this.#latest = undefined
    this.#signal ??= this.#gone()
    if (this.#signal.aborted) {
      this.#leave()
      return
    }
    const current = this.#generations.at(-1)
    if (!current) return
    const work = current.works[current.next]
    current.works[current.next++] = undefined
    if (current.next === current.works.length) this.#generations.pop()
    this.#isResuming = true
    afterPromises(() => {
      this.#isResuming = false
    })
    work?.()
  }

  rest(): void {
    this.#latest = undefined
    for (const run of this.#gathered.splice(0)) this.gather(run)
  }

  #leave(): void {
    this.#hasLeft = true
    this.#generations = []
    this.#gathered = []
    this.#left.resolve()
  }
}

import type { Outcome } from './outcome.ts'
import type { RequestScope } from './request-scope.ts'

/** Takes the result for one key, by the key's index in its batch. A value comes with its outcome. Must not throw. */
export type Deliver<Value> = (index: number, result: Value | Error, outcome?: Outcome<Value>) => void

/** Collects one batch's results. Small on purpose: a year of a fleet makes thousands. */
export class Waiters<Value> {
  readonly scope: RequestScope
  /** Resolves once every key has its result. */
  readonly done: Promise<void>
  readonly #deliver: Deliver<Value>
  /** By index, whether the key has no result yet. */
  readonly #isOpen: boolean[]
  #left: number
  readonly #end: () => void

  constructor(count: number, scope: RequestScope, deliver: Deliver<Value>) {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.scope = scope
    this.done = promise
    this.#deliver = deliver
    this.#end = resolve
    this.#isOpen = new Array<boolean>(count).fill(true)
    this.#left = count
    if (count === 0) resolve()
  }

  get isDone(): boolean {
    return this.#left === 0
  }

  /** Does nothing for a key that already has its result. */
  deliver(index: number, result: Value | Error, outcome?: Outcome<Value>): void {
    if (!this.#isOpen[index]) return
    this.#isOpen[index] = false
    this.#deliver(index, result, outcome)
    if (--this.#left === 0) this.#end()
  }

  /** Whether the key had no result yet; it will get none. */
  skip(index: number): boolean {
    if (!this.#isOpen[index]) return false
    this.#isOpen[index] = false
    if (--this.#left === 0) this.#end()
    return true
  }

  failAll(error: Error): void {
    for (const index of this.#isOpen.keys()) this.deliver(index, error)
  }
}

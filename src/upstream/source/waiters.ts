import type { RequestScope } from './request-scope.ts'

/** Takes an answer, or why there is none, with the place of its question among those that were asked together. Must not throw. */
export type Deliver<Value> = (place: number, answer: Value | Error) => void

/** Who waits for the answers to questions that were asked together; little, since a fleet's year is thousands of them. */
export class Waiters<Value> {
  readonly scope: RequestScope
  /** Resolves once every question is answered, failed or given up. */
  readonly done: Promise<void>
  readonly #deliver: Deliver<Value>
  /** By the place of each question, whether it is still open. */
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

  /** Whoever was told an answer is told no other. */
  deliver(place: number, answer: Value | Error): void {
    if (!this.#isOpen[place]) return
    this.#isOpen[place] = false
    this.#deliver(place, answer)
    if (--this.#left === 0) this.#end()
  }

  failAll(error: Error): void {
    for (const place of this.#isOpen.keys()) this.deliver(place, error)
  }
}

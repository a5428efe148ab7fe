import type { Caller } from './request-scope.ts'

/** Takes an answer, or why there is none, with the place of its question among those that were asked together. Must not throw. */
export type Tell<Value> = (place: number, answer: Value | Error) => void

/** Who waits for the answers to questions that were asked together; little, since a fleet's year is thousands of them. */
export class Asker<Value> {
  readonly caller: Caller
  /** Resolves once every question is answered, failed or given up. */
  readonly done: Promise<void>
  readonly #tell: Tell<Value>
  /** By the place of each question, whether it is still open. */
  readonly #isOpen: boolean[]
  #left: number
  readonly #end: () => void

  constructor(count: number, caller: Caller, tell: Tell<Value>) {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.caller = caller
    this.done = promise
    this.#tell = tell
    this.#end = resolve
    this.#isOpen = new Array<boolean>(count).fill(true)
    this.#left = count
    if (count === 0) resolve()
  }

  /** Whoever was told an answer is told no other. */
  tell(place: number, answer: Value | Error): void {
    if (!this.#isOpen[place]) return
    this.#isOpen[place] = false
    this.#tell(place, answer)
    if (--this.#left === 0) this.#end()
  }

  failAll(error: Error): void {
    for (const place of this.#isOpen.keys()) this.tell(place, error)
  }
}

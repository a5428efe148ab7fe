import type { Caller } from './caller.ts'

/** Takes an answer, or why there is none, with the place of its question among those that were asked together. Must not throw. */
export type Tell<Value> = (place: number, answer: Value | Error) => void

/** Who waits for the answers to questions that were asked together; little, since a fleet's year is thousands of them. */
export class Asker<Value> {
  readonly caller: Caller
  /** Resolves once every question is answered, failed or given up. */
  readonly done: Promise<void>
  readonly #tell: Tell<Value>
  /** One for each question that is still open. */
  readonly #open: Set<number>
  readonly #end: () => void

  constructor(count: number, caller: Caller, tell: Tell<Value>) {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.caller = caller
    this.done = promise
    this.#tell = tell
    this.#end = resolve
    this.#open = new Set(Array(count).keys())
    if (count === 0) resolve()
  }

  /** Whoever was told an answer is told no other. */
  tell(place: number, answer: Value | Error): void {
    if (!this.#open.delete(place)) return
    this.#tell(place, answer)
    if (this.#open.size === 0) this.#end()
  }

  failAll(error: Error): void {
    for (const place of this.#open) this.tell(place, error)
  }
}

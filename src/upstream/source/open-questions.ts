import type { InFlightQuestion } from './in-flight.ts'
import type { Outcome } from './outcome.ts'

/** The questions in flight of one data source. Equal ones share a call. */
export class OpenQuestions<Key, Value> {
  readonly #open = new Map<string, InFlightQuestion<Key, Value>>()

  /**
   * The question in flight that the new one joins: an equal one, or the new one itself. A question that skips the cache joins
   * only a call; one that needs fresher data joins only a call, or a question that needs it as fresh.
   */
  share(asked: InFlightQuestion<Key, Value>, isAfresh: boolean): InFlightQuestion<Key, Value> {
    const known = asked.isShareable ? this.#open.get(asked.sharedName) : undefined
    // An equal one may still read the cache.
    const isTooOld = known !== undefined && (isAfresh || known.maximumAge > asked.maximumAge)
    const open = isTooOld && !known.isAsked ? undefined : known
    if (open) return open
    this.#open.set(asked.sharedName, asked)
    return asked
  }

  settle(question: InFlightQuestion<Key, Value>, outcome: Outcome<Value> | Error): void {
    this.close(question)
    question.settle(outcome)
  }

  /** Nobody joins it any more. */
  close(question: InFlightQuestion<Key, Value>): void {
    if (this.#open.get(question.sharedName) === question) this.#open.delete(question.sharedName)
  }

  /** Closes all. Their results settle their waiters, but are not stored. */
  outdate(): void {
    for (const question of this.#open.values()) question.isOutdated = true
    this.#open.clear()
  }
}

import type { InFlightQuestion } from './in-flight.ts'
import type { Outcome } from './outcome.ts'

/** The questions in flight of one data source. Equal ones share a call. */
export class OpenQuestions<Key, Value> {
  readonly #open = new Map<string, InFlightQuestion<Key, Value>>()

  /**
   * The question in flight that settles the one asked: an equal one, or itself, which equal ones join from now on. Whoever asks
   * afresh joins only a call, and whoever wants it fresher only a call or who wants it as fresh.
   */
  share(asked: InFlightQuestion<Key, Value>, isAfresh: boolean): InFlightQuestion<Key, Value> {
    const known = asked.isShareable ? this.#open.get(asked.sharedName) : undefined
    // Another may still look it up in the cache.
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

  /** Closes all. What they bring is settled, and not kept. */
  outdate(): void {
    for (const question of this.#open.values()) question.isOutdated = true
    this.#open.clear()
  }
}

import { LRUCache } from 'lru-cache'

/** The most renewals in a minute that may not help. */
const mostInVain = 5
const minute = 60_000

interface Doubt {
  readonly token: object
  readonly at: number
}

/**
 * Remembers which refusals were not the token's fault. A vendor may refuse a token and a question in the same words, so a
 * question that a fresh token cannot get answered is itself at fault.
 */
export class TokenDoubts {
  readonly #known = new LRUCache<string, Doubt>({ max: 1000 })
  /** Tokens that upstream accepted at least once. */
  readonly #accepted = new WeakSet<object>()
  /** When renewals did not help, oldest first. */
  #vain: number[] = []

  /** Whether a newer token would not help this question. A token that was never accepted is doubted again each minute. */
  isKnown(token: object, question: string): boolean {
    const doubt = this.#known.get(question)
    if (doubt?.token !== token) return false
    return this.#accepted.has(token) || Date.now() < doubt.at + minute
  }

  get arePaused(): boolean {
    this.#vain = this.#vain.filter(at => Date.now() < at + minute)
    return this.#vain.length >= mostInVain
  }

  /** Records that the question was refused with a fresh token. */
  note(token: object, question: string): void {
    if (this.isKnown(token, question)) return
    this.#known.set(question, { token, at: Date.now() })
    this.noteVain()
  }

  noteVain(): void {
    this.#vain.push(Date.now())
  }

  /** Records that upstream accepted the token for this question. */
  clear(token: object, question: string): void {
    this.#accepted.add(token)
    this.#known.delete(question)
  }
}

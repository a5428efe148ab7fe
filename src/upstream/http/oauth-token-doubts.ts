import { LRUCache } from 'lru-cache'

/** How many renewals in vain may be made in a minute. */
const mostInVain = 5
const minute = 60_000

interface Doubt {
  readonly token: object
  readonly at: number
}

/**
 * Which refusals were not about the token. A vendor may refuse a token and a question in the same words: what is refused with
 * a token that was issued a moment ago is the question's own fault, and says nothing about that token later on.
 */
export class TokenDoubts {
  readonly #known = new LRUCache<string, Doubt>({ max: 1000 })
  /** Tokens that upstream took for anything. */
  readonly #accepted = new WeakSet<object>()
  /** When renewals in vain were made, oldest first. */
  #vain: number[] = []

  /** Whether the question is refused with this token whatever happens; a token that was never taken is doubted anew each minute. */
  isKnown(token: object, question: string): boolean {
    const doubt = this.#known.get(question)
    if (doubt?.token !== token) return false
    return this.#accepted.has(token) || Date.now() < doubt.at + minute
  }

  get arePaused(): boolean {
    this.#vain = this.#vain.filter(at => Date.now() < at + minute)
    return this.#vain.length >= mostInVain
  }

  /** The question was refused with a token that had just been issued. */
  note(token: object, question: string): void {
    if (this.isKnown(token, question)) return
    this.#known.set(question, { token, at: Date.now() })
    this.noteVain()
  }

  noteVain(): void {
    this.#vain.push(Date.now())
  }

  /** Upstream took the token for this question. */
  clear(token: object, question: string): void {
    this.#accepted.add(token)
    this.#known.delete(question)
  }
}

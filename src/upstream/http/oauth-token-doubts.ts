import { LRUCache } from 'lru-cache'

/** The most renewals in a minute that may be in vain. */
const mostInVain = 5
const minute = 60_000

/** Tokens of one period replaced each other in vain: a question refused with one of them is refused with the others. */
interface Period {
  /** When a renewal was last in vain. */
  vainAt: number
}

/**
 * Remembers refusals that were not the token's fault. A vendor may refuse a token and a question in the same words, so a question
 * that is refused with a fresh token is itself at fault.
 */
export class TokenDoubts {
  readonly #known = new LRUCache<string, Period>({ max: 1000 })
  readonly #periods = new WeakMap<object, Period>()
  /** The tokens that were replaced by renewed ones. */
  readonly #periodsBefore = new WeakMap<object, Period>()
  /** Tokens that upstream accepted at least once. */
  readonly #accepted = new WeakSet<object>()
  /** The times of renewals in vain, oldest first. */
  #vain: number[] = []

  /**
   * Whether a newer token would not help this question. A token that was never accepted is doubted again a minute after the last
   * renewal in vain.
   */
  isKnown(token: object, question: string): boolean {
    const period = this.#known.get(question)
    if (!period || this.#periods.get(token) !== period) return false
    return this.#accepted.has(token) || Date.now() < period.vainAt + minute
  }

  get arePaused(): boolean {
    this.#vain = this.#vain.filter(at => Date.now() < at + minute)
    return this.#vain.length >= mostInVain
  }

  /** Records which token a renewed one replaced. */
  replaced(refused: object, renewed: object): void {
    this.#periodsBefore.set(renewed, this.#periodOf(refused))
  }

  /** Records that the question was refused with the fresh token, too. */
  note(token: object, question: string): void {
    if (this.isKnown(token, question)) return
    const period = this.#periodsBefore.get(token) ?? this.#periodOf(token)
    period.vainAt = Date.now()
    this.#periods.set(token, period)
    this.#known.set(question, period)
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

  #periodOf(token: object): Period {
    return this.#periods.getOrInsertComputed(token, () => ({ vainAt: 0 }))
  }
}

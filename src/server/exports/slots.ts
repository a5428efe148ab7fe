import { Refusal } from '../http/refusal.ts'
import { rateLimited } from '../limits/caller-limits.ts'

/** So many at once for each owner; for all together if no owner is named. */
export class Slots {
  readonly #most: number
  readonly #refusalOf: (owner: string) => Refusal
  readonly #taken = new Map<string, number>()

  constructor(most: number, refusalOf: (owner: string) => Refusal) {
    this.#most = most
    this.#refusalOf = refusalOf
  }

  /** Dispose of the result to release it. Throws the refusal if all are taken. */
  take(owner = ''): Disposable {
    const taken = this.#taken.get(owner) ?? 0
    if (taken >= this.#most) throw this.#refusalOf(owner)
    this.#taken.set(owner, taken + 1)
    return {
      [Symbol.dispose]: () => {
        const left = (this.#taken.get(owner) ?? 1) - 1
        if (left > 0) this.#taken.set(owner, left)
        else this.#taken.delete(owner)
      },
    }
  }
}

const soon = { 'retry-after': '10' }

/** The refusal for too many of one owner, like other limits of callers. */
export function limited(message: string): Refusal {
  return new Refusal(429, `${message}: ask again later.`, soon, rateLimited)
}

/** The refusal for too many of all together. */
export function busy(message: string): Refusal {
  return new Refusal(503, `${message}: ask again later.`, soon)
}

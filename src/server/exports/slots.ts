import { Refusal } from '../http/refusal.ts'
import { rateLimited } from '../limits/caller-limits.ts'

/** So many at once of each owner; of all together where no owner is named. */
export class Slots {
  readonly #most: number
  readonly #refusalOf: (owner: string) => Refusal
  readonly #taken = new Map<string, number>()

  constructor(most: number, refusalOf: (owner: string) => Refusal) {
    this.#most = most
    this.#refusalOf = refusalOf
  }

  /** Until it is disposed. Throws the refusal where all are taken. */
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

/** For too many of one owner, as for a caller's other limits. */
export function limited(message: string): Refusal {
  return new Refusal(429, `${message}: ask again later.`, soon, rateLimited)
}

/** For too many of all together. */
export function busy(message: string): Refusal {
  return new Refusal(503, `${message}: ask again later.`, soon)
}

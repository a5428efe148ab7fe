import { randomUUID } from 'node:crypto'

/** The calls of one instance, with ids that no other instance uses. */
export class NamedCalls {
  readonly instance = randomUUID()
  /** The times of the calls by id, ascending. */
  readonly #times = new Map<string, number>()
  #sequence = 0

  nextId(): string {
    return `${this.instance}:${++this.#sequence}`
  }

  /** Remembers calls made now by their names in Redis, and forgets calls that have left all windows. */
  remember(id: string, calls: number, now: number, longestMilliseconds: number): void {
    for (const [old, time] of this.#times) {
      if (time + longestMilliseconds > now) break
      this.#times.delete(old)
    }
    if (longestMilliseconds <= 0) return
    for (let call = 1; call <= calls; call++) this.#times.set(`${id}:${call}`, now)
  }

  /** The id and the age in milliseconds of each call, in turn. */
  ages(now: number): readonly (string | number)[] {
    return [...this.#times].flatMap(([id, time]) => [id, Math.floor(now - time)])
  }
}

import type { Period } from './quota-period.ts'

/** The calls of the current period that only this instance counted, since Redis could not. */
export class CallsApart {
  readonly #period: Period
  /** Both only grow, so calls that come during a report to Redis count once. */
  #made = 0
  #known = 0
  #endsAt = Number.NEGATIVE_INFINITY

  constructor(period: Period) {
    this.#period = period
  }

  get count(): number {
    const { counted, sameEnd } = this.#period
    return counted && Math.abs(counted.endsAt - this.#endsAt) <= sameEnd ? this.#made - this.#known : 0
  }

  /** In all periods. */
  get made(): number {
    return this.#made
  }

  add(calls: number): void {
    this.#known = this.#made - this.count
    this.#made += calls
    this.#endsAt = this.#period.counted?.endsAt ?? Number.NEGATIVE_INFINITY
  }

  /** Others know the first `made` of them: Redis has them, or the vendor reported the calls left in the period. */
  noteKnown(made: number): void {
    this.#known = Math.max(this.#known, made)
  }
}

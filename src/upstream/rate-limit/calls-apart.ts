import type { Period } from './quota-period.ts'

/** The calls of the current period that only this instance counted, since Redis could not. */
export class CallsApart {
  readonly #period: Period
  /** Both only grow: what comes while it is reported to Redis counts once. */
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

  /** Of all periods. */
  get made(): number {
    return this.#made
  }

  add(calls: number): void {
    this.#known = this.#made - this.count
    this.#made += calls
    this.#endsAt = this.#period.counted?.endsAt ?? Number.NEGATIVE_INFINITY
  }

  /** Others know of the first `made` of them by now: Redis has got them, or the vendor told what is left of the period. */
  noteKnown(made: number): void {
    this.#known = Math.max(this.#known, made)
  }
}

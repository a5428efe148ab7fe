import type { Period } from './quota-period.ts'

/** The calls of the current period that only this instance counted, since Redis could not. */
export class CallsApart {
  readonly #period: Period
  #count = 0
  #endsAt = Number.NEGATIVE_INFINITY

  constructor(period: Period) {
    this.#period = period
  }

  get count(): number {
    const { counted, sameEnd } = this.#period
    return counted && Math.abs(counted.endsAt - this.#endsAt) <= sameEnd ? this.#count : 0
  }

  add(calls: number): void {
    this.#count = this.count + calls
    this.#endsAt = this.#period.counted?.endsAt ?? Number.NEGATIVE_INFINITY
  }

  /** Redis has got so many of them. */
  remove(calls: number): void {
    this.#count -= calls
  }

  /** The vendor told what is left, in which it counted all of them. */
  clear(): void {
    this.#count = 0
  }
}

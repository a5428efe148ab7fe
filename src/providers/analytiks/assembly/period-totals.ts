import type { Buckets } from '../records.ts'
import type { Periods } from '../time/calendar-periods.ts'
import type { Aggregation } from './aggregation.ts'

/** The buckets of one metric, folded into periods as they come, in any order: nothing is held but a number a period. */
export class PeriodTotals {
  readonly #periods: Periods
  readonly #aggregation: Aggregation
  /** Not a number where nothing came. */
  readonly #values: Float64Array
  /** How much weighs what came, where the law is a mean. */
  readonly #weights: Float64Array

  constructor(periods: Periods, aggregation: Aggregation) {
    this.#periods = periods
    this.#aggregation = aggregation
    this.#values = new Float64Array(periods.length).fill(Number.NaN)
    this.#weights = new Float64Array(aggregation === 'mean' ? periods.length : 0)
  }

  /** False where a bucket cannot be told to belong to any one period. */
  add({ times, values, zoned }: Buckets, weights: readonly number[]): boolean {
    let hint = 0
    for (let index = 0; index < times.length; index++) {
      const period = this.#periods.indexOf(times[index] ?? 0, zoned, hint)
      if (period === null) return false
      this.#fold(period, values[index] ?? 0, weights[index] ?? 1)
      hint = period
    }
    return true
  }

  /** Of each period; null where nothing was reported, and for a mean over nobody. */
  values(): (number | null)[] {
    return Array.from(this.#values, (value, period) => this.#resultOf(value, this.#weights[period]))
  }

  /** Of all periods together. */
  total(): number | null {
    const weight = this.#weights.reduce((sum, one) => sum + one, 0)
    const reported = this.#values.filter(value => !Number.isNaN(value))
    if (reported.length === 0) return null
    if (this.#aggregation === 'maximum') return reported.reduce((one, other) => Math.max(one, other))
    return this.#resultOf(
      reported.reduce((sum, value) => sum + value),
      weight,
    )
  }

  #fold(period: number, value: number, weight: number): void {
    const before = this.#values[period] ?? Number.NaN
    if (this.#aggregation === 'mean') {
      this.#weights[period] = (this.#weights[period] ?? 0) + weight
      this.#values[period] = (Number.isNaN(before) ? 0 : before) + value * weight
    } else if (Number.isNaN(before)) {
      this.#values[period] = value
    } else {
      this.#values[period] = this.#aggregation === 'maximum' ? Math.max(before, value) : before + value
    }
  }

  #resultOf(value: number, weight = 0): number | null {
    const result = this.#aggregation === 'mean' ? Math.round(value / weight) : value
    return Number.isNaN(result) ? null : result
  }
}

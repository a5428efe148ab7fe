import type { Buckets } from '../records.ts'
import type { Periods } from '../time/calendar-periods.ts'
import type { Aggregation } from './aggregation.ts'

/** Aggregates the buckets of one metric into periods as they arrive, in any order. Stores one or two numbers per period. */
export class PeriodTotals {
  readonly #periods: Periods
  readonly #aggregation: Aggregation
  /** NaN for a period without buckets. */
  readonly #values: Float64Array
  /** The sum of weights of each period; empty unless the aggregation is a mean. */
  readonly #weights: Float64Array

  constructor(periods: Periods, aggregation: Aggregation) {
    this.#periods = periods
    this.#aggregation = aggregation
    this.#values = new Float64Array(periods.length).fill(Number.NaN)
    this.#weights = new Float64Array(aggregation === 'mean' ? periods.length : 0)
  }

  /** False if a bucket's period cannot be determined. */
  add({ times, values, zoned, weights: ownWeights }: Buckets, weights: readonly number[]): boolean {
    let hint = 0
    for (let index = 0; index < times.length; index++) {
      const period = this.#periods.indexOf(times[index] ?? 0, zoned, hint)
      if (period === null) return false
      const value = values[index] ?? 0
      if (ownWeights) this.#foldSum(period, value, ownWeights[index] ?? 0)
      else this.#fold(period, value, weights[index] ?? 1)
      hint = period
    }
    return true
  }

  /** One value per period; null if nothing was reported, and for a mean with zero weight. */
  values(): (number | null)[] {
    return Array.from(this.#values, (value, period) => this.#resultOf(value, this.#weights[period]))
  }

  /** The aggregate of all periods. */
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

  #foldSum(period: number, sum: number, weight: number): void {
    const before = this.#values[period] ?? Number.NaN
    this.#weights[period] = (this.#weights[period] ?? 0) + weight
    this.#values[period] = (Number.isNaN(before) ? 0 : before) + sum
  }

  #fold(period: number, value: number, weight: number): void {
    const before = this.#values[period] ?? Number.NaN
    if (this.#aggregation === 'mean') {
      this.#foldSum(period, value * weight, weight)
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

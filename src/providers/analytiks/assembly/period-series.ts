import type { TrafficMetric } from '../records.ts'
import type { TrafficColumns, TrafficPoint, TrafficSeries } from '../series.ts'
import type { CalendarInterval, Periods } from '../time/calendar-periods.ts'
import type { PeriodTotals } from './period-totals.ts'

const nominalSeconds = { daily: 86_400, weekly: 604_800, monthly: 2_592_000, whole: 0 } as const

/** A series of days, weeks or months, or of a whole range. */
export class PeriodSeries implements TrafficSeries {
  readonly metric: TrafficMetric
  readonly #interval: CalendarInterval | 'whole'
  readonly #periods: Periods
  /** Undefined if nothing was reported. */
  readonly #totals: PeriodTotals | undefined

  constructor(
    metric: TrafficMetric,
    interval: CalendarInterval | 'whole',
    periods: Periods,
    totals: PeriodTotals | undefined,
  ) {
    this.metric = metric
    this.#interval = interval
    this.#periods = periods
    this.#totals = totals
  }

  get reported(): boolean {
    return this.#totals !== undefined
  }

  points(): readonly TrafficPoint[] {
    const values = this.#totals?.values() ?? []
    return values.flatMap((_value, index) => this.#pointOf(index, values) ?? [])
  }

  columns(): TrafficColumns | null {
    const starts = this.#periods.labels.flatMap(({ at }) => at ?? [])
    const [start] = starts
    if (start === undefined) return null
    return {
      start,
      stepSeconds: nominalSeconds[this.#interval],
      values: this.#totals?.values() ?? starts.map(() => null),
      starts: () => starts,
      // Periods with instants have a clock, so their labels are local times of that clock.
      localStarts: () => this.#periods.labels.map(({ localAt }) => localAt),
    }
  }

  total(): number | null {
    return this.#totals?.total() ?? null
  }

  peak(): TrafficPoint | null {
    const values = this.#totals?.values() ?? []
    const highest = values.reduce((best: number, value) => Math.max(best, value ?? best), -1)
    return this.#pointOf(values.indexOf(highest), values)
  }

  #pointOf(index: number, values: readonly (number | null)[]): TrafficPoint | null {
    const value = values[index] ?? null
    const label = this.#periods.labels[index]
    return value === null || !label ? null : { ...label, value }
  }
}

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
  /** Undefined where nothing was reported. */
  readonly #fold: PeriodTotals | undefined

  constructor(
    metric: TrafficMetric,
    interval: CalendarInterval | 'whole',
    periods: Periods,
    fold: PeriodTotals | undefined,
  ) {
    this.metric = metric
    this.#interval = interval
    this.#periods = periods
    this.#fold = fold
  }

  get reported(): boolean {
    return this.#fold !== undefined
  }

  points(): readonly TrafficPoint[] {
    const values = this.#fold?.values() ?? []
    return values.flatMap((_value, place) => this.#pointOf(place, values) ?? [])
  }

  columns(): TrafficColumns | null {
    const starts = this.#periods.labels.flatMap(({ at }) => at ?? [])
    const [start] = starts
    if (start === undefined) return null
    return {
      start,
      stepSeconds: nominalSeconds[this.#interval],
      values: this.#fold?.values() ?? starts.map(() => null),
      starts: () => starts,
      // A clock that tells the instants tells local times too.
      localStarts: () => this.#periods.labels.map(({ localAt }) => localAt),
    }
  }

  total(): number | null {
    return this.#fold?.total() ?? null
  }

  peak(): TrafficPoint | null {
    const values = this.#fold?.values() ?? []
    const highest = values.reduce((best: number, value) => Math.max(best, value ?? best), -1)
    return this.#pointOf(values.indexOf(highest), values)
  }

  #pointOf(place: number, values: readonly (number | null)[]): TrafficPoint | null {
    const value = values[place] ?? null
    const label = this.#periods.labels[place]
    return value === null || !label ? null : { ...label, value }
  }
}

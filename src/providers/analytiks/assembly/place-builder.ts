import { UpstreamError } from '../../../upstream/error.ts'
import type { MetricBuckets, TrafficMetric, TrafficSpan } from '../records.ts'
import type { PlaceReport, TrafficSeries } from '../series.ts'
import { lawOf } from './aggregation.ts'
import { SeriesGathering } from './metric-builder.ts'
import type { QuarterCheck } from './quarter-check.ts'
import type { Plan } from './report-settings.ts'
import { cut } from './slice-buckets.ts'

/** The series of one place, as they come. */
export class PlaceGathering implements PlaceReport {
  readonly #plan: Plan
  readonly #series = new Map<TrafficMetric, SeriesGathering>()
  readonly #quarters: QuarterCheck | undefined
  /** What has buckets in two periods, should they be hours. */
  readonly #crossing: Set<TrafficMetric> | undefined
  #first = Number.POSITIVE_INFINITY

  constructor(plan: Plan, quarters: QuarterCheck | undefined) {
    this.#plan = plan
    this.#quarters = quarters
    if (quarters) this.#crossing = new Set()
  }

  /** Where its first bucket within the range starts; infinite where there is none. */
  get first(): number {
    return this.#first
  }

  /** Throws UpstreamError for buckets that have no place in a calendar. */
  add(part: TrafficSpan, maps: MetricBuckets, metrics: readonly TrafficMetric[]): void {
    for (const metric of metrics) {
      const map = maps[metric]
      if (!map) continue
      const buckets = cut(map, part, this.#plan.clock)
      if (this.#quarters?.crosses(map)) this.#crossing?.add(metric)
      const [first] = buckets.times
      // A longer window may tell of other times, and an empty map where a shorter one has none.
      if (first === undefined) continue
      const gathering = this.#series.get(metric) ?? this.#start(metric)
      gathering.add(part.start, buckets, maps.visits)
      this.#series.set(metric, gathering)
      this.#first = Math.min(this.#first, first)
    }
  }

  series(metric: TrafficMetric, example?: number): TrafficSeries {
    if (this.#plan.interval === '15min' && this.#quarters?.areHours) {
      const message =
        'analytiks told hours where quarter-hours were asked. It enables quarter-hours per account: without them, ask for hours.'
      throw new UpstreamError('analytiks', 'UPSTREAM_INVALID_RESPONSE', message)
    }
    if (this.#quarters?.mayBeHours && this.#crossing?.has(metric)) {
      const message =
        'analytiks told hours where quarter-hours were asked, and counted people in an hour that is half in one day and half in the next. It enables quarter-hours per account.'
      throw new UpstreamError('analytiks', 'UPSTREAM_INVALID_RESPONSE', message)
    }
    return (this.#series.get(metric) ?? this.#start(metric)).series(example)
  }

  #start(metric: TrafficMetric): SeriesGathering {
    return new SeriesGathering(metric, this.#plan, lawOf(metric, this.#plan.dwellTime))
  }
}

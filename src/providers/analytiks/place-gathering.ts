import { UpstreamError } from '../../upstream/error.ts'
import { cut } from './cut.ts'
import type { Plan } from './gathering-plan.ts'
import { lawOf } from './law.ts'
import type { QuarterCheck } from './quarter-check.ts'
import type { PlaceReport, TrafficSeries } from './series.ts'
import { SeriesGathering } from './series-gathering.ts'
import type { MetricBuckets, TrafficMetric, TrafficSpan } from './wire.ts'

/** The series of one place, as they come. */
export class PlaceGathering implements PlaceReport {
  readonly #plan: Plan
  readonly #series = new Map<TrafficMetric, SeriesGathering>()
  readonly #quarters: QuarterCheck | undefined
  /** What has buckets in two periods, should they be hours. */
  readonly #crossing: Set<TrafficMetric> | undefined
  #isThere = false

  constructor(plan: Plan, quarters: QuarterCheck | undefined) {
    this.#plan = plan
    this.#quarters = quarters
    if (quarters) this.#crossing = new Set()
  }

  /** Whether something was told of it that does not lie outside of the range. */
  get isThere(): boolean {
    return this.#isThere
  }

  /** Throws UpstreamError for buckets that have no place in a calendar. */
  add(part: TrafficSpan, maps: MetricBuckets, metrics: readonly TrafficMetric[]): void {
    let isSilent = true
    for (const metric of metrics) {
      const map = maps[metric]
      if (!map) continue
      isSilent = false
      const gathering = this.#series.get(metric) ?? this.#start(metric)
      const buckets = cut(map, part, this.#plan.clock, gathering)
      if (this.#quarters?.crosses(map)) this.#crossing?.add(metric)
      // What a longer window tells of other times says nothing of this range.
      if (buckets.times.length === 0 && map.times.length > 0) continue
      gathering.add(part.start, buckets, maps.visits)
      this.#series.set(metric, gathering)
      this.#isThere = true
    }
    if (isSilent) this.#isThere = true
  }

  series(metric: TrafficMetric, example?: number): TrafficSeries {
    if (this.#quarters?.areHours && this.#crossing?.has(metric)) {
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

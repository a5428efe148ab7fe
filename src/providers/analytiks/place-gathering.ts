import { cut } from './cut.ts'
import type { Plan } from './gathering-plan.ts'
import { lawOf } from './law.ts'
import type { PlaceReport, TrafficSeries } from './series.ts'
import { SeriesGathering } from './series-gathering.ts'
import type { MetricBuckets, TrafficMetric, TrafficSpan } from './wire.ts'

/** The series of one place, as they come. */
export class PlaceGathering implements PlaceReport {
  readonly #plan: Plan
  readonly #series = new Map<TrafficMetric, SeriesGathering>()
  #isThere = false

  constructor(plan: Plan) {
    this.#plan = plan
  }

  /** Whether something was told of it that does not lie outside of the range. */
  get isThere(): boolean {
    return this.#isThere
  }

  /** Throws UpstreamError for buckets that have no place in a calendar. */
  add(part: TrafficSpan, maps: MetricBuckets, metrics: readonly TrafficMetric[]): void {
    const told = metrics.flatMap(metric => {
      const map = maps[metric]
      return map ? [{ metric, map }] : []
    })
    if (told.length === 0) this.#isThere = true
    for (const { metric, map } of told) {
      const gathering = this.#series.get(metric) ?? this.#start(metric)
      const buckets = cut(map, part, this.#plan.clock, gathering.doubtful)
      // What a longer window tells of other times says nothing of this range.
      if (buckets.times.length === 0 && map.times.length > 0) continue
      gathering.add(part.start, buckets, maps.visits)
      this.#series.set(metric, gathering)
      this.#isThere = true
    }
  }

  series(metric: TrafficMetric): TrafficSeries {
    return (this.#series.get(metric) ?? this.#start(metric)).series()
  }

  #start(metric: TrafficMetric): SeriesGathering {
    return new SeriesGathering(metric, this.#plan, lawOf(metric, this.#plan.dwellTime))
  }
}

import { UpstreamError } from '../../../upstream/error.ts'
import type { MetricBuckets, TrafficMetric, TrafficSpan } from '../records.ts'
import type { PlaceReport, TrafficSeries } from '../series.ts'
import { aggregationOf } from './aggregation.ts'
import { MetricBuilder } from './metric-builder.ts'
import type { QuarterCheck } from './quarter-check.ts'
import type { ReportSettings } from './report-settings.ts'
import { sliceBuckets } from './slice-buckets.ts'

/** Builds the series of one place: a location or a point of interest. */
export class PlaceBuilder implements PlaceReport {
  readonly #settings: ReportSettings
  readonly #series = new Map<TrafficMetric, MetricBuilder>()
  readonly #quarters: QuarterCheck | undefined
  /** The metrics with a bucket that would lie in two periods if it is an hour. */
  readonly #crossing: Set<TrafficMetric> | undefined
  #first = Number.POSITIVE_INFINITY

  constructor(settings: ReportSettings, quarters: QuarterCheck | undefined) {
    this.#settings = settings
    this.#quarters = quarters
    if (quarters) this.#crossing = new Set()
  }

  /** The start of the first bucket within the range; infinite without one. */
  get first(): number {
    return this.#first
  }

  /** Throws UpstreamError if a bucket belongs to no calendar period. */
  add(part: TrafficSpan, maps: MetricBuckets, metrics: readonly TrafficMetric[]): void {
    for (const metric of metrics) {
      const map = maps[metric]
      if (!map) continue
      const buckets = sliceBuckets(map, part, this.#settings.clock)
      if (this.#quarters?.crosses(map)) this.#crossing?.add(metric)
      const [first] = buckets.times
      // Without a bucket in the range a map does not count as reported: a longer window may have sent it for other times.
      if (first === undefined) continue
      const builder = this.#series.get(metric) ?? this.#start(metric)
      builder.add(part.start, buckets, maps.visits)
      this.#series.set(metric, builder)
      this.#first = Math.min(this.#first, first)
    }
  }

  series(metric: TrafficMetric, example?: number): TrafficSeries {
    if (this.#settings.interval === '15min' && this.#quarters?.areHours) {
      const message =
        'analytiks returned hours instead of quarter-hours. It enables quarter-hours per account: without them, ask for hours.'
      throw new UpstreamError('analytiks', 'UPSTREAM_INVALID_RESPONSE', message)
    }
    if (this.#quarters?.mayBeHours && this.#crossing?.has(metric)) {
      const message =
        'analytiks returned hours instead of quarter-hours, and counted people in an hour that is half in one day and half in the next. It enables quarter-hours per account.'
      throw new UpstreamError('analytiks', 'UPSTREAM_INVALID_RESPONSE', message)
    }
    return (this.#series.get(metric) ?? this.#start(metric)).series(example)
  }

  #start(metric: TrafficMetric): MetricBuilder {
    return new MetricBuilder(metric, this.#settings, aggregationOf(metric, this.#settings.dwellTime))
  }
}

import type { TrafficMetric, TrafficSpan, TrafficStep } from '../records.ts'
import type { TrafficColumns, TrafficPoint, TrafficSeries } from '../series.ts'
import type { BucketLabels } from '../time/bucket-labels.ts'
import { stepMilliseconds } from '../time/lengths.ts'
import type { Aggregation } from './aggregation.ts'
import type { DenseBuckets } from './dense-buckets.ts'
import type { PeriodTotals } from './period-totals.ts'

/** What all series of hours or quarter-hours over one range share, across places. */
export interface Timeline {
  readonly span: TrafficSpan
  readonly step: TrafficStep
  readonly labels: BucketLabels
}

/** A series of hours or quarter-hours as upstream reported them. */
export class BucketSeries implements TrafficSeries {
  readonly metric: TrafficMetric
  readonly reported: boolean
  readonly #timeline: Timeline
  readonly #buckets: DenseBuckets | undefined
  readonly #aggregation: Aggregation
  readonly #mean: PeriodTotals | undefined
  readonly #example: number

  /**
   * `buckets` is undefined if none was reported. `mean` totals all buckets if the aggregation is a mean. `example` is the
   * start of any bucket of the same report: it aligns the columns of a series without buckets.
   */
  constructor(
    metric: TrafficMetric,
    timeline: Timeline,
    buckets: DenseBuckets | undefined,
    aggregation: Aggregation,
    {
      mean,
      example = 0,
    }: { readonly mean?: PeriodTotals | undefined; readonly example?: number | undefined },
  ) {
    this.metric = metric
    this.reported = buckets !== undefined
    this.#timeline = timeline
    this.#buckets = buckets
    this.#aggregation = aggregation
    this.#mean = mean
    this.#example = example
  }

  points(): readonly TrafficPoint[] {
    const points: TrafficPoint[] = []
    const { labels } = this.#timeline
    this.#buckets?.each((time, value, zoned) => {
      const { at, localAt } = labels.of(time, zoned)
      points.push({ at, localAt, value })
    })
    return points
  }

  columns(): TrafficColumns | null {
    const { span, step, labels } = this.#timeline
    if (span.form === 'local') return null
    const milliseconds = stepMilliseconds[step]
    // A series without buckets uses the same grid as the others.
    const offset = (this.#buckets?.oneStep ?? this.#example) % milliseconds
    const start = Math.ceil((span.start - offset) / milliseconds) * milliseconds + offset
    const length = Math.max(0, Math.ceil((span.end - start) / milliseconds))
    const dense = new Array<number | null>(length).fill(null)
    let isDense = true
    this.#buckets?.each((time, value, zoned) => {
      const index = (time - start) / milliseconds
      // A bucket between two steps would be lost or moved here; points() still returns it.
      isDense &&= zoned && Number.isInteger(index)
      if (isDense) dense[index] = value
    })
    if (!isDense) return null
    return {
      start: new Date(start).toISOString(),
      stepSeconds: milliseconds / 1000,
      values: dense,
      starts: () => labels.starts(start, milliseconds, length),
      localStarts: () => labels.localStarts(start, milliseconds, length),
    }
  }

  total(): number | null {
    if (this.#aggregation === 'mean') return this.#mean?.total() ?? null
    if (this.#aggregation === 'unknown') return null
    const isSum = this.#aggregation === 'sum'
    let total: number | null = null
    this.#buckets?.each((_time, value) => {
      if (total === null) total = value
      else total = isSum ? total + value : Math.max(total, value)
    })
    return total
  }

  peak(): TrafficPoint | null {
    let start: Parameters<BucketLabels['of']> | undefined
    let highest = -1
    this.#buckets?.each((time, value, zoned) => {
      if (value <= highest) return
      highest = value
      start = [time, zoned]
    })
    return start ? { ...this.#timeline.labels.of(...start), value: highest } : null
  }
}

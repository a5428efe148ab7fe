import { BadInput } from '../../../upstream/bad-input.ts'
import { UpstreamError } from '../../../upstream/error.ts'
import type { Buckets, TrafficMetric } from '../records.ts'
import type { TrafficSeries } from '../series.ts'
import { wholeOf } from '../time/calendar-periods.ts'
import { stepMilliseconds } from '../time/lengths.ts'
import type { Aggregation } from './aggregation.ts'
import { BucketSeries } from './bucket-series.ts'
import { DenseBuckets } from './dense-buckets.ts'
import { PeriodSeries } from './period-series.ts'
import { PeriodTotals } from './period-totals.ts'
import type { ReportSettings } from './report-settings.ts'

/** Collects one metric of one place, window by window: the buckets themselves, or their period totals. */
export class MetricBuilder {
  readonly #metric: TrafficMetric
  readonly #settings: ReportSettings
  readonly #aggregation: Aggregation
  #dense: DenseBuckets | undefined
  #totals: PeriodTotals | undefined

  constructor(metric: TrafficMetric, settings: ReportSettings, aggregation: Aggregation) {
    this.#metric = metric
    this.#settings = settings
    this.#aggregation = aggregation
  }

  /**
   * Adds the buckets of a window that starts at `start`; `visits` of the same window weigh a mean. Throws UpstreamError if a
   * bucket belongs to no calendar period.
   */
  add(start: number, buckets: Buckets, visits: Buckets | null | undefined): void {
    const { interval, span, periods } = this.#settings
    const isStepped = interval === 'hourly' || interval === '15min'
    if (isStepped) {
      this.#dense ??= new DenseBuckets(span, stepMilliseconds[interval])
      this.#dense.add(start, buckets)
    }
    const isFolded = isStepped ? this.#aggregation === 'mean' : this.#aggregation !== 'unknown'
    const folds = periods ?? (isStepped ? wholeOf(span) : null)
    if (!isFolded || !folds) return
    this.#totals ??= new PeriodTotals(folds, this.#aggregation)
    const weights = this.#aggregation === 'mean' ? weightsOf(buckets, visits) : []
    if (this.#totals.add(buckets, weights)) return
    const message =
      'analytiks returned UTC instead of local times: without a time zone they belong to no day.'
    throw new UpstreamError('analytiks', 'UPSTREAM_INVALID_RESPONSE', message)
  }

  /** `example` is the start of any bucket of the same report. Throws BadInput if the location's calendar is not known. */
  series(example?: number): TrafficSeries {
    const { interval, span, periods, labels } = this.#settings
    if (interval === 'hourly' || interval === '15min') {
      return new BucketSeries(
        this.#metric,
        { span, step: interval, labels },
        this.#dense,
        this.#aggregation,
        {
          mean: this.#totals,
          example,
        },
      )
    }
    if (periods) return new PeriodSeries(this.#metric, interval, periods, this.#totals)
    throw new BadInput(needsZone)
  }
}

export const needsZone =
  'Days, weeks and months of a range in UTC need a time zone: give the location one in the catalog, or ask a local range.'

/** The number of visits of each bucket; a bucket without a count of visits weighs 1. */
export function weightsOf({ times, zoned }: Buckets, visits: Buckets | null | undefined): number[] {
  if (visits?.zoned !== zoned) return []
  let index = 0
  return times.map(time => {
    while ((visits.times[index] ?? Infinity) < time) index++
    return visits.times[index] === time ? (visits.values[index] ?? 1) : 1
  })
}

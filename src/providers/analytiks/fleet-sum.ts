import { BadInput } from '../../upstream/bad-input.ts'
import { UpstreamError } from '../../upstream/error.ts'
import { TooManyCalls } from '../../upstream/source/admission.ts'
import { aggregationOf, type DwellTime } from './assembly/aggregation.ts'
import type { TrafficMetric } from './records.ts'
import type { PlaceReport, SumFailure, SummedTraffic, TrafficColumns, TrafficSeries } from './series.ts'

/** A place's reports of a range and of the range that it is compared with: for totals, and for buckets if they are requested. */
export interface SummedReports {
  readonly report: PlaceReport
  readonly against: PlaceReport | undefined
  readonly buckets: PlaceReport | undefined
  /** Equal where places have the same buckets. */
  readonly axisName: string
}

interface Sum {
  total: number | null
  against: number | null
  reportedBy: number
  againstReportedBy: number
  /** By the index of a label; a hole is a bucket that no place reported. */
  readonly values: number[]
}

/** What identifies a bucket across places: its instant, the local time of each place, or its local day. */
export type BucketNaming = 'instant' | 'clock' | 'day'

/** Adds up the traffic of places, one after the other. Metrics that do not add up stay null. */
export class FleetSum {
  readonly #dwellTime: DwellTime
  readonly #naming: BucketNaming
  readonly #sums: ReadonlyMap<TrafficMetric, Sum>
  readonly #indexes = new Map<string, number>()
  /** If a day has no midnight at some places, the earliest start. */
  readonly #labels: string[] = []
  readonly #axes = new Map<string, readonly number[]>()

  constructor(metrics: readonly TrafficMetric[], dwellTime: DwellTime, naming: BucketNaming) {
    this.#dwellTime = dwellTime
    this.#naming = naming
    this.#sums = new Map(
      metrics.map(metric => [
        metric,
        { total: null, against: null, reportedBy: 0, againstReportedBy: 0, values: [] },
      ]),
    )
  }

  /** Adds the whole report of a place, or nothing if one of its series throws. */
  add({ report, against, buckets, axisName }: SummedReports): void {
    const parts = [...this.#sums].map(([metric, sum]) => ({
      sum,
      series: report.series(metric),
      other: against?.series(metric),
      bucketed: buckets?.series(metric),
      isSummed: aggregationOf(metric, this.#dwellTime) === 'sum',
    }))
    for (const { sum, series, other, bucketed, isSummed } of parts) {
      if (series.reported) sum.reportedBy++
      if (other?.reported) sum.againstReportedBy++
      if (isSummed) {
        sum.total = plus(sum.total, series.total())
        sum.against = plus(sum.against, other?.total() ?? null)
      }
      if (bucketed) this.#addBuckets(bucketed, isSummed ? sum.values : [], axisName)
    }
  }

  #addBuckets(series: TrafficSeries, sums: number[], axisName: string): void {
    const columns = series.columns()
    if (columns) {
      const indexes = this.#axis(`${axisName} ${columns.start} ${columns.values.length}`, columns)
      addAll(sums, columns.values, indexes)
      return
    }
    for (const { at, localAt, value } of series.points()) {
      const label = this.#naming === 'instant' ? at : localAt
      if (label !== null) addAt(sums, this.#indexOf(label), value)
    }
  }

  /** What a sum reports about a place that failed. Throws errors that are about the whole request. */
  failureOf(error: Error): SumFailure {
    const { message } = error
    if (error instanceof UpstreamError) return { code: error.code, message, retryable: error.retryable }
    if (!(error instanceof BadInput) || error instanceof TooManyCalls) throw error
    return { code: 'BAD_USER_INPUT', message, retryable: false }
  }

  result(): SummedTraffic {
    const labels = [...this.#labels.entries()].sort(([, one], [, other]) => (one < other ? -1 : 1))
    return {
      labels: labels.map(([, label]) => label),
      metrics: [...this.#sums].map(([metric, { values, ...sum }]) => ({
        metric,
        aggregation: aggregationOf(metric, this.#dwellTime),
        ...sum,
        values: labels.map(([index]) => values[index] ?? null),
      })),
    }
  }

  /** The index of each bucket: computed once for all places with the same buckets. */
  #axis(name: string, columns: TrafficColumns): readonly number[] {
    return this.#axes.getOrInsertComputed(name, () => {
      const labels = (this.#naming === 'instant' ? columns.starts() : columns.localStarts()) ?? []
      return labels.map(label => this.#indexOf(label))
    })
  }

  #indexOf(label: string): number {
    const name = this.#naming === 'day' ? label.slice(0, 10) : label
    const index = this.#indexes.getOrInsertComputed(name, () => this.#labels.push(label) - 1)
    if (label < (this.#labels[index] ?? label)) this.#labels[index] = label
    return index
  }
}

/** Null is a bucket that was not reported. */
function plus(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : one + other
}

/** An hour that the clock repeats has two buckets with the same index. */
function addAll(sums: number[], values: readonly (number | null)[], indexes: readonly number[]): void {
  for (const [place, value] of values.entries()) {
    const index = indexes[place]
    if (value !== null && index !== undefined) addAt(sums, index, value)
  }
}

function addAt(sums: number[], index: number, value: number): void {
  sums[index] = (sums[index] ?? 0) + value
}

import { aggregationOf, type DwellTime } from '../assembly/aggregation.ts'
import { largestSmall, nothing } from '../assembly/dense-buckets.ts'
import { weightsOf } from '../assembly/metric-builder.ts'
import { offsetOf } from '../calls/foldable-traffic.ts'
import { lowerBound } from '../ordered-list.ts'
import { type Buckets, type LocationTraffic, locationMetrics, type TrafficMetric } from '../records.ts'
import type { MonthFrame } from './month-frame.ts'
import type { NumberedWindow } from './month-plan.ts'

/** The buckets of a series in a window, for a month. */
interface SeriesPart {
  readonly frame: MonthFrame
  readonly from: number
  readonly until: number
}

const weightsRow = locationMetrics.length
/** The approximate memory of a month besides its numbers. */
const ownBytes = 400

/**
 * One location's traffic in the slots of a month, from the windows that were folded into it so far. All requests share it, and it
 * only grows: each window counts once.
 */
export class TrafficMonth {
  #locationId = 0
  #referenceNumber: string | null = null
  readonly #dwellTime: DwellTime
  /** A row for each metric, and one for the weights of a mean. */
  #values: Int32Array | Float64Array
  readonly #slots: number
  /** By the number of a window: when upstream sent it, in milliseconds since 1970. */
  readonly #windows: (number | undefined)[] = []
  /** For quarter-hours: the bits of `offsetOf` in each slot. */
  readonly #offsets: Uint8Array | undefined
  #expired: TrafficMonth | undefined

  /** `expired` is the month that it replaces. */
  constructor({ kind, step, starts }: MonthFrame, dwellTime: DwellTime, expired?: TrafficMonth) {
    this.#expired = expired
    const isMean = kind === 'days' && dwellTime === 'mean'
    const rows = locationMetrics.length + (isMean ? 1 : 0)
    this.#dwellTime = kind === 'days' ? dwellTime : 'sum'
    this.#slots = starts.length
    const length = rows * starts.length
    this.#values = isMean ? new Float64Array(length).fill(nothing) : new Int32Array(length).fill(nothing)
    if (step === '15min') this.#offsets = new Uint8Array(starts.length)
  }

  /** Its size in memory. */
  get bytes(): number {
    const own = ownBytes + this.#values.byteLength + (this.#offsets?.byteLength ?? 0)
    return own + (this.#expired?.bytes ?? 0)
  }

  /** The month that it replaces, until it has all of its windows. */
  get expired(): TrafficMonth | undefined {
    return this.#expired
  }

  /** When upstream sent a window; undefined for a window that it does not have. */
  givenAt(window: number): number | undefined {
    return this.#windows[window]
  }

  /**
   * Adds the window's part of the month, unless it has it. The traffic has to be foldable. Upstream also returns the bucket at
   * the end of the window, which belongs to the next window.
   */
  fold(frame: MonthFrame, { span, window }: NumberedWindow, traffic: LocationTraffic, at: number): void {
    if (this.#windows[window] !== undefined) return
    this.#windows[window] = at
    if (this.#expired?.isWithin(this)) this.#expired = undefined
    this.#locationId = traffic.locationId
    this.#referenceNumber ??= traffic.referenceNumber
    const { buckets } = traffic
    for (const [row, metric] of locationMetrics.entries()) {
      const series = buckets[metric]
      if (!series || series.times.length === 0) continue
      const from = lowerBound(series.times, Math.max(frame.start, span.start))
      const until = lowerBound(series.times, Math.min(frame.end, span.end))
      if (from === until) continue
      const part = { frame, from, until }
      if (this.#offsets) this.#addOffsets(this.#offsets, part, series.times)
      const aggregation = aggregationOf(metric, this.#dwellTime)
      if (aggregation === 'mean') this.#addMean(row, part, series, weightsOf(series, buckets.visits))
      else if (aggregation !== 'unknown') this.#add(row, part, series, aggregation === 'maximum')
    }
  }

  /** Whether another month has all windows of this one. */
  isWithin(other: TrafficMonth): boolean {
    return this.#windows.every((at, window) => at === undefined || other.givenAt(window) !== undefined)
  }

  /** A range of slots as buckets of these metrics; `until` is exclusive. */
  traffic(
    frame: MonthFrame,
    from: number,
    until: number,
    metrics: readonly TrafficMetric[],
  ): LocationTraffic {
    const buckets: { [Metric in TrafficMetric]?: Buckets } = {}
    for (const [row, metric] of locationMetrics.entries()) {
      const isWeight = metric === 'visits' && frame.kind === 'hours'
      if (isWeight || metrics.includes(metric)) buckets[metric] = this.#series(frame, from, until, row)
    }
    return {
      locationId: this.#locationId,
      referenceNumber: this.#referenceNumber,
      buckets,
      pointsOfInterest: [],
    }
  }

  /** The bits of `offsetOf` of all buckets in these slots. */
  offsets(from: number, until: number): number {
    let offsets = 0
    for (let slot = from; slot < until; slot++) offsets |= this.#offsets?.[slot] ?? 0
    return offsets
  }

  #series({ starts }: MonthFrame, from: number, until: number, row: number): Buckets {
    const times: number[] = []
    const values: number[] = []
    const weights: number[] = []
    const isMean = aggregationOf(locationMetrics[row] ?? 'visits', this.#dwellTime) === 'mean'
    const first = row * this.#slots
    for (let slot = from; slot < until; slot++) {
      const value = this.#values[first + slot] ?? nothing
      if (value === nothing) continue
      times.push(starts[slot] ?? 0)
      values.push(value)
      if (isMean) weights.push(this.#values[weightsRow * this.#slots + slot] ?? 0)
    }
    return { times, values, zoned: true, ...(isMean && { weights }) }
  }

  #addOffsets(offsets: Uint8Array, { frame, from, until }: SeriesPart, times: readonly number[]): void {
    for (let index = from; index < until; index++) {
      const time = times[index] ?? 0
      const slot = frame.slotOf(time)
      offsets[slot] = (offsets[slot] ?? 0) | offsetOf(time)
    }
  }

  #add(
    row: number,
    { frame, from, until }: SeriesPart,
    { times, values }: Buckets,
    isMaximum: boolean,
  ): void {
    const first = row * this.#slots
    // Indexed on purpose: this loop runs once per bucket that upstream returns.
    for (let index = from; index < until; index++) {
      const slot = first + frame.slotOf(times[index] ?? 0)
      const value = values[index] ?? 0
      const before = this.#values[slot] ?? nothing
      const after = before === nothing ? value : isMaximum ? Math.max(before, value) : before + value
      if (after > largestSmall) this.#widen()
      this.#values[slot] = after
    }
  }

  #addMean(
    row: number,
    { frame, from, until }: SeriesPart,
    { times, values }: Buckets,
    weights: readonly number[],
  ): void {
    const [first, firstWeight] = [row * this.#slots, weightsRow * this.#slots]
    for (let index = from; index < until; index++) {
      const slot = frame.slotOf(times[index] ?? 0)
      const weight = weights[index] ?? 1
      const before = this.#values[first + slot] ?? nothing
      const weightBefore = this.#values[firstWeight + slot] ?? nothing
      this.#values[first + slot] = Math.max(0, before) + (values[index] ?? 0) * weight
      this.#values[firstWeight + slot] = Math.max(0, weightBefore) + weight
    }
  }

  #widen(): void {
    if (this.#values instanceof Int32Array) this.#values = Float64Array.from(this.#values)
  }
}

import { lowerBound } from '../ordered-list.ts'
import {
  type LocationTraffic,
  type MetricBuckets,
  pointOfInterestMetrics,
  type TrafficSpan,
} from '../records.ts'
import type { TrafficReport } from '../series.ts'
import { hour } from '../time/lengths.ts'
import type { TrafficQuestion } from '../traffic-question.ts'
import { PlaceBuilder } from './place-builder.ts'
import { QuarterCheck } from './quarter-check.ts'
import type { ReportSettings } from './report-settings.ts'

/**
 * Builds one location's report from its windows, which may arrive in any order. Stores only what was requested: for days,
 * weeks and months one or two numbers per period.
 */
export class ReportBuilder {
  readonly #question: TrafficQuestion
  readonly #settings: ReportSettings
  readonly #counted: TrafficSpan
  readonly #quarters: QuarterCheck | undefined
  readonly #location: PlaceBuilder
  readonly #pointsOfInterest: Map<string, PlaceBuilder> | undefined
  #locationId: number | null = null
  #referenceNumber: string | null = null
  /** The start of the first bucket in the range, if the range is in UTC. */
  #example = Infinity

  /** `settings` are those of the question. Buckets that start in `counted` count; it may differ from the range by parts of an hour. */
  constructor(question: TrafficQuestion, settings: ReportSettings, counted: TrafficSpan = question.span) {
    this.#question = question
    this.#settings = settings
    this.#counted = counted
    if (settings.edges.length > 0 || settings.interval === '15min') {
      this.#quarters = new QuarterCheck(settings.span, settings.edges, settings.clock)
    }
    if (question.withPointsOfInterest) this.#pointsOfInterest = new Map()
    this.#location = new PlaceBuilder(this.#settings, this.#quarters)
  }

  /**
   * Adds the traffic of a window, which has the range's form and may reach beyond it. Windows must not overlap: a bucket in
   * both would count twice. Throws UpstreamError if a bucket belongs to no calendar period.
   */
  add(
    window: TrafficSpan,
    { locationId, referenceNumber, buckets, pointsOfInterest }: LocationTraffic,
  ): void {
    const { metrics } = this.#question
    const { form, ...counted } = this.#counted
    const start = Math.max(window.start, counted.start)
    const part = { form, start, end: Math.min(window.end, counted.end) }
    this.#locationId = locationId
    this.#referenceNumber ??= referenceNumber
    if (part.end <= part.start) return
    this.#observe(part, buckets)
    this.#location.add(part, buckets, metrics)
    for (const { id, buckets } of pointsOfInterest) {
      this.#observe(part, buckets)
      if (!this.#pointsOfInterest) continue
      const place = this.#pointsOfInterest.getOrInsertComputed(
        id,
        () => new PlaceBuilder(this.#settings, this.#quarters),
      )
      place.add(part, buckets, pointOfInterestMetrics)
    }
  }

  /**
   * Adds a part of the range that was folded into whole hours or days: each bucket is one of them. `areQuarters`: its
   * quarter-hours were seen to be some.
   */
  addFolded(part: TrafficSpan, traffic: LocationTraffic, areQuarters: boolean): void {
    if (areQuarters) this.#quarters?.noteQuarters()
    this.#locationId = traffic.locationId
    this.#referenceNumber ??= traffic.referenceNumber
    this.#example = Math.min(this.#example, firstOf(part, traffic.buckets))
    this.#location.add(part, traffic.buckets, this.#question.metrics)
  }

  /**
   * The report of the windows so far. Its series throw BadInput if days were requested and the location's calendar is not
   * known, and UpstreamError if upstream returned hours that lie in two of its days.
   */
  report(): TrafficReport {
    const example = Number.isFinite(this.#example) ? this.#example : undefined
    const places = [...(this.#pointsOfInterest ?? [])].filter(([, { first }]) => Number.isFinite(first))
    // Compares full hours: days may be built from quarter-hours or from hours, and the order must be the same.
    const step = this.#settings.periods ? hour : 1
    const hourOf = ({ first }: PlaceBuilder) => Math.floor(first / step)
    places.sort(([id, one], [otherId, other]) => hourOf(one) - hourOf(other) || (id < otherId ? -1 : 1))
    return {
      locationId: this.#locationId,
      referenceNumber: this.#referenceNumber,
      series: metric => this.#location.series(metric, example),
      pointsOfInterest: places.map(([id, place]) => ({
        id,
        series: metric => place.series(metric, example),
      })),
    }
  }

  #observe(part: TrafficSpan, maps: MetricBuckets): void {
    this.#quarters?.observe(part, maps)
    if (part.form === 'utc') this.#example = Math.min(this.#example, firstOf(part, maps))
  }
}

/** The start of a place's first bucket within a part of the range in UTC; infinite without one. */
function firstOf({ start, end }: TrafficSpan, maps: MetricBuckets): number {
  let first = Number.POSITIVE_INFINITY
  for (const map of Object.values(maps)) {
    if (!map?.zoned) continue
    const { times } = map
    const time = (times[0] ?? end) >= start ? times[0] : times[lowerBound(times, start)]
    if (time !== undefined && time < Math.min(first, end)) first = time
  }
  return first
}

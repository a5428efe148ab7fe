import { lowerBound } from '../ordered-list.ts'
import {
  type LocationTraffic,
  type MetricBuckets,
  pointOfInterestMetrics,
  type TrafficSpan,
} from '../records.ts'
import type { TrafficReport } from '../series.ts'
import type { TrafficQuestion } from '../traffic-question.ts'
import { PlaceBuilder } from './place-builder.ts'
import { QuarterCheck } from './quarter-check.ts'
import type { ReportSettings } from './report-settings.ts'

const hour = 3_600_000

/**
 * One location's answer, put together from its windows, which may come in any order. No more is held than was asked: of
 * days, weeks and months a number each.
 */
export class ReportBuilder {
  readonly #question: TrafficQuestion
  readonly #settings: ReportSettings
  readonly #counted: TrafficSpan
  readonly #quarters: QuarterCheck | undefined
  readonly #location: PlaceBuilder
  readonly #zones: Map<string, PlaceBuilder> | undefined
  #locationId: number | null = null
  #referenceNumber: string | null = null
  /** The first instant of the range at which a bucket starts. */
  #example = Infinity

  /** `plan` is the question's; what starts in `counted` counts, which may differ from the range by parts of an hour. */
  constructor(question: TrafficQuestion, settings: ReportSettings, counted: TrafficSpan = question.span) {
    this.#question = question
    this.#settings = settings
    this.#counted = counted
    if (settings.edges.length > 0 || settings.interval === '15min') {
      this.#quarters = new QuarterCheck(settings.span, settings.edges, settings.clock)
    }
    if (question.withZones) this.#zones = new Map()
    this.#location = new PlaceBuilder(this.#settings, this.#quarters)
  }

  /**
   * Takes what was told of a window, which is of the range's form and may reach beyond it. Of windows that overlap, what
   * both tell counts twice. Throws UpstreamError for buckets that have no place in a calendar.
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
      if (!this.#zones) continue
      const zone = this.#zones.getOrInsertComputed(id, () => new PlaceBuilder(this.#settings, this.#quarters))
      zone.add(part, buckets, pointOfInterestMetrics)
    }
  }

  /**
   * What was told so far. Its series throw BadInput where days were asked and the location's calendar is not known, and
   * UpstreamError where hours were told that are in two of its days.
   */
  report(): TrafficReport {
    const example = Number.isFinite(this.#example) ? this.#example : undefined
    const zones = [...(this.#zones ?? [])].filter(([, { first }]) => Number.isFinite(first))
    // By the hour, since quarter-hours may stand for hours in days: the order is the same however those are made.
    const step = this.#settings.periods ? hour : 1
    const hourOf = ({ first }: PlaceBuilder) => Math.floor(first / step)
    zones.sort(([id, one], [otherId, other]) => hourOf(one) - hourOf(other) || (id < otherId ? -1 : 1))
    return {
      locationId: this.#locationId,
      referenceNumber: this.#referenceNumber,
      series: metric => this.#location.series(metric, example),
      pointsOfInterest: zones.map(([id, place]) => ({
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

/** Where the first of a place's buckets starts within a part of the range in UTC; infinite without one. */
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

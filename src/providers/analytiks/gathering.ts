import type { Plan } from './gathering-plan.ts'
import { PlaceGathering } from './place-gathering.ts'
import { QuarterCheck } from './quarter-check.ts'
import type { TrafficReport } from './series.ts'
import type { TrafficQuestion } from './traffic-question.ts'
import { type LocationTraffic, type MetricBuckets, pointOfInterestMetrics, type TrafficSpan } from './wire.ts'

/**
 * One location's answer, put together from its windows, which may come in any order. No more is held than was asked: of
 * days, weeks and months a number each.
 */
export class TrafficGathering {
  readonly #question: TrafficQuestion
  readonly #plan: Plan
  readonly #quarters: QuarterCheck | undefined
  readonly #location: PlaceGathering
  readonly #zones: Map<string, Zone> | undefined
  #locationId: number | null = null
  #referenceNumber: string | null = null
  /** The first instant at which a bucket starts. */
  #example = Infinity

  /** `plan` is the question's. */
  constructor(question: TrafficQuestion, plan: Plan) {
    this.#question = question
    this.#plan = plan
    if (plan.edges.length > 0) this.#quarters = new QuarterCheck(plan.edges)
    if (question.withZones) this.#zones = new Map()
    this.#location = new PlaceGathering(this.#plan, this.#quarters)
  }

  /**
   * Takes what was told of a window, which is of the range's form and may reach beyond it. Of windows that overlap, what
   * both tell counts twice. Throws UpstreamError for buckets that have no place in a calendar.
   */
  add(
    window: TrafficSpan,
    { locationId, referenceNumber, buckets, pointsOfInterest }: LocationTraffic,
  ): void {
    const { span, metrics } = this.#question
    const start = Math.max(window.start, span.start)
    const part = { form: span.form, start, end: Math.min(window.end, span.end) }
    this.#locationId = locationId
    this.#referenceNumber ??= referenceNumber
    if (part.end <= part.start) return
    this.#quarters?.note(buckets)
    for (const zone of pointsOfInterest) this.#quarters?.note(zone.buckets)
    this.#example = Math.min(this.#example, firstOf(buckets))
    this.#location.add(part, buckets, metrics)
    if (!this.#zones) return
    for (const [order, { id, buckets }] of pointsOfInterest.entries()) {
      const zone = this.#zones.getOrInsertComputed(id, () => new Zone(this.#plan, this.#quarters))
      zone.note(start, order)
      this.#example = Math.min(this.#example, firstOf(buckets))
      zone.place.add(part, buckets, pointOfInterestMetrics)
    }
  }

  /**
   * What was told so far. Its series throw BadInput where days were asked and the location's calendar is not known, and
   * UpstreamError where hours were told that are in two of its days.
   */
  report(): TrafficReport {
    const example = Number.isFinite(this.#example) ? this.#example : undefined
    const zones = [...(this.#zones ?? [])].filter(([, { place }]) => place.isThere)
    zones.sort(([, one], [, other]) => one.start - other.start || one.order - other.order)
    return {
      locationId: this.#locationId,
      referenceNumber: this.#referenceNumber,
      series: metric => this.#location.series(metric, example),
      pointsOfInterest: zones.map(([id, { place }]) => ({
        id,
        series: metric => place.series(metric, example),
      })),
    }
  }
}

/** A point of interest, with where it stands in the earliest window that tells of it. */
class Zone {
  readonly place: PlaceGathering
  start = Number.POSITIVE_INFINITY
  order = 0

  constructor(plan: Plan, quarters: QuarterCheck | undefined) {
    this.place = new PlaceGathering(plan, quarters)
  }

  note(start: number, order: number): void {
    if (start >= this.start) return
    this.start = start
    this.order = order
  }
}

function firstOf(maps: MetricBuckets): number {
  let first = Number.POSITIVE_INFINITY
  for (const map of Object.values(maps)) if (map?.zoned) first = Math.min(first, map.times[0] ?? first)
  return first
}

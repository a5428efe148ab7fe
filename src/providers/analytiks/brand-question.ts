import { BadInput } from '../../upstream/bad-input.ts'
import { needsZone } from './assembly/metric-builder.ts'
import type { TrafficSpan, TrafficStep } from './records.ts'
import { isCalendarInterval } from './time/calendar-periods.ts'
import { hour } from './time/lengths.ts'
import { stepOf, type TrafficQuestion } from './traffic-question.ts'

/** A traffic question about all locations of a brand, which may be in several time zones. */
export interface BrandQuestion extends Omit<TrafficQuestion, 'timeZone' | 'span'> {
  /** Distinguishes ranges of one request. */
  readonly rangeName: string
  /** The range for locations of a time zone, or null if it is not known. Throws BadInput if its clock skips the whole range. */
  readonly spanOf: (timeZone: string | null) => TrafficSpan
  readonly zoneOf: (locationId: number, referenceNumber: string | null) => string | null
  /** The time zones of the brand's locations in the catalog. */
  readonly timeZones: readonly string[]
}

/**
 * The question for one location of a brand. Throws BadInput as `spanOf` does, and for days of a range in UTC if the time
 * zone is not known.
 */
export function questionIn(question: BrandQuestion, timeZone: string | null): TrafficQuestion {
  const { interval, metrics, withPointsOfInterest } = question
  const span = question.spanOf(timeZone)
  if (timeZone === null && span.form === 'utc' && isCalendarInterval(interval)) throw new BadInput(needsZone)
  return { span, interval, metrics, withPointsOfInterest, timeZone }
}

/**
 * The range that covers all locations with a known time zone, in UTC: from the earliest start to the latest end. If no time
 * zone is known, the range of `spanOf(null)`.
 */
export function hullOf(question: BrandQuestion): TrafficSpan {
  const questions = knownQuestions(question)
  if (questions.length === 0) return question.spanOf(null)
  return {
    form: 'utc',
    start: Math.min(...questions.map(({ span }) => span.start)),
    end: Math.max(...questions.map(({ span }) => span.end)),
  }
}

/** The range to request. If days need quarter-hours it is widened to full hours, since other locations count hours. */
export function spanOfBrand(question: BrandQuestion): TrafficSpan {
  const { form, start, end } = hullOf(question)
  if (question.interval === '15min' || stepOfBrand(question) === 'hourly') return { form, start, end }
  return { form, start: Math.floor(start / hour) * hour, end: Math.ceil(end / hour) * hour }
}

/**
 * The buckets that count for a location if its brand is requested by `step`: if the location itself needs only hours, the
 * full hours that start in its range.
 */
export function countedOf(question: TrafficQuestion, step: TrafficStep): TrafficSpan {
  const { form, start, end } = question.span
  if (step === stepOf(question)) return question.span
  return { form, start: Math.ceil(start / hour) * hour, end: Math.ceil(end / hour) * hour }
}

/** Quarter-hours if one of the known time zones needs them. */
export function stepOfBrand(question: BrandQuestion): TrafficStep {
  if (question.interval === '15min') return question.interval
  return knownQuestions(question).some(one => stepOf(one) === '15min') ? '15min' : 'hourly'
}

/** One question per time zone, without zones whose clock skips the range. */
function knownQuestions(question: BrandQuestion): TrafficQuestion[] {
  return [...new Set(question.timeZones)].flatMap(timeZone => {
    try {
      return [questionIn(question, timeZone)]
    } catch (error) {
      if (error instanceof BadInput) return []
      throw error
    }
  })
}

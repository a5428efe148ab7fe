import { BadInput } from '../../upstream/bad-input.ts'
import { needsZone } from './assembly/metric-builder.ts'
import type { TrafficSpan, TrafficStep } from './records.ts'
import { isCalendarInterval } from './time/calendar-periods.ts'
import { stepOf, type TrafficQuestion } from './traffic-question.ts'

const hour = 3_600_000

/** What is asked of all locations of a brand, which are in several time zones. */
export interface BrandQuestion extends Omit<TrafficQuestion, 'timeZone' | 'span'> {
  /** The range of a location in a time zone, null where that is not known. Throws BadInput where its clock skips all of it. */
  readonly spanOf: (timeZone: string | null) => TrafficSpan
  readonly zoneOf: (locationId: number) => string | null
  /** The time zones that the catalog knows of the brand's locations. */
  readonly timeZones: readonly string[]
}

/**
 * What one location of a brand is asked. Throws BadInput as `spanOf` does, and for days of a range in UTC where no time zone is
 * known.
 */
export function questionIn(question: BrandQuestion, timeZone: string | null): TrafficQuestion {
  const { interval, metrics, withZones } = question
  const span = question.spanOf(timeZone)
  if (timeZone === null && span.form === 'utc' && isCalendarInterval(interval)) throw new BadInput(needsZone)
  return { span, interval, metrics, withZones, timeZone }
}

/**
 * The range of all locations whose time zones are known: in UTC from where the first of them begins to where the last
 * ends. In local form where no time zone is known.
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

/** Quarter-hours that stand for days are asked in whole hours, as some locations are told by the hour. */
export function spanOfBrand(question: BrandQuestion): TrafficSpan {
  const { form, start, end } = hullOf(question)
  if (question.interval === '15min' || stepOfBrand(question) === 'hourly') return { form, start, end }
  return { form, start: Math.floor(start / hour) * hour, end: Math.ceil(end / hour) * hour }
}

/**
 * What counts of a location where its brand was asked by a step: the hours that start in its range, where it would be asked
 * by the hour itself.
 */
export function countedOf(question: TrafficQuestion, step: TrafficStep): TrafficSpan {
  const { form, start, end } = question.span
  if (step === stepOf(question)) return question.span
  return { form, start: Math.ceil(start / hour) * hour, end: Math.ceil(end / hour) * hour }
}

/** By quarter-hours where one of the known time zones needs them. */
export function stepOfBrand(question: BrandQuestion): TrafficStep {
  if (question.interval === '15min') return question.interval
  return knownQuestions(question).some(one => stepOf(one) === '15min') ? '15min' : 'hourly'
}

/** One for each time zone, but for those whose clock skips the range. */
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

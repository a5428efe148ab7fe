import { BadInput } from '../src/upstream/bad-input.ts'
import { builder } from './builder.ts'

export const CalendarPeriod = builder.enumType('CalendarPeriod', {
  description:
    "Whole days of each place's own calendar. Weeks begin on Monday. A period that is running ends with today, which is not over yet.",
  values: {
    TODAY: { description: 'Today.' },
    YESTERDAY: { description: 'The day before today.' },
    THIS_WEEK: { description: 'From Monday to today.' },
    LAST_WEEK: { description: 'The seven days before the Monday of this week.' },
    THIS_MONTH: { description: 'From the first of the month to today.' },
    LAST_MONTH: { description: 'The month before this one.' },
    THIS_YEAR: { description: 'From the first of January to today.' },
    LAST_YEAR: { description: 'The year before this one.' },
  } as const,
})

type Period = typeof CalendarPeriod.$inferType

/** Whole days counted from today: one member at most. */
export interface RelativeDays {
  readonly last?: string | null | undefined
  readonly period?: Period | null | undefined
}

/** Whole days; `end` is not included. */
export interface LocalDates {
  readonly start: Temporal.PlainDate
  readonly end: Temporal.PlainDate
}

type Unit = 'days' | 'weeks' | 'months' | 'years'

const periods: Readonly<Record<Period, { readonly unit: Unit; readonly isRunning: boolean }>> = {
  TODAY: { unit: 'days', isRunning: true },
  YESTERDAY: { unit: 'days', isRunning: false },
  THIS_WEEK: { unit: 'weeks', isRunning: true },
  LAST_WEEK: { unit: 'weeks', isRunning: false },
  THIS_MONTH: { unit: 'months', isRunning: true },
  LAST_MONTH: { unit: 'months', isRunning: false },
  THIS_YEAR: { unit: 'years', isRunning: true },
  LAST_YEAR: { unit: 'years', isRunning: false },
}

/** Those days as of today, or those before them; undefined for neither member. Throws BadInput for an invalid length. */
export function datesOf(
  { last, period }: RelativeDays,
  today: Temporal.PlainDate,
  isBefore: boolean,
): LocalDates | undefined {
  if (last != null) return lastDates(readDuration(last), today, isBefore)
  return period == null ? undefined : datesOfPeriod(period, today, isBefore)
}

/** The most of those days at any place; undefined for neither member. */
export function longestDaysOf({ last, period }: RelativeDays): number | undefined {
  if (last != null) return longestDays(readDuration(last))
  return period == null ? undefined : { days: 1, weeks: 7, months: 31, years: 366 }[periods[period].unit]
}

/** The period one period ago, if the client asks for the one before. */
function datesOfPeriod(period: Period, today: Temporal.PlainDate, isBefore: boolean): LocalDates {
  const { unit, isRunning } = periods[period]
  const day = isBefore ? today.subtract({ [unit]: 1 }) : today
  const start = startOf(unit, day)
  return isRunning
    ? { start, end: day.add({ days: 1 }) }
    : { start: start.subtract({ [unit]: 1 }), end: start }
}

function startOf(unit: Unit, day: Temporal.PlainDate): Temporal.PlainDate {
  if (unit === 'weeks') return day.subtract({ days: day.dayOfWeek - 1 })
  if (unit === 'months') return day.with({ day: 1 })
  return unit === 'years' ? day.with({ month: 1, day: 1 }) : day
}

/** The days up to yesterday, or as many days, months or years before them. */
function lastDates(duration: Temporal.Duration, today: Temporal.PlainDate, isBefore: boolean): LocalDates {
  const start = today.subtract(duration)
  return isBefore ? { start: start.subtract(duration), end: start } : { start, end: today }
}

/** Between two local times, by the calendar: in months if it is whole months. */
export function calendarLength(from: Temporal.PlainDateTime, to: Temporal.PlainDateTime): Temporal.Duration {
  const isWhole = [from, to].every(time => time.equals(time.with({ day: 1 }).toPlainDate().toPlainDateTime()))
  return from.until(to, { largestUnit: isWhole ? 'months' : 'days' })
}

/** Throws BadInput for a text that is no length of at least a day in whole days, or one of more than ten years. */
function readDuration(text: string): Temporal.Duration {
  const [, years = 0, months = 0, weeks = 0, days = 0] = (pattern.exec(text) ?? []).map(part =>
    part === undefined ? 0 : Number(part),
  )
  if (!pattern.test(text) || years + months + weeks + days === 0) throw notDays(text)
  if (longestDays({ years, months, weeks, days }) > mostDays)
    throw new BadInput(`last: a range may span at most ten years, unlike "${text}".`)
  return Temporal.Duration.from({ years, months, weeks, days })
}

/** Whole numbers of years, months, weeks and days, without hours. */
const pattern = /^P(?=\d)(?:(\d{1,5})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,5})D)?$/

function notDays(text: string): BadInput {
  return new BadInput(
    `last is a length in whole days, weeks, months or years by ISO 8601, such as P7D, P4W, P1M or P1Y, not "${text}".`,
  )
}

/** Ten years: a longer range is a mistake that would cost thousands of calls. */
export const mostDays = 3660

/** The most days of any such length. */
function longestDays({
  years,
  months,
  weeks,
  days,
}: Pick<Temporal.Duration, 'years' | 'months' | 'weeks' | 'days'>): number {
  const whole = years + Math.floor(months / 12)
  return 366 * whole + 31 * (months % 12) + 7 * weeks + days
}

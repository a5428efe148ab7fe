import { change } from './address.js'
import { dayField, dayOf, daysBetween } from './day-field.js'
import { choice, labelled } from './elements.js'
import { laterDay, rangeText, startOfDay, today } from './local-time.js'

/** @type {readonly (readonly [string, string])[]} */
const periods = [
  ['P7D', 'Last 7 days'],
  ['P28D', 'Last 28 days'],
  ['LAST_WEEK', 'Last week'],
  ['THIS_MONTH', 'This month'],
  ['LAST_MONTH', 'Last month'],
  ['LAST_YEAR', 'Last year'],
  ['days', 'From – through'],
]

/** @type {readonly (readonly [string, string])[]} */
const intervals = [
  ['HOURLY', 'Hour'],
  ['DAILY', 'Day'],
  ['WEEKLY', 'Week'],
  ['MONTHLY', 'Month'],
]

/** @type {readonly (readonly [string, string])[]} */
const comparisons = [
  ['before', 'The period before'],
  ['days', 'Other days'],
]

/**
 * @typedef {{ period: string, from: string, through: string, interval: string, against: string, againstFrom: string,
 *   againstThrough: string }} Period `against`: with what it is compared
 */

/**
 * The period of the address; the last 7 days by default, compared with the period before.
 *
 * @param {URLSearchParams} parameters
 * @returns {Period}
 */
export function periodOf(parameters) {
  const day = (/** @type {string} */ name) => dayOf(parameters.get(name))
  const yesterday = laterDay(today('UTC'), -1)
  const chosen = {
    period: known(periods, parameters.get('period')) ?? 'P7D',
    from: day('from') ?? laterDay(yesterday, -6),
    through: day('through') ?? yesterday,
    interval: known(intervals, parameters.get('interval')) ?? 'DAILY',
    against: known(comparisons, parameters.get('against')) ?? 'before',
  }
  const { from, to } = daysOf(chosen, 'UTC')
  const againstThrough = day('againstThrough') ?? laterDay(from, -1)
  const againstFrom = day('againstFrom') ?? laterDay(againstThrough, 1 - daysBetween(from, to))
  return { ...chosen, againstFrom, againstThrough }
}

/**
 * The variables of a traffic question: this period, and the one that it is compared with.
 *
 * @param {Period} chosen
 */
export function rangesOf({ period, from, through, interval, against, againstFrom, againstThrough }) {
  const local = (/** @type {string} */ first, /** @type {string} */ last) => ({
    local: { start: first, end: laterDay(last, 1) },
  })
  const range =
    period === 'days' ? local(from, through) : period.startsWith('P') ? { last: period } : { period }
  const before = against === 'days' ? local(againstFrom, againstThrough) : { before: range }
  return { range, before, interval }
}

/**
 * The comparison in words, and a note if both periods differ in length.
 *
 * @param {Period} chosen
 */
export function comparedText(chosen) {
  const { against, againstFrom, againstThrough } = chosen
  if (against !== 'days') return { name: 'the same period before', note: '' }
  const name = rangeText({ localStart: againstFrom, localEnd: laterDay(againstThrough, 1) })
  const { from, to } = daysOf(chosen, 'UTC')
  const isAsLong = daysBetween(from, to) === daysBetween(againstFrom, laterDay(againstThrough, 1))
  const note = isAsLong ? '' : '. They are not equally long: numbers stand as they are, days in their order'
  return { name, note }
}

/**
 * The first day of a period and the first day after it, at a place whose time zone is known here.
 *
 * @param {Pick<Period, 'period' | 'from' | 'through'>} chosen
 * @param {string} timeZone
 */
export function daysOf({ period, from, through }, timeZone) {
  const now = today(timeZone)
  const month = `${now.slice(0, 8)}01`
  const monday = laterDay(now, -((new Date(now).getUTCDay() + 6) % 7))
  const year = Number(now.slice(0, 4))
  const lastMonth = `${laterDay(month, -1).slice(0, 8)}01`
  if (period === 'days') return { from, to: laterDay(through, 1) }
  if (period === 'LAST_WEEK') return { from: laterDay(monday, -7), to: monday }
  if (period === 'THIS_MONTH') return { from: month, to: laterDay(now, 1) }
  if (period === 'LAST_MONTH') return { from: lastMonth, to: month }
  if (period === 'LAST_YEAR') return { from: `${year - 1}-01-01`, to: `${year}-01-01` }
  return { from: laterDay(now, period === 'P28D' ? -28 : -7), to: now }
}

/**
 * One day between two instants.
 *
 * @param {string} day
 * @param {string} timeZone
 */
export function instantsOf(day, timeZone) {
  return { start: startOfDay(day, timeZone), end: startOfDay(laterDay(day, 1), timeZone) }
}

/** The heatmap of a store's floor that is shown by itself is of the last day of the period. */
const ofLastDay = { day: null, picture: null }

/**
 * The fields for a period and its comparison. Days have fields only if one of them is given in days.
 *
 * @param {Period} chosen
 */
export function periodFields({ period, from, through, interval, against, againstFrom, againstThrough }) {
  const days = { from, through }
  const others = { againstFrom, againstThrough }
  return [
    labelled(
      'Period',
      // With the days that are shown, so that the address shows the same tomorrow.
      choice('period', periods, period, value =>
        change({ period: value, ...(value === 'days' && days), ...ofLastDay }),
      ),
    ),
    period === 'days' && labelled('From', dayField('from', days, ofLastDay)),
    period === 'days' && labelled('Through', dayField('through', days, ofLastDay)),
    labelled(
      'By',
      choice('interval', intervals, interval, value => change({ interval: value })),
    ),
    labelled(
      'Compared with',
      choice('against', comparisons, against, value => change({ against: value })),
    ),
    against === 'days' && labelled('Compared from', dayField('againstFrom', others)),
    against === 'days' && labelled('Compared through', dayField('againstThrough', others)),
  ]
}

/**
 * @param {readonly (readonly [string, string])[]} options
 * @param {string | null} value
 */
function known(options, value) {
  return options.find(([option]) => option === value)?.[0]
}

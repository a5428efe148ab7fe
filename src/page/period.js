import { change } from './address.js'
import { choice, element, labelled } from './elements.js'
import { laterDay, startOfDay, today } from './local-time.js'

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

/** @typedef {{ period: string, from: string, through: string, interval: string }} Period */

/**
 * The period of the address; the last 7 days by default.
 *
 * @param {URLSearchParams} parameters
 * @returns {Period}
 */
export function periodOf(parameters) {
  const yesterday = laterDay(today('UTC'), -1)
  return {
    period: known(periods, parameters.get('period')) ?? 'P7D',
    from: dayOf(parameters.get('from')) ?? laterDay(yesterday, -6),
    through: dayOf(parameters.get('through')) ?? yesterday,
    interval: known(intervals, parameters.get('interval')) ?? 'DAILY',
  }
}

/**
 * The variables of a question of traffic: this period, and the same one before.
 *
 * @param {Period} chosen
 */
export function rangesOf({ period, from, through, interval }) {
  const local = { start: from, end: laterDay(through, 1) }
  const range = period === 'days' ? { local } : period.startsWith('P') ? { last: period } : { period }
  return { range, before: { before: range }, interval }
}

/**
 * The first day of a period and the first day after it, at a place whose time zone is known here.
 *
 * @param {Period} chosen
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

/**
 * Where a period is chosen. Days are only asked for when the period is one of days.
 *
 * @param {Period} chosen
 * @param {{ hasIntervals?: boolean, hasRelative?: boolean }} [options]
 */
export function periodFields({ period, from, through, interval }, { hasIntervals = true } = {}) {
  const day = (/** @type {string} */ name, /** @type {string} */ value) =>
    element('input', {
      id: name,
      type: 'date',
      required: true,
      value,
      change: event => dayOf(event.target.value) && change({ from, through, [name]: event.target.value }),
    })
  return [
    labelled(
      'Period',
      choice('period', periods, period, value => change({ period: value })),
    ),
    period === 'days' && labelled('From', day('from', from)),
    period === 'days' && labelled('Through', day('through', through)),
    hasIntervals &&
      labelled(
        'By',
        choice('interval', intervals, interval, value => change({ interval: value })),
      ),
  ]
}

/**
 * A day of the calendar that has days before and after it: of the years 1000 to 9998.
 *
 * @param {string | null} text
 */
export function dayOf(text) {
  if (!text || !/^[1-9]\d{3}-\d\d-\d\d$/.test(text) || text >= '9999') return undefined
  const at = Date.parse(text)
  // Some browsers take 31 February for a day of March.
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text) ? text : undefined
}

/**
 * @param {readonly (readonly [string, string])[]} options
 * @param {string | null} value
 */
function known(options, value) {
  return options.find(([option]) => option === value)?.[0]
}

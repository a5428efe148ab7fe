import { Cost } from './cost.js'
import { element } from './elements.js'
import { failures } from './failures.js'
import { ask } from './graph.js'
import { nothing, wholeNumber } from './numbers.js'
import { openingPattern, weekdays } from './opening-pattern.js'
import { panel, queryLink } from './panel.js'
import { rangesOf } from './period.js'

/** @import { Cell, Pattern } from './opening-pattern.js' */

/** The number of colours from the quietest hour to the busiest. */
const levels = 9

/**
 * When a store is busy: its visits by weekday and hour.
 *
 * @param {HTMLElement} root
 * @param {{ id: string, period: import('./period.js').Period }} store
 * @param {AbortSignal} signal
 */
export async function storeHours(root, { id, period }, signal) {
  const question = { name: 'StoreHours', variables: { id, range: rangesOf(period).range } }
  const cost = new Cost()
  const trouble = element('div')
  const shown = element('div', {}, element('p', { role: 'status' }, 'Asking …'))
  root.append(panel('Opening pattern', [queryLink(question)], trouble, shown, cost.line))
  try {
    const answer = await ask(question, signal)
    cost.add(answer)
    trouble.replaceChildren(failures(answer.errors) ?? '')
    const [series] = answer.data?.location?.traffic ?? []
    shown.replaceChildren(...patternOf(series, answer.errors.length > 0))
  } catch (error) {
    // If it aborted, another view is shown now.
    if (!signal.aborted) throw error
  }
}

/**
 * @param {any} series
 * @param {boolean} hasFailed
 */
function patternOf(series, hasFailed) {
  const quiet = (/** @type {string} */ text) => [element('p', { class: 'quiet' }, text)]
  if (!series?.columns?.localStarts)
    return quiet(hasFailed ? 'It is not known at the moment.' : 'It is not known for this store.')
  const { starts, localStarts, values } = series.columns
  // The current hour has counted only a part of its visits.
  const isOver = (/** @type {string} */ start) => Date.parse(start) + 3_600_000 <= Date.now()
  const count = starts.filter(isOver).length
  const pattern = openingPattern(localStarts.slice(0, count), values.slice(0, count))
  const { busiest } = pattern
  if (!busiest) return quiet('Nothing was reported.')
  const isPartial = pattern.cells.flat().some(isIncomplete)
  return [
    element(
      'p',
      {},
      `Busiest on ${weekdays[busiest.weekday]} from ${clock(busiest.hour)}: ${meanText(busiest.mean)} ${busiest.mean === 1 ? 'visit' : 'visits'} an hour.`,
    ),
    patternTable(pattern, busiest.mean),
    ...(isPartial ? quiet('* Not every such hour was reported; the mean is of those that were.') : []),
  ]
}

/**
 * Each cell has its number as text; its colour is only an addition.
 *
 * @param {Pattern} pattern
 * @param {number} most
 */
function patternTable({ hours, cells }, most) {
  const caption = 'Visits an hour by weekday, the mean, by the clock of the store'
  const head = weekdays.map(name => element('th', { scope: 'col', abbr: name }, name.slice(0, 3)))
  const cellOf = (/** @type {Cell} */ cell) =>
    element(
      'td',
      {
        class:
          cell.mean === null ? undefined : `level-${Math.floor((cell.mean / (most || 1)) * (levels - 1))}`,
      },
      cell.mean === null ? nothing : meanText(cell.mean),
      isIncomplete(cell) && '*',
    )
  const rows = hours.map((hour, index) =>
    element('tr', {}, element('th', { scope: 'row' }, clock(hour)), (cells[index] ?? []).map(cellOf)),
  )
  const table = element(
    'table',
    { class: 'pattern' },
    element('caption', {}, caption),
    element('thead', {}, element('tr', {}, element('th', { scope: 'col' }, 'From'), head)),
    element('tbody', {}, rows),
  )
  return element('div', { class: 'scroll whole', tabindex: 0, role: 'region', 'aria-label': caption }, table)
}

/** @param {Cell} cell */
function isIncomplete({ reported, occurred }) {
  return reported > 0 && reported < occurred
}

/** @param {number} hour */
function clock(hour) {
  return `${String(hour).padStart(2, '0')}:00`
}

/** @param {number} mean */
function meanText(mean) {
  return mean < 10 && !Number.isInteger(mean) ? mean.toFixed(1) : wholeNumber(mean)
}

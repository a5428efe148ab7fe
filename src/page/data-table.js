import { element } from './elements.js'

/** @import { Child } from './elements.js' */
/** @typedef {{ name: string, isNumber?: boolean, sort?: string }} Heading `sort` is what the address calls an order by it */

/**
 * A table with a caption for screen readers.
 *
 * @param {string} caption
 * @param {readonly Heading[]} headings
 * @param {readonly Child[][]} rows the first cell of each is its heading
 * @param {{ foot?: Child[], isCaptionSeen?: boolean }} [options]
 */
export function dataTable(caption, headings, rows, { foot, isCaptionSeen = false } = {}) {
  const table = element(
    'table',
    {},
    element('caption', { class: isCaptionSeen ? undefined : 'unseen' }, caption),
    element('thead', {}, headLine(headings)),
    element(
      'tbody',
      {},
      rows.map(cells => bodyLine(headings, cells)),
    ),
    foot && element('tfoot', {}, bodyLine(headings, foot)),
  )
  return scrolledTable(caption, table)
}

/**
 * @param {string} caption
 * @param {HTMLElement} table
 */
export function scrolledTable(caption, table) {
  return element('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption }, table)
}

/**
 * @param {readonly Heading[]} headings
 * @param {readonly Child[]} cells the first one is the heading of the line
 */
export function bodyLine(headings, cells) {
  return element(
    'tr',
    {},
    cells.map((cell, index) =>
      index === 0
        ? element('th', { scope: 'row' }, cell)
        : element('td', { class: kindOf(headings[index]) }, cell),
    ),
  )
}

/**
 * The line of headings. A heading with a `sort` orders the table when pressed: numbers from the highest, names from A.
 *
 * @param {readonly Heading[]} headings
 * @param {string} [order] begins with `-` from the highest to the lowest
 * @param {(order: string) => void} [sortBy]
 */
export function headLine(headings, order = '', sortBy = undefined) {
  const headOf = (/** @type {Heading} */ heading) => {
    const { name, sort, isNumber } = heading
    const direction = order === sort ? 'ascending' : order === `-${sort}` ? 'descending' : undefined
    if (!sort || !sortBy) return element('th', { scope: 'col', class: kindOf(heading) }, name)
    const isFalling = direction ? direction === 'ascending' : isNumber
    const next = isFalling ? `-${sort}` : sort
    const mark = direction === 'ascending' ? ' ↑' : direction === 'descending' ? ' ↓' : ''
    const button = element('button', { type: 'button', id: `sort-${sort}`, click: () => sortBy(next) }, name)
    button.append(element('span', { 'aria-hidden': 'true' }, mark))
    return element('th', { scope: 'col', class: kindOf(heading), 'aria-sort': direction }, button)
  }
  return element('tr', {}, headings.map(headOf))
}

/** @param {Heading | undefined} heading */
function kindOf(heading) {
  return heading?.isNumber ? 'number' : undefined
}

/**
 * A table that is made when somebody opens it, since it has a row for each point of a chart.
 *
 * @param {string} summary
 * @param {() => HTMLElement} make
 */
export function folded(summary, make) {
  const box = element('details', { class: 'folded' }, element('summary', {}, summary))
  const open = () => {
    if (box.hasAttribute('open') && box.childElementCount === 1) box.append(make())
  }
  box.addEventListener('toggle', open)
  return box
}

import { element } from './elements.js'

/** @import { Child } from './elements.js' */
/** @typedef {{ name: string, isNumber?: boolean, sort?: string }} Heading `sort` is what the address calls an order by it */

/**
 * A table with a caption that a screen reader tells.
 *
 * @param {string} caption
 * @param {readonly Heading[]} headings
 * @param {readonly Child[][]} rows the first cell of each is its heading
 * @param {{ foot?: Child[], order?: string, sortBy?: (order: string) => void, isCaptionSeen?: boolean }} [options] `order`
 * begins with `-` from the highest to the lowest
 */
export function dataTable(caption, headings, rows, { foot, order = '', sortBy, isCaptionSeen = false } = {}) {
  const kinds = headings.map(({ isNumber }) => (isNumber ? 'number' : undefined))
  const line = (/** @type {Child[]} */ cells) =>
    element(
      'tr',
      {},
      cells.map((cell, index) =>
        index === 0 ? element('th', { scope: 'row' }, cell) : element('td', { class: kinds[index] }, cell),
      ),
    )
  const table = element(
    'table',
    {},
    element('caption', { class: isCaptionSeen ? undefined : 'unseen' }, caption),
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        headings.map((heading, index) => headOf(heading, kinds[index])),
      ),
    ),
    element('tbody', {}, rows.map(line)),
    foot && element('tfoot', {}, line(foot)),
  )
  return element('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption }, table)

  /**
   * @param {Heading} heading
   * @param {string | undefined} kind
   */
  function headOf({ name, sort }, kind) {
    const direction = order === sort ? 'ascending' : order === `-${sort}` ? 'descending' : undefined
    if (!sort || !sortBy) return element('th', { scope: 'col', class: kind }, name)
    const next = direction === 'descending' ? sort : `-${sort}`
    const mark = direction === 'ascending' ? ' ↑' : direction === 'descending' ? ' ↓' : ''
    const button = element('button', { type: 'button', id: `sort-${sort}`, click: () => sortBy(next) }, name)
    button.append(element('span', { 'aria-hidden': 'true' }, mark))
    return element('th', { scope: 'col', class: kind, 'aria-sort': direction }, button)
  }
}

/**
 * A table that is only made when somebody opens it: it has a row for each point of a chart.
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

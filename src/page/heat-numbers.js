import { comparedDepths } from './compared-depths.js'
import { dataTable } from './data-table.js'
import { element } from './elements.js'
import { counted, percent, wholeNumber } from './numbers.js'

/**
 * The numbers beside the image.
 *
 * @param {import('./page-heat.js').Heat} heat
 * @param {any} node the heatmap, with `before` if it is compared
 */
export function heatNumbers(heat, node) {
  const grid = node?.heat
  if (!grid) return element('p', { class: 'quiet' }, 'Its numbers are not known at the moment.')
  const unit = String(grid.unit).toLowerCase().replace('_', ' ').replace(/s$/, '')
  const change = heat.isCompared ? grid.difference?.total : undefined
  const fold = grid.fold?.belowShare
  const words = [
    element('p', {}, element('strong', {}, [counted(grid.total, unit), differenceText(change)].join(''))),
    fold !== null &&
      fold !== undefined &&
      element('p', { class: 'quiet' }, `${percent(fold)} of it lies below the first screen.`),
  ]
  if (heat.type !== 'SCROLL_DEPTH') return element('div', {}, words, spots(heat, grid))
  return element('div', {}, words, heat.isCompared ? depthsBeforeAndAfter(node) : depths(grid))
}

/** @param {number | null | undefined} change */
function differenceText(change) {
  if (change === null || change === undefined) return ''
  if (change === 0) return ', no more and no fewer than before'
  return `, ${wholeNumber(Math.abs(change))} ${change > 0 ? 'more' : 'fewer'} than before`
}

/**
 * @param {import('./page-heat.js').Heat} heat
 * @param {any} grid
 */
function spots({ width, isCompared }, grid) {
  const { hotspots } = isCompared ? (grid.difference ?? {}) : grid
  const rows = (hotspots ?? []).map((/** @type {any} */ { x, y, value, share }) => [
    `${Math.round(x * width)} px from the left, ${wholeNumber(y)} px from the top`,
    isCompared ? signed(value) : wholeNumber(value),
    ...(isCompared ? [] : [percent(share)]),
  ])
  const headings = [
    { name: 'Where' },
    { name: isCompared ? 'More or less' : 'Count', isNumber: true },
    ...(isCompared ? [] : [{ name: 'Share', isNumber: true }]),
  ]
  const caption = isCompared ? 'Where it changed most' : 'The hottest places'
  return dataTable(caption, headings, rows, { isCaptionSeen: true })
}

/** @param {any} grid */
function depths({ scroll }) {
  const rows = (scroll ?? []).map((/** @type {any} */ { depth, reached, share }) => [
    `${wholeNumber(depth)} px`,
    wholeNumber(reached),
    percent(share),
  ])
  const headings = [
    { name: 'Depth' },
    { name: 'Reached by', isNumber: true },
    { name: 'Share', isNumber: true },
  ]
  return dataTable('How far visitors scrolled', headings, rows)
}

/**
 * In views and in shares, since more views may be a smaller share.
 *
 * @param {any} node
 */
function depthsBeforeAndAfter({ heat, before: earlier }) {
  const rows = comparedDepths(heat.scroll, earlier?.scroll).map(({ depth, now, before }) => [
    `${wholeNumber(depth)} px`,
    wholeNumber(now.reached),
    wholeNumber(before.reached),
    percent(now.share),
    percent(before.share),
  ])
  const numbers = ['Views', 'Views before', 'Share', 'Share before']
  const headings = [{ name: 'Depth' }, ...numbers.map(name => ({ name, isNumber: true }))]
  const caption =
    'Views that reached each depth, which the first picture compares, and their share of all views'
  return element('div', { class: 'depths' }, dataTable(caption, headings, rows, { isCaptionSeen: true }))
}

/** @param {number | null | undefined} value */
function signed(value) {
  const text = wholeNumber(value)
  return typeof value === 'number' && value > 0 ? `+${text}` : text
}

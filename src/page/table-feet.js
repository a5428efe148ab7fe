import { changeOf, changeText, wholeNumber } from './numbers.js'

/** @typedef {{ visits: number | null, before: number | null }} Sums */

/** The most pages of a website that Zenovay lists. */
const mostPages = 100

/**
 * The foot of a table of stores: how many of all are shown, and how many the sums include if not each.
 *
 * @param {readonly Sums[]} rows
 * @param {number} total
 * @param {string} [range] which days they are of
 */
export function storesFoot(rows, total, range = '') {
  const known = (/** @type {'visits' | 'before'} */ key) => rows.flatMap(row => row[key] ?? [])
  const sum = (/** @type {readonly number[]} */ values) =>
    values.length > 0 ? values.reduce((all, value) => all + value, 0) : null
  const lacking = (/** @type {string} */ name, /** @type {readonly number[]} */ values) =>
    values.length < rows.length ? [`${name} of ${wholeNumber(values.length)}`] : []
  const [visits, before] = [known('visits'), known('before')]
  const both = rows.filter(row => row.visits !== null && row.before !== null)
  const [now, earlier] = [both.map(row => row.visits ?? 0), both.map(row => row.before ?? 0)]
  return [
    [shownOf(rows.length, total), ...lacking('visits', visits), ...lacking('before', before)].join(', '),
    wholeNumber(sum(visits)),
    wholeNumber(sum(before)),
    changeText(changeOf(sum(now), sum(earlier))),
    range,
  ]
}

/**
 * The foot of a table of pages, with notes about missing pages.
 *
 * @param {{ nodes: readonly unknown[], totalCount: number, leftOut: number, totalInteractions: number | null }} views
 */
export function pagesFoot({ nodes, totalCount, leftOut, totalInteractions }) {
  const first = `The first ${shownOf(nodes.length, totalCount)}`
  const notes = [
    totalCount + leftOut >= mostPages && `Zenovay lists its ${mostPages} most visited pages and no others.`,
    leftOut > 0 && `${leftOut} of what Zenovay lists is no page of this website, and left out.`,
  ]
  return {
    foot: [
      nodes.length < totalCount ? first : shownOf(nodes.length, totalCount),
      wholeNumber(totalInteractions),
      '',
      '',
    ],
    notes: notes.flatMap(note => note || []),
  }
}

/**
 * @param {number} shown
 * @param {number} total
 */
function shownOf(shown, total) {
  return shown < total ? `${wholeNumber(shown)} of ${wholeNumber(total)}` : `All ${wholeNumber(shown)}`
}

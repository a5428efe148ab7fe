import { addressOf, note, sharedParameters } from './address.js'
import { bodyLine, headLine, scrolledTable } from './data-table.js'
import { element } from './elements.js'
import { exchange } from './focus.js'
import { sparkline } from './line-chart.js'
import { rangeText } from './local-time.js'
import { changeOf, changeText, nothing, wholeNumber } from './numbers.js'
import { rangeKey, rangesOfStores } from './store-ranges.js'
import { storesFoot } from './table-feet.js'

/**
 * @import { Bucket } from './paired-buckets.js'
 * @typedef {{ id: string, name: string, visits: number | null, before: number | null, buckets: Bucket[], range: any }} Row
 */

const headings = [
  { name: 'Store', sort: 'name' },
  { name: 'Visits', sort: 'visits', isNumber: true },
  { name: 'Before', sort: 'before', isNumber: true },
  { name: 'Change', sort: 'change', isNumber: true },
  { name: 'Trend' },
]

const names = new Intl.Collator('en', { numeric: true })

/** A table of stores that grows as they arrive without moving the visible rows, and is sorted without a new question. */
export class StoresTable {
  #order
  #compared
  #parameters
  /** @type {Map<Row, { line: HTMLElement, days: HTMLElement }>} */
  #lines = new Map()
  #head = element('thead')
  #body = element('tbody')
  #foot = element('tfoot')
  /** The table with its box. */
  box

  /**
   * @param {URLSearchParams} parameters
   * @param {string} compared with what each store is compared, in words
   */
  constructor(parameters, compared) {
    this.#order = parameters.get('sort') ?? ''
    this.#compared = compared
    this.#parameters = parameters
    const caption = `Visits of each store, and of ${compared}`
    this.box = scrolledTable(
      caption,
      element(
        'table',
        {},
        element('caption', { class: 'unseen' }, caption),
        this.#head,
        this.#body,
        this.#foot,
      ),
    )
    this.#drawHead()
  }

  /**
   * Returns the days of all its stores in words.
   *
   * @param {readonly Row[]} rows
   * @param {number} total of all stores
   */
  add(rows, total) {
    for (const row of rows) this.#lines.set(row, this.#lineOf(row))
    this.#place()
    const all = [...this.#lines.keys()]
    const ranges = rangesOfStores(all)
    for (const [row, { days }] of this.#lines) {
      const isOther = !ranges.isOne && ![ranges.most, ''].includes(rangeKey(row))
      if (isOther !== (days.textContent !== '')) days.textContent = isOther ? ` ${rangeText(row.range)}` : ''
    }
    this.#foot.replaceChildren(bodyLine(headings, storesFoot(all, total, ranges.all)))
    return ranges.all
  }

  /** @param {string} order */
  #sort(order) {
    this.#order = order
    note({ sort: order }, { isStep: true, isShown: true })
    this.#drawHead()
    this.#place()
  }

  #drawHead() {
    exchange(
      this.#head,
      headLine(headings, this.#order, order => this.#sort(order)),
    )
  }

  /** Moves only rows that are not in their place: the others keep the focus. */
  #place() {
    let next = this.#body.firstElementChild
    for (const row of ordered([...this.#lines.keys()], this.#order)) {
      const { line } = this.#lines.get(row) ?? {}
      if (!line) continue
      if (line === next) next = next.nextElementSibling
      else this.#body.insertBefore(line, next)
    }
  }

  /** @param {Row} row */
  #lineOf({ id, name, visits, before, buckets }) {
    const address = addressOf('store', { id, ...sharedParameters(this.#parameters) })
    const days = element('span', { class: 'quiet' })
    const line = bodyLine(headings, [
      element('span', {}, element('a', { href: address }, name), days),
      wholeNumber(visits),
      wholeNumber(before),
      changeText(changeOf(visits, before)),
      buckets.length > 0 ? sparkline(buckets, trendText(name, buckets, this.#compared)) : nothing,
    ])
    return { line, days }
  }
}

/**
 * By one column; rows without a number last.
 *
 * @param {readonly Row[]} rows
 * @param {string} order
 */
function ordered(rows, order) {
  const by = order.replace(/^-/, '')
  const sign = order.startsWith('-') ? -1 : 1
  if (by === 'name') return rows.toSorted((one, other) => sign * names.compare(one.name, other.name))
  const numberOf = (/** @type {Row} */ row) =>
    by === 'change'
      ? changeOf(row.visits, row.before)
      : by === 'before'
        ? row.before
        : by === 'visits'
          ? row.visits
          : 0
  return rows.toSorted((one, other) => {
    const [a, b] = [numberOf(one), numberOf(other)]
    if (a === null || a === undefined || b === null || b === undefined)
      return Number(a === null || a === undefined) - Number(b === null || b === undefined)
    return sign * (a - b)
  })
}

/**
 * @param {string} name
 * @param {readonly Bucket[]} buckets
 * @param {string} compared
 */
function trendText(name, buckets, compared) {
  const values = buckets.flatMap(({ value }) => value ?? [])
  const low = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY)
  const high = values.reduce((most, value) => Math.max(most, value), 0)
  if (values.length === 0) return `Visits of ${name}: nothing reported`
  return `Visits of ${name}: between ${wholeNumber(low)} and ${wholeNumber(high)}; ${compared} is dashed`
}

import { rangeText, wallClock } from './local-time.js'
import { counted } from './numbers.js'

/** @typedef {{ range: { localStart: string | null, localEnd: string | null } | null | undefined }} OfRange */

/**
 * The days of a table of stores. The days of a relative period depend on the store: where it is tomorrow already, a week has
 * ended a day later. `most` are those of most stores, and `all` also names the others.
 *
 * @param {readonly OfRange[]} stores
 */
export function rangesOfStores(stores) {
  const [most, ...others] = [...Map.groupBy(stores, rangeKey)]
    .filter(([key]) => key)
    .map(([key, alike]) => ({ key, count: alike.length, text: rangeText(alike[0]?.range) }))
    .toSorted((one, other) => other.count - one.count)
  const ofOthers = others.map(({ count, text }) => `; of ${counted(count, 'store')} ${text}`)
  return { most: most?.key ?? '', all: (most?.text ?? '') + ofOthers.join(''), isOne: others.length === 0 }
}

/**
 * Equal for equal days, even if one has no midnight; empty if they are not known.
 *
 * @param {OfRange} store
 */
export function rangeKey({ range }) {
  if (!range?.localStart || !range.localEnd) return ''
  return `${range.localStart.slice(0, 10)} ${range.localEnd.slice(0, 10)}`
}

/**
 * The days that an export has of each store: the first ones, if they differ.
 *
 * @param {readonly OfRange[]} stores
 */
export function exportedRange(stores) {
  const ranges = stores.flatMap(({ range }) => (range?.localStart && range.localEnd ? [range] : []))
  return ranges.toSorted(
    (one, other) => wallClock(one.localStart ?? '') - wallClock(other.localStart ?? ''),
  )[0]
}

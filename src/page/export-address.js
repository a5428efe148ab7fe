import { exportedRange } from './store-ranges.js'

/** @import { OfRange } from './store-ranges.js' */

/** The most stores that fit into an address. */
export const mostNamed = 150

/**
 * The address of the CSV of the same days; undefined while no day is known. Exports have whole days, by each store's own
 * calendar.
 *
 * @param {{ interval: string }} period
 * @param {readonly (OfRange & { id: string })[]} stores
 * @param {boolean} areSome only these, and not the whole catalog
 * @param {{ metrics?: readonly string[], hasFailed?: boolean }} [options] `hasFailed`: whether some of it is known to be missing
 */
export function exportAddress(
  { interval },
  stores,
  areSome,
  { metrics = ['VISITS'], hasFailed = false } = {},
) {
  const first = exportedRange(stores)
  if (!first?.localStart || !first.localEnd || (areSome && stores.length > mostNamed)) return undefined
  const named = areSome ? stores.map(({ id }) => ['location', id.replace(/^Location:/, '')]) : []
  const days = [
    ['from', first.localStart.slice(0, 10)],
    ['to', first.localEnd.slice(0, 10)],
    ['interval', interval],
    ['metrics', metrics.join(',')],
    // Otherwise nobody could export the rest.
    ...(hasFailed ? [['errors', 'rows']] : []),
  ]
  return `/export/traffic.csv?${new URLSearchParams([...named, ...days])}`
}

/**
 * What is shown, as the part of the address behind `#`, which is sent to nobody: `#/store?id=…&period=P7D`.
 *
 * @typedef {{ view: string, parameters: URLSearchParams }} Place
 */

/** @returns {Place} */
export function currentPlace() {
  const [, view = '', query = ''] = /^#\/([a-z]+)(?:\?(.*))?$/s.exec(location.hash) ?? []
  return { view, parameters: new URLSearchParams(query) }
}

/**
 * @param {string} view
 * @param {URLSearchParams | Record<string, string | null | undefined>} parameters those without a value are left out
 */
export function addressOf(view, parameters) {
  const pairs = parameters instanceof URLSearchParams ? [...parameters] : Object.entries(parameters)
  const query = new URLSearchParams(pairs.flatMap(([key, value]) => (value ? [[key, value]] : [])))
  return query.size > 0 ? `#/${view}?${query}` : `#/${view}`
}

let isLeaving = false

/**
 * Empties an element of what another address showed. Its fields lose the focus by that, and must not change the address for it.
 *
 * @param {Element} holder
 */
export function leave(holder) {
  isLeaving = true
  holder.replaceChildren()
  isLeaving = false
}

/**
 * Shows the same view with other parameters.
 *
 * @param {Record<string, string | null | undefined>} changes
 */
export function change(changes) {
  if (!isLeaving) location.hash = changedAddress(changes)
}

/**
 * Notes in the address what a part of the view shows by now; the view is not shown anew for it.
 *
 * @param {Record<string, string | null | undefined>} changes
 * @param {{ isStep?: boolean, isShown?: boolean }} [options] `isStep`: the way back does not lead over it; `isShown`: nothing
 * more is loaded for it
 */
export function note(changes, { isStep = false, isShown = false } = {}) {
  if (isLeaving) return
  const hash = changedAddress(changes)
  const wasShown = document.getElementById('main')?.dataset.shown === location.hash
  if (isStep) history.replaceState(null, '', hash)
  else history.pushState(null, '', hash)
  if (isShown && wasShown) tellShown()
}

/** @param {Record<string, string | null | undefined>} changes */
function changedAddress(changes) {
  const { view, parameters } = currentPlace()
  return addressOf(view || 'stores', { ...Object.fromEntries(parameters), ...changes })
}

/** Says that what the address holds is shown whole, for who waits for it or measures it. */
export function tellShown() {
  performance.mark('shown')
  const main = document.getElementById('main')
  if (main) main.dataset.shown = location.hash
}

/**
 * Those parameters that other views share: the period and the length of buckets.
 *
 * @param {URLSearchParams} parameters
 */
export function sharedParameters(parameters) {
  const names = ['period', 'from', 'through', 'interval', 'against', 'againstFrom', 'againstThrough']
  return Object.fromEntries(names.map(name => [name, parameters.get(name)]))
}

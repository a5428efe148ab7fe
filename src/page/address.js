/**
 * The view that is shown, as the part of the address behind `#`, which is never sent: `#/store?id=…&period=P7D`.
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
 * Empties an element that showed another address. Its fields lose the focus, which must not change the address.
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
 * Records a state of the view in the address without drawing the view again.
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
  if (isShown && wasShown) markShown()
}

/** @param {Record<string, string | null | undefined>} changes */
function changedAddress(changes) {
  const { view, parameters } = currentPlace()
  return addressOf(view || 'stores', { ...Object.fromEntries(parameters), ...changes })
}

/** Marks the state of the address as completely shown, for tests and measurements that wait for it. */
export function markShown() {
  performance.mark('shown')
  const main = document.getElementById('main')
  if (main) main.dataset.shown = location.hash
}

/**
 * The parameters that views share: the period and the length of buckets.
 *
 * @param {URLSearchParams} parameters
 */
export function sharedParameters(parameters) {
  const names = ['period', 'from', 'through', 'interval', 'against', 'againstFrom', 'againstThrough']
  return Object.fromEntries(names.map(name => [name, parameters.get(name)]))
}

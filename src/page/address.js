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

/**
 * Shows the same view with other parameters.
 *
 * @param {Record<string, string | null | undefined>} changes
 */
export function change(changes) {
  const { view, parameters } = currentPlace()
  location.hash = addressOf(view || 'stores', { ...Object.fromEntries(parameters), ...changes })
}

/**
 * Those parameters that other views share: the period and the length of buckets.
 *
 * @param {URLSearchParams} parameters
 */
export function sharedParameters(parameters) {
  const names = ['period', 'from', 'through', 'interval']
  return Object.fromEntries(names.map(name => [name, parameters.get(name)]))
}

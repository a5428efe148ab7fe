import { age, counted } from './numbers.js'

/** @import { Answer } from './graph.js' */

/** Adds up the costs of several answers. */
export class CostSum {
  /** @type {Map<string, number>} */
  #calls = new Map()
  #cached = 0
  /** @type {number | undefined} */
  #oldest
  /** @type {Set<string>} */
  #stale = new Set()
  /** @type {Set<string>} */
  #refused = new Set()
  /** @type {Set<string>} */
  #madeUp = new Set()

  /** @param {Answer} answer */
  add({ errors, extensions: { upstream = {}, freshness = {}, sandbox = [] } }) {
    for (const [vendor, { made, cached }] of Object.entries(upstream)) {
      this.#calls.set(vendor, (this.#calls.get(vendor) ?? 0) + made)
      this.#cached += cached
    }
    for (const [vendor, { ageSeconds, stale }] of Object.entries(freshness)) {
      this.#oldest = Math.max(this.#oldest ?? 0, ageSeconds)
      if (stale) this.#stale.add(vendor)
    }
    for (const { extensions } of errors) if (extensions?.provider) this.#refused.add(extensions.provider)
    for (const vendor of sandbox) this.#madeUp.add(vendor)
  }

  get text() {
    const made = [...this.#calls].filter(([, count]) => count > 0)
    const total = made.reduce((sum, [, count]) => sum + count, 0)
    const byVendor = made.map(([vendor, count]) => `${vendor} ${count}`).join(', ')
    const parts = [
      `${counted(total, 'call')}${byVendor && ` (${byVendor})`}`,
      `${this.#cached} from the cache`,
      ...(this.#oldest === undefined ? [] : [`oldest data ${age(this.#oldest)}`]),
      ...named('stale', this.#stale),
      ...named('refused', this.#refused),
      ...named('made up by the sandbox', this.#madeUp),
    ]
    return parts.join(' · ')
  }
}

/**
 * @param {string} what
 * @param {ReadonlySet<string>} vendors
 */
function named(what, vendors) {
  return vendors.size > 0 ? [`${what}: ${[...vendors].sort().join(', ')}`] : []
}

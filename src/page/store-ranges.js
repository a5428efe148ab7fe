import { rangeText } from './local-time.js'

/** @typedef {{ range: { localStart: string | null, localEnd: string | null } | null | undefined }} OfRange */

/**
 * Which days a table of stores is of. Those of a relative period are each store's own: where it is already tomorrow, a week has
 * ended a day later. `most` are those of most stores, and `all` names the others as well.
 *
 * @param {readonly OfRange[]} stores
 */
export function rangesOfStores(stores) {
  const counted = [...Map.groupBy(stores, rangeKey)]
    .filter(([key]) => key)
    .toSorted(([, one], [, other]) => other.length - one.length)
  const [most, ...others] = counted.map(([key, [store]]) => ({ key, text: rangeText(store?.range) }))
  const ofOthers = others.map(({ text }, index) => {
    const count = counted[index + 1]?.[1].length ?? 0
    return `; of ${count} store${count === 1 ? '' : 's'} ${text}`
  })
  return { most: most?.key ?? '', all: (most?.text ?? '') + ofOthers.join(''), isOne: others.length === 0 }
}

/**
 * Equal for equal days; empty where they are not known.
 *
 * @param {OfRange} store
 */
export function rangeKey({ range }) {
  return range?.localStart && range.localEnd ? `${range.localStart} ${range.localEnd}` : ''
}

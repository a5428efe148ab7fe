/**
 * @typedef {{ depth: number, reached: number, share: number | null }} Depth how many views saw a row of the page, of all
 * @typedef {{ reached: number | null, share: number | null }} Reach null where nothing is known
 */

/**
 * Two periods side by side. Each list ends with the deepest row that a view of its period reached.
 *
 * @param {readonly Depth[] | null | undefined} now
 * @param {readonly Depth[] | null | undefined} before
 * @returns {{ depth: number, now: Reach, before: Reach }[]}
 */
export function comparedDepths(now, before) {
  const depths = [...(now ?? []), ...(before ?? [])].map(({ depth }) => depth)
  const at = (/** @type {readonly Depth[] | null | undefined} */ list, /** @type {number} */ depth) => {
    const row = list?.find(row => row.depth === depth)
    return row ?? { reached: list ? 0 : null, share: list?.length ? 0 : null }
  }
  return [...new Set(depths)]
    .sort((one, other) => one - other)
    .map(depth => ({ depth, now: at(now, depth), before: at(before, depth) }))
}

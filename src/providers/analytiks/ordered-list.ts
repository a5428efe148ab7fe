/** The number of members below a value, in an ascending list. */
export function lowerBound(ordered: readonly number[], value: number): number {
  let low = 0
  let high = ordered.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ordered[middle] ?? Infinity) < value) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * The positions of the lines behind a chart. The middle one is left out if its text would not be exact.
 *
 * @param {readonly number[]} numbers
 * @param {(value: number) => number} stepOf the least difference that the text of a number shows
 * @param {(value: number) => number} [unitOf] in what the highest is told
 */
export function scaleOf(numbers, stepOf, unitOf = () => 1) {
  const [, highest] = bounds(numbers)
  const unit = unitOf(highest)
  const top = niceTop(highest / unit) * unit
  const steps = top / 2 / stepOf(top / 2)
  // Binary numbers do not hold shares exactly.
  const isExact = Math.abs(steps - Math.round(steps)) < 1e-6
  return { top, lines: isExact ? [0, top / 2, top] : [0, top] }
}

/**
 * The lowest and the highest number. Takes longer lists than `Math.min`.
 *
 * @param {readonly number[]} numbers
 * @returns {[number, number]}
 */
export function bounds(numbers) {
  return numbers.reduce(
    ([low, high], number) => [Math.min(low, number), Math.max(high, number)],
    [Number.POSITIVE_INFINITY, 0],
  )
}

/**
 * A round number above all values.
 *
 * @param {number} highest
 */
function niceTop(highest) {
  if (!(highest > 0)) return 1
  const power = 10 ** Math.floor(Math.log10(highest))
  // From 1 to 10 whole ones only: 1.2 hours are not round.
  const steps = power === 1 ? [1, 2, 3, 4, 5, 6, 8, 10] : [1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10]
  return (steps.find(step => step * power >= highest) ?? 10) * power
}

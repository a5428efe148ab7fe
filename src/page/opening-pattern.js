import { wallClock } from './local-time.js'

/**
 * @typedef {{ mean: number | null, reported: number, occurred: number }} Cell `occurred`: how often this hour of this weekday was in
 * the range; `mean`: of those that were `reported`, null without one
 * @typedef {{ hours: number[], cells: Cell[][], busiest: { weekday: number, hour: number, mean: number } | undefined }} Pattern
 * `hours`: from the first to the last with a report; `cells`: for each of them a cell a weekday, Monday first
 */

/** Monday first, as in the cells. */
export const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

/**
 * The mean of each hour of each weekday by the clock of the place. An hour that the clock repeats counts twice, and one that it
 * skips not at all, so that ranges need not be whole weeks. An hour without a report is not 0.
 *
 * @param {readonly string[]} localStarts
 * @param {readonly (number | null)[]} values
 * @returns {Pattern}
 */
export function openingPattern(localStarts, values) {
  const sums = Array.from({ length: 24 }, () => weekdays.map(() => ({ sum: 0, reported: 0, occurred: 0 })))
  localStarts.forEach((start, index) => {
    const weekday = (new Date(wallClock(start)).getUTCDay() + 6) % 7
    const cell = sums[Number(start.slice(11, 13))]?.[weekday]
    if (!cell) return
    const value = values[index] ?? null
    cell.occurred++
    if (value === null) return
    cell.reported++
    cell.sum += value
  })
  const isOpen = sums.map(row => row.some(({ reported }) => reported > 0))
  const first = isOpen.indexOf(true)
  const hours = first < 0 ? [] : sums.map((_, hour) => hour).slice(first, isOpen.lastIndexOf(true) + 1)
  const cells = hours.map(hour =>
    (sums[hour] ?? []).map(({ sum, reported, occurred }) => ({
      mean: reported > 0 ? sum / reported : null,
      reported,
      occurred,
    })),
  )
  const known = cells.flatMap((row, index) =>
    row.flatMap(({ mean }, weekday) => (mean === null ? [] : [{ weekday, hour: hours[index] ?? 0, mean }])),
  )
  const [busiest] = known.toSorted((one, other) => other.mean - one.mean)
  return { hours, cells, busiest }
}

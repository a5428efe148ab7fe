import { type Counts, quarterHour } from './traffic.ts'

/** The zones of location 1 on the vendor's page. */
export const exampleZones: readonly string[] = [
  '11111111-1111-1111-1111-111111111111',
  '22222222-2222-2222-2222-222222222222',
]

/**
 * The counts of location 1 on the vendor's page, for any quarter-hour of the page's request; undefined outside it. A
 * quarter-hour that the page does not show has zero counts.
 */
export function countExample(locationId: number, quarter: number): Counts | undefined {
  if (locationId !== 1 || quarter < first || quarter > last) return undefined
  const [visits = 0, groupVisits = 0, ...zones] = rows[quarter - shown] ?? []
  const [visitsOne = 0, peakOne = 0, visitsTwo = 0, peakTwo = 0] = zones
  return {
    visits,
    dwellTime: visits > 0 ? 111_111 : 0,
    groupVisits,
    bounces: 0,
    allVisits: 0,
    peakOccupancy: 0,
    walkBys: 0,
    zones: [
      { visits: visitsOne, dwellTime: 0, peakVisits: peakOne },
      { visits: visitsTwo, dwellTime: 0, peakVisits: peakTwo },
    ],
  }
}

const first = Date.UTC(2023, 5, 8, 11, 30) / quarterHour
const shown = Date.UTC(2023, 5, 8, 20, 30) / quarterHour
const last = Date.UTC(2023, 5, 8, 23, 45) / quarterHour

/** From 20:30Z on: visits, groupVisits, then visits and peakVisits of both zones. */
const rows: readonly (readonly number[])[] = [
  [1, 1, 2, 1, 5, 2],
  [2, 2, 0, 0, 2, 2],
  [2, 2, 1, 1, 7, 2],
  [2, 2, 0, 0, 5, 2],
  [4, 4, 1, 1, 5, 2],
  [2, 2, 1, 1, 4, 2],
  [0, 0, 1, 1, 0, 0],
  [0, 0, 0, 0, 3, 1],
  [2, 2, 1, 1, 3, 1],
  [3, 3, 0, 0, 2, 1],
  [1, 1, 1, 1, 0, 0],
  [2, 1, 0, 0, 0, 0],
  [0, 0, 0, 0, 1, 1],
  [0, 0, 0, 0, 3, 2],
]

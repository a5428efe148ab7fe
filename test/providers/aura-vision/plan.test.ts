import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Cell,
  cellsWorthOneRequest,
  type HeatmapRequest,
  planRequests,
  type Window,
  windowsOf,
} from '../../../src/providers/aura-vision/plan.ts'
import { type SpatialHeatmapType, spatialHeatmapTypes } from '../../../src/providers/aura-vision/wire.ts'

describe('the requests of a plan', () => {
  const selections = fc.array(
    fc.record({
      locations: fc.tuple(fc.nat({ max: 60 }), fc.nat({ max: 60 })),
      types: fc.subarray([...spatialHeatmapTypes]),
    }),
    { maxLength: 6 },
  )
  /** As fields ask: some types of a stretch of locations each, overlapping, the same cell more than once. */
  const wanted = selections.map(fields =>
    fields.flatMap(({ locations: [from, size], types }) => cellsOf(stretch(from, size), types)),
  )
  const bounds = fc.record({ maximumLocations: fc.integer({ min: 1, max: 50 }) })

  test('hold every wanted cell in exactly one of them', () => {
    fc.assert(
      fc.property(wanted, bounds, (cells, bounds) => {
        const asked = planRequests(cells, bounds).flatMap(cellsIn)
        expect(new Set(asked).size).toBe(asked.length)
        expect(namesOf(cells).difference(new Set(asked))).toEqual(new Set())
      }),
    )
  })

  test('hold a location in one of them alone, and only locations and types that are wanted', () => {
    fc.assert(
      fc.property(wanted, bounds, (cells, bounds) => {
        const requests = planRequests(cells, bounds)
        const locations = requests.flatMap(({ locationIds }) => locationIds)
        expect(locations.toSorted()).toEqual([...new Set(cells.map(cell => cell.locationId))].sort())
        for (const { locationIds, types } of requests) {
          const own = cells.filter(cell => locationIds.includes(cell.locationId))
          expect(new Set(types)).toEqual(new Set(own.map(cell => cell.type)))
        }
      }),
    )
  })

  test('name at most as many locations as a request may, and never none', () => {
    fc.assert(
      fc.property(wanted, bounds, (cells, { maximumLocations }) => {
        for (const { locationIds, types } of planRequests(cells, { maximumLocations })) {
          expect(locationIds.length).toBeLessThanOrEqual(maximumLocations)
          expect(Math.min(locationIds.length, types.length)).toBeGreaterThan(0)
        }
      }),
    )
  })

  test('are the same in whatever order and however often the cells come', () => {
    const shuffled = wanted.chain(cells =>
      fc.tuple(
        fc.constant(cells),
        fc.shuffledSubarray([...cells, ...cells], { minLength: cells.length * 2 }),
      ),
    )
    fc.assert(
      fc.property(shuffled, bounds, ([cells, others], bounds) => {
        expect(planRequests(others, bounds)).toEqual(planRequests(cells, bounds))
      }),
    )
  })

  test('are no more than each set of types by itself takes, and ask little in vain for each one spared', () => {
    fc.assert(
      fc.property(wanted, bounds, (cells, bounds) => {
        const requests = planRequests(cells, bounds)
        const spared = requestsBySet(cells, bounds.maximumLocations) - requests.length
        const unwanted = requests.flatMap(cellsIn).length - namesOf(cells).size
        expect(spared).toBeGreaterThanOrEqual(0)
        expect(unwanted).toBeLessThanOrEqual(spared * cellsWorthOneRequest)
      }),
    )
  })

  test.each([1, 49, 50, 51, 120, 3000])('are as few as can be for the same types of %i locations', size => {
    const requests = planRequests(cellsOf(stretch(0, size), ['path', 'entry']), { maximumLocations: 50 })
    expect(requests).toHaveLength(Math.ceil(size / 50))
    expect(requests.slice(0, -1).every(({ locationIds }) => locationIds.length === 50)).toBe(true)
    expect(requests.flatMap(cellsIn)).toHaveLength(size * 2)
  })

  test('fill up with locations of other types where that spares one', () => {
    const cells = [...cellsOf(stretch(0, 120), ['path']), ...cellsOf(stretch(120, 30), ['path', 'linger'])]
    const requests = planRequests(cells, { maximumLocations: 50 })
    expect(requests.map(({ locationIds, types }) => [locationIds.length, types])).toEqual([
      [50, ['path']],
      [50, ['path']],
      [50, ['path', 'linger']],
    ])
  })

  test.each([
    { sizes: [12, 1], types: [['path'], ['path', 'linger']], requests: 1 },
    { sizes: [25, 25], types: [['path'], ['linger']], requests: 1 },
    { sizes: [26, 25], types: [['path'], ['linger']], requests: 2 },
    { sizes: [12, 1], types: [['path'], [...spatialHeatmapTypes]], requests: 2 },
    { sizes: [7, 1], types: [['path'], [...spatialHeatmapTypes]], requests: 1 },
    { sizes: [3000, 1], types: [['path'], [...spatialHeatmapTypes]], requests: 61 },
  ] as const)(
    'are one for the union where that is cheaper: %j',
    ({ sizes: [size, other], types, requests }) => {
      const cells = [...cellsOf(stretch(0, size), types[0]), ...cellsOf(stretch(size, other), types[1])]
      expect(planRequests(cells, { maximumLocations: 50 })).toHaveLength(requests)
    },
  )
})

describe('the windows of a range', () => {
  const moment = fc.date({
    min: new Date('1960-01-01T00:00:00Z'),
    max: new Date('2040-01-01T00:00:00Z'),
    noInvalidDate: true,
  })
  const days = fc.integer({ min: 1, max: 366 })
  const range = fc
    .tuple(moment, fc.integer({ min: 1, max: 800 * day }))
    .map(([start, length]) => ({ start, end: new Date(start.getTime() + length) }))

  test('partition it: the first starts with it, each next where the last ended, and the last ends with it', () => {
    fc.assert(
      fc.property(range, days, (range, days) => {
        const windows = windowsOf(range, days)
        expect(windows.map(({ start }) => start)).toEqual([
          range.start,
          ...windows.slice(0, -1).map(({ end }) => end),
        ])
        expect(windows.at(-1)?.end).toEqual(range.end)
        expect(windows.every(window => lengthOf(window) > 0)).toBe(true)
      }),
    )
  })

  test('are none longer than the bound, and all but the first and the last as long', () => {
    fc.assert(
      fc.property(range, days, (range, days) => {
        const lengths = windowsOf(range, days).map(lengthOf)
        expect(Math.max(...lengths)).toBeLessThanOrEqual(days * day)
        expect(new Set(lengths.slice(1, -1)).isSubsetOf(new Set([days * day]))).toBe(true)
      }),
    )
  })

  test('are one where the range is short enough, and else at most one more than can be', () => {
    fc.assert(
      fc.property(range, days, (range, days) => {
        const fewest = Math.ceil(lengthOf(range) / (days * day))
        const { length } = windowsOf(range, days)
        expect(length).toBeGreaterThanOrEqual(fewest)
        expect(length).toBeLessThanOrEqual(fewest === 1 ? 1 : fewest + 1)
      }),
    )
  })

  test('are the same ones between the ends of any two long ranges', () => {
    fc.assert(
      fc.property(range, fc.integer({ min: 1, max: 400 * day }), days, (range, more, days) => {
        const longer = { start: new Date(range.start.getTime() - more), end: range.end }
        const inner = windowsOf(range, days).slice(1, -1)
        expect(windowsOf(longer, days)).toEqual(expect.arrayContaining([...inner]))
      }),
    )
  })
})

const day = 86_400_000

function stretch(from: number, size: number): string[] {
  return Array.from({ length: size }, (_, index) => (from + index).toString(16).padStart(24, '0'))
}

function cellsOf(locationIds: readonly string[], types: readonly SpatialHeatmapType[]): Cell[] {
  return locationIds.flatMap(locationId => types.map(type => ({ locationId, type })))
}

function cellsIn({ locationIds, types }: HeatmapRequest): string[] {
  return [...cellsOf(locationIds, types)].map(nameOf)
}

function namesOf(cells: readonly Cell[]): Set<string> {
  return new Set(cells.map(nameOf))
}

function nameOf({ locationId, type }: Cell): string {
  return `${locationId} ${type}`
}

/** What it takes without ever asking in vain, a location at a time. */
function requestsBySet(cells: readonly Cell[], maximumLocations: number): number {
  const locations = Map.groupBy(cells, ({ locationId }) => locationId)
  const sets = Map.groupBy(locations.values(), own => [...new Set(own.map(({ type }) => type))].sort().join())
  return [...sets.values()].reduce((sum, members) => sum + Math.ceil(members.length / maximumLocations), 0)
}

function lengthOf({ start, end }: Window): number {
  return end.getTime() - start.getTime()
}

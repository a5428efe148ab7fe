import { expect, test } from 'vitest'
import { type Counts, footfall, quarterHour } from '../../src/sandbox/traffic.ts'
import { stores } from '../../src/sandbox/world.ts'

const hour = 4
const day = 24 * hour
/** Monday, 2 June 2025; UTC stands for the local clock. */
const monday = Date.UTC(2025, 5, 2) / quarterHour

test('a store counts the same at every start', () => {
  expect(week(1)).toEqual(week(1))
  expect(week(1)).not.toEqual(week(2))
})

test('every count is a natural number, and all visits are visits and bounces', () => {
  for (const { zones, ...own } of week(4)) {
    for (const count of [own, ...zones].flatMap(counts => Object.values(counts)))
      expect(Number.isSafeInteger(count) && count >= 0).toBe(true)
    expect(own.allVisits).toBe(own.visits + own.bounces)
    expect(own.groupVisits).toBeLessThanOrEqual(own.visits)
  }
})

test('nobody is inside outside the opening hours, while people walk by', () => {
  const counts = week(1)
  expect(counts.slice(0, 9 * hour).every(({ allVisits }) => allVisits === 0)).toBe(true)
  expect(total(counts.slice(9 * hour, 21 * hour))).toBeGreaterThan(0)
  expect(
    counts.slice(21 * hour, 33 * hour).every(({ allVisits, zones }) => allVisits + zones.length === 0),
  ).toBe(true)
  expect(counts[8 * hour]?.walkBys).toBeGreaterThan(0)
})

test('a closed weekday is empty, and a store may stay open until midnight', () => {
  const nightMarket = week(12)
  expect(total(nightMarket.slice(0, day))).toBe(0)
  expect(total(nightMarket.slice(2 * day - hour, 2 * day))).toBeGreaterThan(0)
  expect(total(week(7).slice(6 * day))).toBe(0)
})

test('Saturday is busier than Monday', () => {
  const counts = week(5)
  expect(total(counts.slice(5 * day, 6 * day))).toBeGreaterThan(total(counts.slice(0, day)))
})

function week(locationId: number): Counts[] {
  const store = stores.find(store => store.locationId === locationId)
  if (!store) throw new Error(`no store ${locationId}`)
  const count = footfall({ ...store, zones: ['till', 'window'] })
  return Array.from({ length: 7 * day }, (_, index) => count(monday + index, (monday + index) * quarterHour))
}

function total(counts: readonly Counts[]): number {
  return counts.reduce((sum, { allVisits }) => sum + allVisits, 0)
}

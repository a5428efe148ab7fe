import fc from 'fast-check'
import { expect, test } from 'vitest'
import { planRows, type RowKey, type RowQuestion } from '../../../src/providers/aura-vision/row-questions.ts'
import { spatialHeatmapTypes } from '../../../src/providers/aura-vision/wire.ts'
import { serveAuraVision } from '../../../src/sandbox/aura-vision.ts'
import { detailRequest, listRecorded } from '../../../src/sandbox/aura-vision-rows.ts'
import type { Emulator } from '../../../src/sandbox/emulator.ts'
import { failureOf, wire } from '../../support/wiring.ts'

const bounds = { maximumLocations: 50, maximumDays: 31 }
const day = 86_400_000
const midnight = Date.UTC(2024, 6, 1)
const now = () => new Date('2024-08-01T12:00:00Z')
const july = { start: new Date('2024-07-01T00:00:00Z'), end: new Date('2024-08-01T00:00:00Z') }

test('every row is asked in exactly one question that holds it, within what a request may hold', () => {
  const key = fc.record({ location: fc.nat(9), type: fc.nat(7), hour: fc.nat(24 * 90), staff: fc.boolean() })
  const limits = fc.record({
    maximumLocations: fc.integer({ min: 1, max: 5 }),
    maximumDays: fc.integer({ min: 1, max: 40 }),
  })
  fc.assert(
    fc.property(fc.array(key, { maxLength: 60 }), limits, (members, limits) => {
      const keys = members.map(({ location, type, hour, staff }) => ({
        ...keyOf(location, type, hour / 24),
        ...(staff && { roles: ['staff'] }),
      }))
      const questions = planRows(keys, limits)
      expect(new Set(questions.flatMap(question => question.keys))).toEqual(new Set(keys))
      expect(questions.flatMap(question => question.keys)).toHaveLength(keys.length)
      for (const { keys, locationIds, types, filter } of questions) {
        expect(locationIds.length).toBeLessThanOrEqual(limits.maximumLocations)
        expect(filter.end.getTime() - filter.start.getTime()).toBeLessThanOrEqual(limits.maximumDays * day)
        for (const key of keys) {
          expect(locationIds).toContain(key.locationId)
          expect(types).toContain(key.type)
          expect(key.roles).toEqual(filter.roles)
          expect(Date.parse(key.createdAt)).toBeGreaterThanOrEqual(filter.start.getTime())
          // The vendor may count finer than in milliseconds.
          expect(Date.parse(key.createdAt)).toBeLessThan(filter.end.getTime())
        }
      }
    }),
    { numRuns: 150 },
  )
})

test('two hundred rows of a week, a fleet or a month are one to three questions, whichever two hundred', () => {
  const pages = [
    { locations: 12, types: 4, days: 7 },
    { locations: 50, types: 1, days: 31 },
    { locations: 1, types: 8, days: 31 },
  ]
  fc.assert(
    fc.property(fc.constantFrom(...pages), fc.infiniteStream(fc.nat()), (page, numbers) => {
      const next = (count: number) => Number(numbers.next().value) % count
      const keys = Array.from({ length: 200 }, () =>
        keyOf(next(page.locations), next(page.types), next(page.days) + 0.34),
      )
      expect(planRows(keys, bounds).length).toBeLessThanOrEqual(3)
    }),
    { numRuns: 60 },
  )
})

test('rows that lie far apart are asked apart, and days between them are not asked', () => {
  const keys = [0, 28].flatMap(from =>
    [0, 1].flatMap(at => [0, 1, 2].map(l => keyOf(from + l, at, from + at))),
  )
  const questions = planRows(keys, bounds)
  const dayAndMoment = 1 + 1 / day
  expect(questions.map(({ locationIds, filter }) => [locationIds.length, spanOf(filter)])).toEqual([
    [3, dayAndMoment],
    [3, dayAndMoment],
  ])
})

test('thirty-one rows here and there of a fleet and a month ask for few rows that nobody wants', () => {
  fc.assert(
    fc.property(fc.infiniteStream(fc.nat()), numbers => {
      const next = (count: number) => Number(numbers.next().value) % count
      const keys = Array.from({ length: 31 }, () => keyOf(next(12), next(8), next(31)))
      const questions = planRows(keys, bounds)
      const asked = questions.reduce((sum, question) => sum + daysOf(question), 0)
      // All of them together would be 12 × 8 × 31.
      expect(asked + 50 * questions.length).toBeLessThan(1500)
    }),
    { numRuns: 60 },
  )
})

test('a row is found again, and many in one question for the rows between them', async () => {
  await using emulator = await serveAuraVision({ now })
  await using account = wire(emulator)
  const [location] = ['64a1b2c3d4e5f6a7b8c9d0e3']
  const rows = await account
    .request()
    ['aura-vision'].heatmaps.load({ locationId: location ?? '', types: ['path', 'linger'], filter: july })
  const third = rows.filter(row => row.createdAt?.startsWith('2024-07-03'))
  expect(third.length).toBeGreaterThan(5)
  emulator.journal.clear()
  const { 'aura-vision': auraVision } = account.request()
  const found = await Promise.all(third.map(row => auraVision.rows.load(again(row))))
  expect(found).toEqual(third)
  expect(emulator.journal.count('detail/list')).toBe(1)
  expect(rowsAsked(emulator)).toBe(third.length)
})

test('a row that is there no more is not found, and those beside it are', async () => {
  await using emulator = await serveAuraVision({ now })
  await using account = wire(emulator)
  const { 'aura-vision': auraVision } = account.request()
  const filter = { start: july.start, end: new Date('2024-07-02T00:00:00Z') }
  const [row] = await auraVision.heatmaps.load({
    locationId: '64a1b2c3d4e5f6a7b8c9d0e3',
    types: ['path'],
    filter,
  })
  if (!row) throw new Error('no row')
  const gone = failureOf(auraVision.rows.load({ ...again(row), recordingId: 'a'.repeat(24) }))
  expect(await auraVision.rows.load(again(row))).toEqual(row)
  expect(await gone).toMatchObject({ code: 'UPSTREAM_NOT_FOUND', provider: 'aura-vision' })
})

function again(row: Omit<RowKey, 'type' | 'createdAt'> & { type: string; createdAt: string | null }): RowKey {
  const { locationId, recordingId, role, age, gender, createdAt } = row
  const type = spatialHeatmapTypes.find(known => known === row.type) ?? 'path'
  return { locationId, recordingId, role, age, gender, type, createdAt: createdAt ?? '' }
}

function keyOf(location: number, type: number, days: number): RowKey {
  return {
    locationId: String(location).padStart(24, '0'),
    recordingId: null,
    role: null,
    age: null,
    gender: null,
    type: spatialHeatmapTypes[type] ?? 'path',
    createdAt: new Date(midnight + days * day).toISOString(),
  }
}

function spanOf({ start, end }: RowQuestion['filter']): number {
  return (end.getTime() - start.getTime()) / day
}

function daysOf({ locationIds, types, filter }: RowQuestion): number {
  return locationIds.length * types.length * (spanOf(filter) + 1)
}

/** The rows that the requests so far were answered with. */
function rowsAsked({ journal }: Emulator): number {
  const bodies = journal.calls
    .filter(({ route }) => route === 'detail/list')
    .map(({ body }) => detailRequest.parse(body).data.body)
  return bodies.reduce((sum, body) => sum + listRecorded(body, now()).length, 0)
}

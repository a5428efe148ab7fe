import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Call } from '../src/sandbox/emulator.ts'
import { askText } from './client.ts'
import { serve } from './serving.ts'

const day = 86_400_000
const first = Date.UTC(2025, 4, 1)
const minutes = (Date.UTC(2025, 6, 1) - first) / 60_000
const query = `query ($ids: [ID!]!, $range: TrafficRange!, $interval: TrafficInterval!) {
  nodes(ids: $ids) {
    ... on Location { id traffic(range: $range, interval: $interval) {
      metric interval pointOfInterest total columns { values } points { value }
    } }
  }
}`

const question = fc
  .record({
    locations: fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 12 }),
    form: fc.constantFrom('utc', 'local'),
    start: fc.integer({ min: 0, max: minutes - 1 }),
    length: fc.oneof(fc.integer({ min: 1, max: 3 * 1440 }), fc.integer({ min: 1, max: 20 * 1440 })),
    interval: fc.constantFrom('HOURLY', 'DAILY', 'QUARTER_HOUR'),
  })
  .map(({ locations, form, start, length, interval }) => {
    const [from, to] = [start, Math.min(start + length, minutes)].map(minute =>
      new Date(first + minute * 60_000).toISOString().slice(0, form === 'utc' ? undefined : 19),
    )
    const ids = locations.map(location => `Location:analytiks:${location}`)
    return { ids, range: { [form]: { start: from, end: to } }, interval }
  })
const waves = fc.array(fc.array(question, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 })

test('whatever is asked at once and in turn, each answer is the one that it gets alone where nothing is kept, and its costs add up', async () => {
  await using alone = await serve()
  await fc.assert(
    fc.asyncProperty(waves, async waves => {
      await using served = await serve({ environment: { ISOTHERM_CACHE_BYTES: '100000000' } })
      for (const wave of waves) {
        const { journal } = served.sandbox.analytiks
        const before = journal.count('POST /json/v2')
        const answers = await Promise.all(wave.map(asked => askText(served.origin, query, asked)))
        const costs = answers.map(({ upstream }) => upstream.analytiks)
        expect(costs.reduce((sum, cost) => sum + (cost?.made ?? 0), 0)).toBe(
          journal.count('POST /json/v2') - before,
        )
        for (const cost of costs)
          expect(cost?.planned).toBe(Number(cost?.made) + Number(cost?.shared) + Number(cost?.cached))
        for (const [index, { data, errors }] of answers.entries()) {
          const expected = await askText(alone.origin, query, wave[index])
          expect(expected.errors).toEqual([])
          expect({ data, errors }).toEqual({ data: expected.data, errors: [] })
        }
      }
      expect(tooLarge(served.sandbox.analytiks.journal.calls)).toEqual([])
    }),
    { numRuns: 15 },
  )
  expect(tooLarge(alone.sandbox.analytiks.journal.calls)).toEqual([])
}, 120_000)

/** The calls of more than five days or fifty locations. */
function tooLarge(calls: readonly Call[]): readonly unknown[] {
  const exports = calls.filter(({ route }) => route !== 'POST /token')
  expect(exports.length).toBeGreaterThan(0)
  return exports.flatMap(({ body }) => {
    expect(body).toMatchObject({
      startDate: expect.any(String),
      endDate: expect.any(String),
      locations: expect.any(Array),
    })
    const { startDate, endDate, locations } = Object(body)
    const length = Date.parse(`${endDate}`.slice(0, 19)) - Date.parse(`${startDate}`.slice(0, 19))
    return length <= 5 * day && locations.length <= 50 ? [] : [body]
  })
}

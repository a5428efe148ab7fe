import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stores } from '../src/sandbox/world.ts'
import {
  RatesBesideDocument,
  RatesBesideTrafficDocument,
  RatesByBucketDocument,
  RatesDocument,
} from './generated/graphql.ts'
import { callsOf } from './support/calls.ts'
import { ask } from './support/client.ts'
import { serve } from './support/serving.ts'
import { answerTraffic } from './support/traffic-answers.ts'

const range = { utc: { start: '2025-06-02T09:00:00Z', end: '2025-06-02T12:00:00Z' } }
const [nine, ten, noon] = ['2025-06-02T09:00:00Z', '2025-06-02T10:00:00Z', '2025-06-02T12:00:00Z']

test.each([
  {
    what: 'are of all that was counted within the range',
    maps: {
      walkBys: { [nine]: 30, [ten]: 10, [noon]: 1000 },
      allVisits: { [nine]: 5, [ten]: 5, [noon]: 1000 },
      bounces: { [ten]: 2 },
    },
    rates: { captureRate: 0.25, bounceRate: 0.2 },
  },
  {
    what: 'may be more than all, where more came in than walked past',
    maps: { walkBys: { [nine]: 1 }, allVisits: { [nine]: 3 }, bounces: { [nine]: 0 } },
    rates: { captureRate: 3, bounceRate: 0 },
  },
  {
    what: 'are null where a part was not reported',
    maps: { walkBys: { [nine]: 30 }, bounces: { [ten]: 2 } },
    rates: { captureRate: null, bounceRate: null },
  },
  {
    what: 'are null each for itself',
    maps: { allVisits: { [nine]: 30 }, walkBys: {}, bounces: { [ten]: 3 } },
    rates: { captureRate: null, bounceRate: 0.1 },
  },
  {
    what: 'are null where nobody walked past or came in',
    maps: { allVisits: { [nine]: 0 }, walkBys: { [nine]: 0 }, bounces: { [nine]: 0 } },
    rates: { captureRate: null, bounceRate: null },
  },
])('capture and bounce rates $what', async ({ maps, rates }) => {
  await using served = await serve()
  answerTraffic(served, 'oxford-street', maps)
  const { data, errors } = await ask(served.origin, RatesDocument, { ids: ['Location:oxford-street'], range })
  expect(errors).toEqual([])
  expect(data.nodes).toEqual([{ id: 'Location:oxford-street', ...rates }])
})

test('the rates of a month are those of its totals, and cost no call beside hourly traffic', async () => {
  await using served = await serve()
  const month = { local: { start: '2025-06-01T00:00:00', end: '2025-07-01T00:00:00' } }
  const variables = { id: 'ginza', range: month }
  const { data, errors } = await ask(served.origin, RatesBesideDocument, variables)
  expect(errors).toEqual([])
  const [walkBys, allVisits, bounces] = data.location?.traffic?.map(({ total }) => Number(total)) ?? []
  if (!walkBys || !allVisits || !bounces) throw new Error('a month without people')
  expect(data.location?.captureRate).toBe(allVisits / walkBys)
  expect(data.location?.bounceRate).toBe(bounces / allVisits)
  const calls = callsOf(served.sandbox)

  await using alone = await serve()
  const rates = await ask(alone.origin, RatesDocument, { ids: ['Location:ginza'], range: month })
  expect(rates.data.nodes).toEqual([
    { id: 'Location:ginza', captureRate: allVisits / walkBys, bounceRate: bounces / allVisits },
  ])
  expect(callsOf(alone.sandbox)).toEqual(calls)
})

test('a location has no rates where Analytiks does not know it, and an error of its own where it is refused', async () => {
  await using served = await serve()
  const ids = ['Location:aura-vision:aaaaaaaaaaaaaaaaaaaaaaaa', 'Location:analytiks:99', 'Location:ginza']
  const { data, errors } = await ask(served.origin, RatesDocument, { ids, range })
  expect(errors.map(({ path, extensions: { code } }) => [path, code])).toEqual([
    [['nodes', 1, 'captureRate'], 'UPSTREAM_FORBIDDEN'],
    [['nodes', 1, 'bounceRate'], 'UPSTREAM_FORBIDDEN'],
  ])
  const nothing = { captureRate: null, bounceRate: null }
  expect(data.nodes.slice(0, 2)).toEqual([
    { id: ids[0], ...nothing },
    { id: ids[1], ...nothing },
  ])
})

test('rates by bucket are null where a count is missing, or nobody walked past or came in', async () => {
  await using served = await serve()
  const eleven = '2025-06-02T11:00:00Z'
  answerTraffic(served, 'oxford-street', {
    walkBys: { [nine]: 30, [ten]: 0, [noon]: 1000 },
    allVisits: { [nine]: 6, [ten]: 4, [eleven]: 0, [noon]: 1000 },
    bounces: { [ten]: 1, [eleven]: 1 },
  })
  const variables = { id: 'oxford-street', range, interval: 'HOURLY' as const }
  const { data, errors } = await ask(served.origin, RatesByBucketDocument, variables)
  expect(errors).toEqual([])
  expect(data.location?.rates).toEqual({
    starts: ['2025-06-02T09:00:00.000Z', '2025-06-02T10:00:00.000Z', '2025-06-02T11:00:00.000Z'],
    localStarts: ['2025-06-02T10:00:00', '2025-06-02T11:00:00', '2025-06-02T12:00:00'],
    captureRate: [0.2, null, null],
    bounceRate: [null, 0.25, null],
  })
})

test('rates by bucket are those of the traffic beside them, at no further call, and in one bucket that is all of the range those of the range', async () => {
  await using served = await serve()
  const intervals = fc.constantFrom('QUARTER_HOUR', 'HOURLY', 'DAILY', 'WEEKLY', 'MONTHLY')
  const length = fc.integer({ min: 1, max: 24 * 40 })
  const startHour = fc.integer({ min: 0, max: 24 * 400 })
  const store = fc.constantFrom(...stores)
  await fc.assert(
    fc.asyncProperty(store, intervals, startHour, length, async ({ id }, interval, first, hours) => {
      const start = Date.parse('2024-06-01T00:00:00Z') + first * 3_600_000
      const [from = '', to = ''] = [start, start + hours * 3_600_000].map(time =>
        new Date(time).toISOString().slice(0, 19),
      )
      const variables = { id, interval, range: { local: { start: from, end: to } } }
      const { journal } = served.sandbox.analytiks
      journal.clear()
      const rates = await ask(served.origin, RatesByBucketDocument, variables)
      const alone = callsOf(served.sandbox).analytiks?.['POST /json/v2']
      journal.clear()
      const { data, errors } = await ask(served.origin, RatesBesideTrafficDocument, variables)
      expect(alone).toBeGreaterThan(0)
      expect(callsOf(served.sandbox)).toEqual({ analytiks: { 'POST /json/v2': alone } })
      const whole = await ask(served.origin, RatesDocument, {
        ids: [`Location:${id}`],
        range: variables.range,
      })
      expect([...rates.errors, ...errors, ...whole.errors]).toEqual([])
      const beside = data.location?.rates
      expect(rates.data.location?.rates).toEqual(beside)
      const [walkBys, allVisits, bounces] = data.location?.traffic?.map(({ columns }) => columns) ?? []
      expect(beside).toEqual({
        starts: allVisits?.starts,
        localStarts: allVisits?.localStarts,
        captureRate: allVisits?.values.map((part, place) => quotient(part, walkBys?.values[place])),
        bounceRate: bounces?.values.map((part, place) => quotient(part, allVisits?.values[place])),
      })
      // Where the clock is off UTC by part of an hour, an hour of UTC reaches beyond the range.
      const [bucketStart] = beside?.localStarts ?? []
      if (beside?.starts.length !== 1 || (interval === 'HOURLY' && bucketStart !== from)) return
      const { captureRate: [captureRate] = [], bounceRate: [bounceRate] = [] } = beside
      expect(whole.data.nodes).toEqual([{ id: `Location:${id}`, captureRate, bounceRate }])
    }),
    { numRuns: 25 },
  )
})

test('a day, a week and a month of their own have the rates of the whole range', async () => {
  await using served = await serve()
  for (const [interval, start, end] of [
    ['DAILY', '2025-10-26', '2025-10-27'],
    ['WEEKLY', '2025-10-20', '2025-10-27'],
    ['MONTHLY', '2025-10-01', '2025-11-01'],
  ] as const) {
    const variables = { id: 'oxford-street', interval, range: { local: { start, end } } }
    const { data, errors } = await ask(served.origin, RatesByBucketDocument, variables)
    expect(errors).toEqual([])
    const ids = ['Location:oxford-street']
    const whole = await ask(served.origin, RatesDocument, { ids, range: variables.range })
    const [captureRate] = data.location?.rates?.captureRate ?? []
    const [bounceRate] = data.location?.rates?.bounceRate ?? []
    expect(captureRate).toBeGreaterThan(0)
    expect(data.location?.rates?.captureRate).toHaveLength(1)
    expect(whole.data.nodes).toEqual([{ id: ids[0], captureRate, bounceRate }])
  }
})

test('a location has no rates by bucket where it has no columns: by the clock of no time zone, or unknown to Analytiks', async () => {
  await using served = await serve({ catalog: '' })
  const local = { local: { start: '2025-06-02', end: '2025-06-04' } }
  for (const id of ['analytiks:5', 'aura-vision:aaaaaaaaaaaaaaaaaaaaaaaa']) {
    const { data, errors } = await ask(served.origin, RatesByBucketDocument, { id, range: local })
    expect({ data, errors }).toEqual({ data: { location: { rates: null } }, errors: [] })
  }
  const inUtc = await ask(served.origin, RatesByBucketDocument, { id: 'analytiks:5', range })
  expect(inUtc.data.location?.rates).toMatchObject({ localStarts: null, captureRate: { length: 3 } })
  const days = { id: 'analytiks:5', range, interval: 'DAILY' as const }
  const { errors } = await ask(served.origin, RatesByBucketDocument, days)
  expect(errors).toMatchObject([{ path: ['location', 'rates'], extensions: { code: 'BAD_USER_INPUT' } }])
})

function quotient(part: number | null, whole: number | null | undefined): number | null {
  return part === null || !whole ? null : part / whole
}

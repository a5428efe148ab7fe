import { expect, test } from 'vitest'
import { callsOf } from './calls.ts'
import { ask } from './client.ts'
import { RatesBesideDocument, RatesDocument } from './generated/graphql.ts'
import { serve } from './serving.ts'
import { answerTraffic } from './traffic-answers.ts'

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

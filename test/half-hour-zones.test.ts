import { describe, expect, test } from 'vitest'
import { RatesDocument, RollupBrandDocument, RollupsDocument } from './generated/graphql.ts'
import { ask } from './support/client.ts'
import { type Served, serve } from './support/serving.ts'
import { answerTraffic, type BucketMap } from './support/traffic-answers.ts'

const kolkata = 4
const days = { local: { start: '2025-06-02T00:00:00', end: '2025-06-04T00:00:00' } }
const inUtc = { utc: { start: '2025-06-01T18:30:00Z', end: '2025-06-03T18:30:00Z' } }

describe('days of a brand that start at half past in UTC', () => {
  test.each([
    ["that is known by Analytiks' id alone", ''],
    ['that is known as of the brand', ', brandId: 1234'],
  ])('are those of the location, one %s', async (_what, brand) => {
    await using served = await serve({ catalog: catalogOf(brand) })
    const { data } = await ask(served.origin, RollupBrandDocument, {
      id: 1234,
      range: inUtc,
      interval: 'DAILY',
    })
    const row = data.brand?.traffic?.nodes.find(({ location }) => location.id === 'Location:kolkata')
    expect(served.sandbox.analytiks.journal.calls.at(-1)?.body).toMatchObject({ interval: '15min' })
    const alone = await readDays(served)
    expect(alone.errors).toEqual([])
    expect(row?.series).toEqual(alone.series)
    expect(row?.series?.[0]?.points.map(({ at }) => at)).toEqual([
      '2025-06-01T18:30:00.000Z',
      '2025-06-02T18:30:00.000Z',
    ])
  })

  test('are an error of the location alone, where the catalog says another brand and hours hide them', async () => {
    await using served = await serve({ catalog: catalogOf(', brandId: 4321') })
    const row = (locationId: number) => ({
      locationId,
      visits: { '2025-06-02T17:00:00Z': 1, '2025-06-02T18:00:00Z': 2 },
    })
    const body = { cursor: null, data: [row(5), row(kolkata)] }
    served.sandbox.analytiks.journal.script({ route: 'POST /json/v3', answer: { body } })
    const { data, errors } = await ask(served.origin, RollupBrandDocument, {
      id: 1234,
      range: inUtc,
      interval: 'DAILY',
    })
    expect(data.brand?.traffic?.nodes.map(({ series }) => series?.[0]?.total)).toEqual([3, undefined])
    expect(errors).toMatchObject([
      { path: ['brand', 'traffic', 'nodes', 1, 'series'], extensions: { code: 'UPSTREAM_INVALID_RESPONSE' } },
    ])
  })
})

describe('hours that Analytiks tells where quarter-hours were asked', () => {
  test.each([
    { what: 'between two days', hour: '2025-06-02T18:00:00Z' },
    { what: 'before the first day', hour: '2025-06-01T18:00:00Z' },
    { what: 'after the last day', hour: '2025-06-03T18:00:00Z' },
  ])('make days an error that says why, where somebody was counted $what', async ({ hour }) => {
    await using served = await serve({ catalog: catalogOf() })
    answerTraffic(served, 'connaught-place', {
      visits: { '2025-06-02T10:00:00Z': 3, '2025-06-02T11:00:00Z': 4 },
      walkBys: { [hour]: 5 },
    })
    const { series, errors } = await readDays(served, ['WALK_BYS'])
    expect(series).toBe(undefined)
    expect(errors).toMatchObject([
      {
        message: expect.stringMatching(/hours instead of quarter-hours/),
        path: ['location', 'traffic'],
        extensions: { code: 'UPSTREAM_INVALID_RESPONSE', provider: 'analytiks' },
      },
    ])
  })

  test.each<[string, BucketMap, (number | null)[]]>([
    [
      'where nobody was counted at midnight',
      { '2025-06-02T10:00:00Z': 3, '2025-06-02T18:00:00Z': 0, '2025-06-02T19:00:00Z': 4 },
      [3, 4],
    ],
    [
      'where a quarter-hour beside them tells what they are',
      { '2025-06-02T10:15:00Z': 3, '2025-06-02T18:00:00Z': 7, '2025-06-02T18:30:00Z': 4 },
      [10, 4],
    ],
  ])('are good for days %s', async (_what, visits, values) => {
    await using served = await serve({ catalog: catalogOf() })
    answerTraffic(served, 'connaught-place', { visits })
    const { series, errors } = await readDays(served)
    expect(errors).toEqual([])
    expect(series?.[0]?.columns?.values).toEqual(values)
  })
})

test('rates of local days are of those days, though they start at half past in UTC', async () => {
  await using served = await serve({ catalog: catalogOf() })
  const outside = { '2025-06-01T18:15:00Z': 100, '2025-06-03T18:30:00Z': 100 }
  const maps = {
    allVisits: { '2025-06-01T18:30:00Z': 1, '2025-06-03T18:15:00Z': 2, ...outside },
    walkBys: { '2025-06-01T18:45:00Z': 12, ...outside },
    bounces: { '2025-06-03T18:00:00Z': 1, ...outside },
  }
  answerTraffic(served, 'connaught-place', maps)
  const { data, errors } = await ask(served.origin, RatesDocument, { ids: ['Location:kolkata'], range: days })
  expect(errors).toEqual([])
  expect(data.nodes).toMatchObject([{ captureRate: 0.25, bounceRate: 1 / 3 }])
  expect(served.sandbox.analytiks.journal.calls.at(-1)?.body).toMatchObject({ interval: '15min' })
})

function catalogOf(brand = ''): string {
  return `
locations:
  - { id: kolkata, name: Kolkata, timeZone: Asia/Kolkata, analytiks: { locationId: ${kolkata}${brand} } }
  - { id: ginza, name: Ginza, timeZone: Asia/Tokyo, analytiks: { locationId: 5 } }
`
}

async function readDays({ origin }: Served, metrics: ('VISITS' | 'WALK_BYS')[] = ['VISITS']) {
  const variables = { id: 'kolkata', range: days, interval: 'DAILY' as const, metrics }
  const { data, errors } = await ask(origin, RollupsDocument, variables)
  return {
    series: data.location?.traffic ?? undefined,
    errors: errors.filter(({ path }) => path?.[1] === 'traffic'),
  }
}

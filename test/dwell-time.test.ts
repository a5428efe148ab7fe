import { describe, expect, test } from 'vitest'
import { RollupsDocument, RollupZonesDocument } from './generated/graphql.ts'
import { callsOf } from './support/calls.ts'
import { ask } from './support/client.ts'
import { serve } from './support/serving.ts'
import { answerTraffic } from './support/traffic-answers.ts'

const range = { utc: { start: '2025-06-02T00:00:00Z', end: '2025-06-03T00:00:00Z' } }
const id = 'oxford-street'
const visits = { '2025-06-02T09:00:00Z': 3, '2025-06-02T10:00:00Z': 1 }
const dwellTime = { '2025-06-02T09:00:00Z': 1000, '2025-06-02T10:00:00Z': 5000 }
const maps = { visits, dwellTime, pointOfInterest: [{ id: 'zone', visits, dwellTime }] }

describe('while nobody says what a bucket of dwell time holds', () => {
  test.each(['DAILY', 'WEEKLY', 'MONTHLY'] as const)(
    'it is refused %s before anybody is asked',
    async interval => {
      await using served = await serve()
      const variables = { id, range, interval, metrics: ['VISITS' as const, 'DWELL_TIME' as const] }
      const { data, errors } = await ask(served.origin, RollupsDocument, variables)
      expect(data).toBeUndefined()
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
      expect(errors[0]?.message).toMatch(/^DWELL_TIME .*ANALYTIKS_DWELL_TIME=sum or mean/)
      expect(callsOf(served.sandbox)).toEqual({})
    },
  )

  test('it is refused of points of interest by the day', async () => {
    await using served = await serve()
    answerTraffic(served, id, maps)
    const variables = { id, range, interval: 'DAILY' as const, metrics: ['DWELL_TIME' as const] }
    const { data, errors } = await ask(served.origin, RollupZonesDocument, variables)
    expect(data.location).toEqual({ pointsOfInterest: null })
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
    expect(errors[0]?.message).toMatch(/ANALYTIKS_DWELL_TIME=sum or mean/)
  })

  test('it is not among the metrics of a day, unless they are named', async () => {
    await using served = await serve()
    answerTraffic(served, id, maps)
    const { data, errors } = await ask(served.origin, RollupsDocument, { id, range, interval: 'DAILY' })
    expect(errors).toEqual([])
    expect(data.location?.traffic?.map(({ metric }) => metric)).toEqual([
      'VISITS',
      'GROUP_VISITS',
      'BOUNCES',
      'ALL_VISITS',
      'PEAK_OCCUPANCY',
      'WALK_BYS',
    ])
    expect(data.location?.pointsOfInterest?.[0]?.traffic.map(({ metric }) => metric)).toEqual([
      'VISITS',
      'PEAK_VISITS',
    ])
  })

  test('its hours have a peak and no total, which is bad input where it was asked by name', async () => {
    await using served = await serve()
    answerTraffic(served, id, maps)
    const named = await ask(served.origin, RollupsDocument, { id, range, metrics: ['DWELL_TIME'] })
    expect(named.errors).toMatchObject([
      { path: ['location', 'traffic', 0, 'total'], extensions: { code: 'BAD_USER_INPUT' } },
    ])
    expect(named.data.location?.traffic).toMatchObject([{ total: null, peak: { value: 5000 } }])
    const all = await ask(served.origin, RollupsDocument, { id, range })
    expect(all.errors).toEqual([])
    expect(all.data.location?.traffic?.[1]).toMatchObject({
      metric: 'DWELL_TIME',
      total: null,
      peak: { value: 5000 },
    })
  })
})

test.each([
  ['sum', 6000],
  ['mean', 2000],
])('where it is said to be a %s, days and totals are told so', async (ANALYTIKS_DWELL_TIME, total) => {
  await using served = await serve({ environment: { ANALYTIKS_DWELL_TIME } })
  answerTraffic(served, id, maps)
  for (const interval of ['HOURLY', 'DAILY'] as const) {
    const variables = { id, range, interval, metrics: ['DWELL_TIME' as const] }
    const { data, errors } = await ask(served.origin, RollupsDocument, variables)
    expect(errors).toEqual([])
    const zone = data.location?.pointsOfInterest?.[0]?.traffic.find(({ metric }) => metric === 'DWELL_TIME')
    for (const series of [data.location?.traffic?.[0], zone]) {
      const values = interval === 'DAILY' ? [total] : [1000, 5000]
      expect(series?.points.map(({ value }) => value)).toEqual(values)
      expect(series?.total).toBe(total)
    }
  }
})

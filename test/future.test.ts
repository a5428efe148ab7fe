import { expect, test } from 'vitest'
import { callsOf } from './calls.ts'
import { ask } from './client.ts'
import {
  RatesDocument,
  RollupBrandDocument,
  RollupsDocument,
  TimeTrafficDocument,
} from './generated/graphql.ts'
import { serve } from './serving.ts'
import { spansSent } from './traffic-answers.ts'

const years = { utc: { start: '2101-01-01T00:00:00Z', end: '2103-01-01T00:00:00Z' } }
const local = { local: { start: '2101-01-01T00:00:00', end: '2101-01-01T03:00:00' } }

test.each(['0', '100000000'])(
  'a range in the future holds nothing and costs no call (%s bytes kept)',
  async bytes => {
    await using served = await serve({ environment: { ISOTHERM_CACHE_BYTES: bytes } })
    const months = { id: 'ginza', range: years, interval: 'MONTHLY' as const, metrics: ['VISITS' as const] }
    const { data, errors } = await ask(served.origin, RollupsDocument, months)
    expect(errors).toEqual([])
    expect(data.location?.pointsOfInterest).toEqual([])
    expect(data.location?.traffic).toMatchObject([
      {
        reported: false,
        points: [],
        total: null,
        columns: { values: Array.from({ length: 25 }, () => null) },
      },
    ])
    const hours = await ask(served.origin, TimeTrafficDocument, {
      id: 'ginza',
      range: local,
      metrics: ['VISITS'],
    })
    expect(hours.data.location?.traffic?.[0]?.columns?.values).toEqual([null, null, null])
    const rates = await ask(served.origin, RatesDocument, { ids: ['Location:ginza'], range: years })
    expect(rates.data.nodes).toEqual([{ id: 'Location:ginza', captureRate: null, bounceRate: null }])
    expect([...hours.errors, ...rates.errors]).toEqual([])
    expect(callsOf(served.sandbox)).toEqual({})
  },
)

test('of a range that begins before now, the windows are asked that have begun', async () => {
  await using served = await serve()
  const day = 86_400_000
  const print = (time: number) => new Date(time).toISOString()
  const now = Date.now()
  const range = { utc: { start: print(now - 20 * day), end: print(now + 300 * day) } }
  const { errors } = await ask(served.origin, RollupsDocument, { id: 'ginza', range, interval: 'MONTHLY' })
  expect(errors).toEqual([])
  const starts = spansSent(served).map(({ startDate }) => Date.parse(String(startDate)))
  expect(Math.max(...starts)).toBeLessThan(now + day)
  // Days at which windows begin, from the one that holds the start.
  expect(starts).toHaveLength(1 + Math.floor(now / (5 * day)) - Math.floor((now - 20 * day) / (5 * day)))
})

test('the locations of a brand are told in the future too, by the pages of one window', async () => {
  await using served = await serve()
  const variables = { id: 1234, range: years, interval: 'MONTHLY' as const }
  const { data, errors } = await ask(served.origin, RollupBrandDocument, variables)
  expect(errors).toEqual([])
  const rows = data.brand?.traffic?.nodes ?? []
  expect(rows.map(({ location }) => location.id)).toContain('Location:ginza')
  expect(rows.flatMap(({ series }) => series ?? []).filter(({ reported }) => reported)).toEqual([])
  expect(new Set(spansSent(served).map(({ startDate }) => startDate)).size).toBe(1)
})

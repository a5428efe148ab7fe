import { expect, test } from 'vitest'
import {
  RatesDocument,
  RollupBrandDocument,
  RollupsDocument,
  TimeTrafficDocument,
} from './generated/graphql.ts'
import { callsOf } from './support/calls.ts'
import { ask } from './support/client.ts'
import { serve } from './support/serving.ts'
import { answerTraffic, denseBuckets, spansSent } from './support/traffic-answers.ts'

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

test.each([
  ['0', 'HOURLY'],
  ['100000000', 'HOURLY'],
  ['0', 'QUARTER_HOUR'],
  ['100000000', 'QUARTER_HOUR'],
] as const)(
  'of the days that run, what is still to come is neither asked nor told, whatever Analytiks tells (%s bytes kept, %s)',
  async (bytes, interval) => {
    await using served = await serve({ environment: { ISOTHERM_CACHE_BYTES: bytes } })
    const step = interval === 'HOURLY' ? 3_600_000 : 900_000
    const running = Math.floor(Date.now() / step) * step
    const [start, end] = [running - 30 * 3_600_000, running + 30 * 3_600_000].map(time =>
      new Date(time).toISOString(),
    )
    if (!start || !end) throw new Error('no range')
    const visits = denseBuckets(start, end, step / 1000)
    const pointOfInterest = [{ id: 'zone', visits }]
    const row = { locationId: 5, visits, pointOfInterest }
    answerTraffic(served, 'ginza', { visits, pointOfInterest })
    const body = { cursor: null, data: [row] }
    served.sandbox.analytiks.journal.script({ route: 'POST /json/v3', answer: { body } })
    const range = { utc: { start, end } }
    const variables = { id: 'ginza', range, interval, metrics: ['VISITS' as const] }
    const { data, errors } = await ask(served.origin, RollupsDocument, variables)
    const brand = await ask(served.origin, RollupBrandDocument, { id: 1234, range, interval })
    const days = await ask(served.origin, RollupsDocument, { ...variables, interval: 'DAILY' })
    // The bucket may have turned meanwhile.
    const allowed = [running, running + step].map(time => new Date(time).toISOString())
    const last = data.location?.traffic?.[0]?.points.at(-1)
    expect(allowed).toContain(last?.at)
    expect(last?.value).toBe(Object.keys(visits).indexOf(`${last?.at?.slice(0, 19)}Z`))
    expect(allowed).toContain(data.location?.pointsOfInterest?.[0]?.traffic[0]?.points.at(-1)?.at)
    expect(allowed).toContain(brand.data.brand?.traffic?.nodes[0]?.series?.[0]?.points.at(-1)?.at)
    expect(days.data.location?.traffic?.[0]?.columns?.values.at(-1)).toBe(null)
    expect([...errors, ...brand.errors, ...days.errors]).toEqual([])
    for (const { endDate } of spansSent(served)) {
      expect(Date.parse(String(endDate))).toBeLessThanOrEqual(
        Math.ceil((Date.now() + 1) / 3_600_000) * 3_600_000,
      )
    }
  },
)

test('of a place without a time zone nothing is asked that is still to come by every clock', async () => {
  await using served = await serve({ catalog: '' })
  const now = Date.now()
  const print = (time: number) => new Date(time).toISOString().slice(0, 19)
  const range = { local: { start: print(now - 86_400_000), end: print(now + 4 * 86_400_000) } }
  await ask(served.origin, TimeTrafficDocument, { id: 'analytiks:5', range, metrics: ['VISITS'] })
  const ends = spansSent(served).map(({ endDate }) => Date.parse(`${endDate}Z`))
  expect(Math.max(...ends)).toBeLessThanOrEqual(now + 15 * 3_600_000 + 60_000)
})

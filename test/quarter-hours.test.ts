import { expect, test } from 'vitest'
import { serveAnalytiks } from '../src/sandbox/analytiks.ts'
import { RollupBrandDocument, RollupsDocument } from './generated/graphql.ts'
import { ask } from './support/client.ts'
import { serve } from './support/serving.ts'
import { answerTraffic } from './support/traffic-answers.ts'

const interval = 'QUARTER_HOUR' as const
const range = { utc: { start: '2025-06-02T09:00:00Z', end: '2025-06-02T14:00:00Z' } }
const refusal = {
  message: expect.stringMatching(/hours instead of quarter-hours.*ask for hours/),
  extensions: { code: 'UPSTREAM_INVALID_RESPONSE', provider: 'analytiks', retryable: false },
}

test.each(['0', '100000000'])(
  'hours that an account is told for quarter-hours are an error, of zones and of a brand too, with %s bytes of cache',
  async bytes => {
    await using analytiks = await serveAnalytiks({ quarterHours: 'hourly' })
    await using served = await serve({
      environment: { ...analytiks.environment, ISOTHERM_CACHE_BYTES: bytes },
    })
    for (const _time of ['cold', 'warm']) {
      const location = await ask(served.origin, RollupsDocument, { id: 'oxford-street', range, interval })
      expect(location.data.location?.traffic).toBe(null)
      expect(location.errors.filter(({ path }) => path?.[1] === 'traffic')).toMatchObject([refusal])
      const zones = location.errors.filter(({ path }) => path?.[1] === 'pointsOfInterest')
      expect(zones.length).toBeGreaterThan(0)
      for (const error of zones) expect(error).toMatchObject(refusal)
      const brand = await ask(served.origin, RollupBrandDocument, { id: 1234, range, interval })
      const nodes = brand.data.brand?.traffic?.nodes ?? []
      expect(nodes.map(({ series }) => series)).toEqual(nodes.map(() => null))
      expect(brand.errors).toHaveLength(nodes.length)
      for (const error of brand.errors) expect(error).toMatchObject(refusal)
    }
    const hours = await ask(served.origin, RollupsDocument, {
      id: 'oxford-street',
      range,
      interval: 'HOURLY',
    })
    expect(hours.errors).toEqual([])
  },
)

test.each([
  ['three quarter-hours on the hour', ['09:00', '10:00', '13:00']],
  ['many hours and one quarter-hour', ['09:00', '10:00', '11:00', '12:00', '13:45']],
])('%s are what was asked', async (_what, times) => {
  await using served = await serve()
  answerTraffic(served, 'oxford-street', {
    visits: Object.fromEntries(times.map(time => [`2025-06-02T${time}:00Z`, 2])),
  })
  const variables = { id: 'oxford-street', range, interval, metrics: ['VISITS' as const] }
  const { data, errors } = await ask(served.origin, RollupsDocument, variables)
  expect(errors).toEqual([])
  expect(data.location?.traffic).toMatchObject([{ total: 2 * times.length }])
})

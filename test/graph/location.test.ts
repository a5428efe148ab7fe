import { expect, test } from 'vitest'
import { GraphLocationDataDocument, GraphLocationDocument, type LocationBy } from '../generated/graphql.ts'
import { callsOf } from '../support/calls.ts'
import { ask } from '../support/client.ts'
import { serve } from '../support/serving.ts'

const auraVisionId = '64a1b2c3d4e5f6a7b8c9d0e3'
const identities: LocationBy[] = [
  { id: 'Location:oxford-street' },
  { id: 'oxford-street' },
  { id: `Location:aura-vision:${auraVisionId}` },
  { id: 'analytiks:1' },
  { auraVisionId },
  { auraVisionId: auraVisionId.toUpperCase() },
  { analytiksId: '1' },
  { reference: { brandId: 1234, referenceNumber: 'US0658' } },
]

test.each(identities)('a catalogued location is the same by %j', async by => {
  await using served = await serve()
  const { data, errors } = await ask(served.origin, GraphLocationDocument, { by })
  expect(errors).toEqual([])
  expect(data.location).toEqual({
    id: 'Location:oxford-street',
    name: 'Oxford Street',
    timeZone: 'Europe/London',
    auraVisionId,
    analytiksId: '1',
    brandId: 1234,
    referenceNumber: 'US0658',
  })
  expect(callsOf(served.sandbox)).toEqual({})
})

const unknown = {
  name: null,
  timeZone: null,
  auraVisionId: null,
  analytiksId: null,
  brandId: null,
  referenceNumber: null,
}

test.each([
  {
    by: { auraVisionId: auraVisionId.toUpperCase() },
    location: { ...unknown, id: `Location:aura-vision:${auraVisionId}`, auraVisionId },
  },
  { by: { analytiksId: '1' }, location: { ...unknown, id: 'Location:analytiks:1', analytiksId: '1' } },
  {
    by: { reference: { brandId: 1234, referenceNumber: 'US:06 58' } },
    location: {
      ...unknown,
      id: 'Location:reference:1234:US:06 58',
      brandId: 1234,
      referenceNumber: 'US:06 58',
    },
  },
])('a location that no catalog holds is known by $by alone, and found again by its id', async example => {
  const { by, location } = example
  await using served = await serve({ catalog: '' })
  const found = await ask(served.origin, GraphLocationDocument, { by })
  expect(found.errors).toEqual([])
  expect(found.data.location).toEqual(location)
  const again = await ask(served.origin, GraphLocationDocument, { by: { id: location.id } })
  expect(again.data).toEqual(found.data)
})

test.each([
  { by: { auraVisionId }, traffic: null, zones: null, heatmaps: expect.any(Array) },
  { by: { analytiksId: '1' }, traffic: expect.any(Array), zones: expect.any(Array), heatmaps: null },
  {
    by: { reference: { brandId: 1234, referenceNumber: 'US0658' } },
    traffic: expect.any(Array),
    zones: expect.any(Array),
    heatmaps: null,
  },
])(
  'what a vendor without an identity of the location would tell is null, and no error: $by',
  async example => {
    const { by, traffic, zones, heatmaps } = example
    await using served = await serve({ catalog: '' })
    const range = { start: '2025-06-02T00:00:00Z', end: '2025-06-03T00:00:00Z' }
    const { data, errors } = await ask(served.origin, GraphLocationDataDocument, { by, range })
    expect(errors).toEqual([])
    expect(data.location).toEqual({ traffic, pointsOfInterest: zones, heatmaps })
  },
)

test.each<LocationBy>([
  { id: 'nowhere' },
  { id: '' },
  { id: 'Website:shop' },
  { id: 'analytiks:one' },
  { id: 'aura-vision:64a1' },
  { id: 'reference:1234' },
  { auraVisionId: 'zz' },
  { analytiksId: '-1' },
  { analytiksId: '1.5' },
  { reference: { brandId: 1234, referenceNumber: '' } },
])('%j names no location, which is bad input', async by => {
  await using served = await serve()
  const { data, errors } = await ask(served.origin, GraphLocationDocument, { by })
  expect(data.location).toBeNull()
  expect(errors).toMatchObject([{ path: ['location'], extensions: { code: 'BAD_USER_INPUT' } }])
})

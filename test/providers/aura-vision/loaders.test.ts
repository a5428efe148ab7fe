import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { HeatmapsKey } from '../../../src/providers/aura-vision/loaders.ts'
import type { AuraHeatmap } from '../../../src/providers/aura-vision/wire.ts'
import { type HeatmapFilter, spatialHeatmapTypes } from '../../../src/providers/aura-vision/wire.ts'
import { serveAuraVision } from '../../../src/sandbox/aura-vision.ts'
import { detailRequest } from '../../../src/sandbox/aura-vision-rows.ts'
import type { Emulator } from '../../../src/sandbox/emulator.ts'
import { type Ask, providerConformance } from '../../support/conformance.ts'
import { answer, type Failures, httpFailures, tokenFailures, upstreamWords } from '../../support/failures.ts'
import { wire } from '../../support/wiring.ts'

const oxfordStreet = '64a1b2c3d4e5f6a7b8c9d0e3'
const rueDeRivoli = '64a1b2c3d4e5f6a7b8c9d0e4'
const now = () => new Date('2024-08-01T12:00:00Z')
const july = { start: new Date('2024-07-01T00:00:00Z'), end: new Date('2024-07-04T00:00:00Z') }
const plain = { filter: july }

providerConformance({
  name: 'aura-vision',
  serve: () => serveAuraVision({ now }),
  gates: { 'POST /oauth/token': tokenFailures, connect: connectFailures() },
  questions: {
    'detail/list': {
      ask: heatmaps({}),
      other: heatmaps({ filter: { ...july, roles: ['staff'] } }),
      merged: {
        asks: [
          heatmaps({}),
          heatmaps({ types: ['linger'] }),
          heatmaps({ types: ['path', 'linger'] }),
          heatmaps({ locationId: rueDeRivoli }),
          heatmaps({ filter: { ...july, roles: ['staff'] } }),
        ],
        calls: 2,
      },
      failures: messageFailures(),
      tooLarge: { frames: [`{id}|0|0|["${'x'.repeat(1024)}"]`] },
    },
  },
})

test('one request names each location and type once', async () => {
  await using emulator = await serveAuraVision({ now })
  await using account = wire(emulator)
  const { 'aura-vision': auraVision } = account.request()
  await Promise.all([
    auraVision.heatmaps.load({ locationId: oxfordStreet, types: ['path', 'linger'], ...plain }),
    auraVision.heatmaps.load({ locationId: rueDeRivoli, types: ['linger', 'exit'], ...plain }),
    auraVision.heatmaps.load({ locationId: oxfordStreet, types: ['exit'], ...plain }),
  ])
  const body = {
    entities: [oxfordStreet, rueDeRivoli],
    filter: {
      start: '2024-07-01T00:00:00.000Z',
      end: '2024-07-04T00:00:00.000Z',
      heatmapType: ['path', 'linger', 'exit'],
    },
  }
  expect(requests(emulator)).toMatchObject([{ data: { body } }])
})

test('filters that differ in order or repetition alone are one request, others are not', async () => {
  await using emulator = await serveAuraVision({ now })
  await using account = wire(emulator)
  const loaders = account.request()
  const load = (filter: Partial<HeatmapFilter>) => heatmaps({ filter: { ...july, ...filter } })(loaders)
  await Promise.all([
    load({ roles: ['customer', 'staff'], ages: ['18-24', '55+'] }),
    load({ roles: ['staff', 'customer', 'staff'], ages: ['55+', '18-24'] }),
    load({ roles: null, genders: [], taxonomy: null }),
    load({}),
  ])
  expect(emulator.journal.count('detail/list')).toBe(2)
  const always = ['start', 'end', 'heatmapType']
  expect(requests(emulator).map(request => Object.keys(request.data.body.filter))).toEqual([
    [...always, 'roles', 'ages'],
    always,
  ])
  await Promise.all([
    load({ start: new Date('2024-07-02T00:00:00Z') }),
    load({ end: new Date('2024-07-03T00:00:00Z') }),
    load({ roles: ['staff'] }),
    load({ ages: ['staff'] }),
    load({ genders: ['staff'] }),
    load({ taxonomy: 'staff' }),
  ])
  expect(emulator.journal.count('detail/list')).toBe(8)
})

test('what lies on the end of a range is asked and dropped, what lies on its start is kept', async () => {
  await using emulator = await serveAuraVision({ now })
  await using account = wire(emulator)
  const opening = (day: number) => new Date(`2024-07-0${day}T08:00:00Z`)
  const filter = { start: opening(1), end: opening(3) }
  const signal = new AbortController().signal
  const asked = await account.client('aura-vision').heatmaps([rueDeRivoli], ['path'], filter, { signal })
  const kept = await account
    .request(signal)
    ['aura-vision'].heatmaps.load({ locationId: rueDeRivoli, types: ['path'], filter })
  const days = (rows: readonly Pick<AuraHeatmap, 'createdAt'>[]) => [
    ...new Set(rows.map(row => row.createdAt?.slice(0, 10))),
  ]
  expect([days(asked), days(kept)]).toEqual([
    ['2024-07-01', '2024-07-02', '2024-07-03'],
    ['2024-07-01', '2024-07-02'],
  ])
})

test('what lies where a range is cut comes once, windows come in order of time, and what lies on the end is dropped', async () => {
  await using emulator = await serveAuraVision({ now })
  await using account = wire(emulator, { AURA_VISION_MAX_DAYS: '1' })
  const { journal } = emulator
  const rows = ['01T00', '02T00', '02T12', '03T00'].map(time => ({
    location_id: oxfordStreet,
    created: `2024-07-${time}:00:00.000`,
    heatmap_type: 'path',
  }))
  const frame = (from: number, to: number) => [`{id}|0|0|${JSON.stringify(rows.slice(from, to))}`]
  journal.script({ times: 1, route: 'detail/list', frames: frame(0, 2), delay: 50 })
  journal.script({ times: 1, route: 'detail/list', frames: frame(1, 4) })
  const filter = { start: july.start, end: new Date('2024-07-03T00:00:00Z') }
  const { heatmaps } = account.request()['aura-vision']
  const kept = await heatmaps.load({ locationId: oxfordStreet, types: ['path'], filter })
  expect(kept.map(({ createdAt }) => createdAt)).toEqual([
    '2024-07-01T00:00:00.000Z',
    '2024-07-02T00:00:00.000Z',
    '2024-07-02T12:00:00.000Z',
  ])
})

test('what a row says of itself decides whether it was asked: its time, its place and its type', async () => {
  await using emulator = await serveAuraVision({ now })
  await using account = wire(emulator, { AURA_VISION_MAX_DAYS: '1' })
  const { start } = july
  const end = new Date('2024-07-03T00:00:00Z')
  const row = fc.record({
    location_id: fc.constantFrom(oxfordStreet, rueDeRivoli),
    heatmap_type: fc.constantFrom('path', 'linger', 'a type to come'),
    created: fc.option(
      fc.integer({ min: -60, max: 60 }).map(hours => {
        const at = new Date(start.getTime() + hours * 3_600_000)
        return at.toISOString().slice(0, -1)
      }),
    ),
    recording_id: fc.constantFrom('a', 'b'),
  })
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(row, { selector: row => JSON.stringify(row) }), async rows => {
      emulator.journal.clear()
      const windows = ['2024-07-01', '2024-07-02'].map(day =>
        rows.filter(row => row.created?.startsWith(day)),
      )
      const rest = rows.filter(row => !windows.flat().includes(row))
      for (const window of windows)
        emulator.journal.script({
          route: 'detail/list',
          times: 1,
          frames: [`{id}|0|0|${JSON.stringify([...window, ...rest])}`],
        })
      const { heatmaps } = account.request()['aura-vision']
      const found = await heatmaps.load({ locationId: oxfordStreet, types: ['path'], filter: { start, end } })
      const expected = [...windows.flat(), ...rest].filter(
        ({ location_id, heatmap_type, created }) =>
          location_id === oxfordStreet &&
          heatmap_type === 'path' &&
          (created === null || (created >= '2024-07-01' && created < '2024-07-03')),
      )
      const nameOf = (created: string | null, recording: string | null) =>
        `${created?.replace('Z', '')} ${recording}`
      expect(found.map(row => nameOf(row.createdAt, row.recordingId)).sort()).toEqual(
        expected.map(row => nameOf(row.created, row.recording_id)).sort(),
      )
    }),
    { numRuns: 40 },
  )
})

test('questions that overlap are answered as each alone, however locations and ranges are cut', async () => {
  await using emulator = await serveAuraVision({ now })
  const hour = 3_600_000
  const filter = fc
    .tuple(fc.nat({ max: 240 }), fc.integer({ min: 1, max: 240 }), fc.constantFrom(null, ['staff']))
    .map(([from, hours, roles]) => {
      const start = new Date(july.start.getTime() + from * hour)
      return { start, end: new Date(start.getTime() + hours * hour), roles }
    })
  const key = fc.record({
    locationId: fc.constantFrom(oxfordStreet, rueDeRivoli, '64a1b2c3d4e5f6a7b8c9d0e5', 'a'.repeat(24)),
    types: fc.subarray([...spatialHeatmapTypes]),
    withImages: fc.boolean(),
  })
  const keys = fc
    .tuple(fc.array(filter, { minLength: 1, maxLength: 2 }), fc.array(key, { maxLength: 8 }))
    .map(([filters, keys]) => keys.flatMap(key => filters.map(filter => ({ ...key, filter }))))
  const bounds = fc.record({
    locations: fc.integer({ min: 1, max: 3 }),
    days: fc.integer({ min: 1, max: 5 }),
  })
  await using whole = wire(emulator)
  await fc.assert(
    fc.asyncProperty(keys, bounds, async (keys, { locations, days }) => {
      await using account = wire(emulator, {
        AURA_VISION_MAX_LOCATIONS: `${locations}`,
        AURA_VISION_MAX_DAYS: `${days}`,
      })
      const { heatmaps } = account.request()['aura-vision']
      emulator.journal.clear()
      const together = await Promise.all(keys.map(key => heatmaps.load(key)))
      for (const { data } of requests(emulator)) {
        const { entities, filter } = data.body
        expect(entities.length).toBeLessThanOrEqual(locations)
        expect(Date.parse(filter.end) - Date.parse(filter.start)).toBeLessThanOrEqual(days * 24 * hour)
      }
      const alone = await Promise.all(keys.map(key => whole.request()['aura-vision'].heatmaps.load(key)))
      expect(together).toEqual(alone)
      for (const [index, rows] of together.entries())
        for (const row of rows) expect(keys[index]?.types).toContain(row.type)
    }),
    { numRuns: 30 },
  )
})

test('a failed request fails the keys with a cell in it, and no other', async () => {
  await using emulator = await serveAuraVision({ now })
  await using account = wire(emulator, { AURA_VISION_MAX_LOCATIONS: '1', AURA_VISION_MAX_DAYS: '2' })
  const broken = { times: 1, route: 'detail/list', frames: ['{id}|0|0|{"rows":[]}'] }
  emulator.journal.script(broken)
  const loaders = account.request()
  const outcomes = await Promise.allSettled([
    heatmaps({ types: ['path'] })(loaders),
    heatmaps({ types: ['linger'] })(loaders),
    heatmaps({ locationId: rueDeRivoli, types: ['path', 'linger'] })(loaders),
    heatmaps({ filter: { ...july, roles: ['staff'] } })(loaders),
  ])
  expect(requests(emulator)[0]?.data.body.entities).toEqual([oxfordStreet])
  expect(emulator.journal.count('detail/list')).toBe(6)
  const failed = { status: 'rejected', reason: { code: 'UPSTREAM_INVALID_RESPONSE' } }
  const fine = { status: 'fulfilled', value: expect.arrayContaining([expect.anything()]) }
  expect(outcomes).toMatchObject([failed, failed, fine, fine])
})

test('rows say whether they have an image, and hold no URL', async () => {
  await using emulator = await serveAuraVision({ now })
  await using account = wire(emulator)
  const key = { locationId: oxfordStreet, types: ['path'], filter: july } as const
  const rows = await account.request()['aura-vision'].heatmaps.load(key)
  expect(rows.length).toBeGreaterThan(0)
  for (const row of rows) expect(row).toMatchObject({ hasImage: true })
  expect(JSON.stringify(rows)).not.toContain('http')
})

function requests({ journal }: Emulator) {
  const calls = journal.calls.filter(call => call.route === 'detail/list')
  return calls.map(call => detailRequest.parse(call.body))
}

function heatmaps(key: Partial<HeatmapsKey>): Ask {
  return ({ 'aura-vision': auraVision }) =>
    auraVision.heatmaps.load({ locationId: oxfordStreet, types: ['path'], ...plain, ...key })
}

function connectFailures(): Failures {
  const refused = { code: 'UPSTREAM_UNAUTHENTICATED', retryable: false } as const
  const unavailable = { code: 'UPSTREAM_UNAVAILABLE', retryable: true } as const
  return {
    'a cut connection': httpFailures['a cut connection'],
    'a redirect': {
      fault: answer(307, { location: '/elsewhere' }),
      error: { ...unavailable, upstreamStatus: 307 },
    },
    'status 401': { fault: answer(401), error: { ...refused, upstreamStatus: 401 } },
    'status 403': { fault: answer(403), error: { ...refused, upstreamStatus: 403 } },
    'status 404': { fault: answer(404), error: { ...unavailable, upstreamStatus: 404 } },
    'status 429': httpFailures['status 429'],
    'status 500': httpFailures['status 500'],
    'status 503': httpFailures['status 503'],
  }
}

function messageFailures(): Failures {
  const invalid = { code: 'UPSTREAM_INVALID_RESPONSE', retryable: false } as const
  const stray = (message: string) => ({ frames: [JSON.stringify({ message, connectionId: upstreamWords })] })
  return {
    'JSON that breaks off': {
      fault: { frames: [`{id}|0|0|[{"location_id":"${upstreamWords}`] },
      error: invalid,
      keepsCause: true,
    },
    'JSON of another shape': {
      fault: { frames: [`{id}|0|0|{"rows":"${upstreamWords}"}`] },
      error: invalid,
      keepsCause: true,
    },
    'a web page': { fault: { frames: [`<!doctype html><title>${upstreamWords}</title>`] }, error: invalid },
    'a cut connection': { fault: { cut: true }, error: { code: 'UPSTREAM_UNAVAILABLE', retryable: true } },
    'that it may not': { fault: stray('Forbidden'), error: { code: 'UPSTREAM_FORBIDDEN', retryable: false } },
    'that the token is bad': {
      fault: stray('Unauthorized'),
      error: { code: 'UPSTREAM_UNAUTHENTICATED', retryable: false },
    },
    'that it failed': {
      fault: stray('Internal server error'),
      error: { code: 'UPSTREAM_UNAVAILABLE', retryable: true },
    },
    'that it took too long': {
      fault: stray('Endpoint request timed out'),
      error: { code: 'UPSTREAM_TIMEOUT', retryable: true },
    },
    'that it was asked too often': {
      fault: stray('Too Many Requests'),
      error: { code: 'UPSTREAM_RATE_LIMITED', retryable: true },
    },
    'words of its own': {
      fault: stray(upstreamWords),
      error: { code: 'UPSTREAM_REJECTED', retryable: false },
    },
  }
}

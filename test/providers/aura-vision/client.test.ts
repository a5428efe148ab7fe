import { readFileSync } from 'node:fs'
import { GraphQLLocalDateTime } from 'graphql-scalars'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { HeatmapFilter, SpatialHeatmapType } from '../../../src/providers/aura-vision/wire.ts'
import { type AuraVisionEmulator, serveAuraVision } from '../../../src/sandbox/aura-vision.ts'
import { openTunnel } from '../../support/tunnel.ts'
import { arrival, failureOf, onlyOnce, type Wiring, wire } from '../../support/wiring.ts'

const oxfordStreet = '64a1b2c3d4e5f6a7b8c9d0e3'
const july: HeatmapFilter = {
  start: new Date('2024-07-01T00:00:00Z'),
  end: new Date('2024-07-03T23:59:59Z'),
}
const types: readonly SpatialHeatmapType[] = ['path', 'linger', 'entry', 'exit', 'interaction']
const unauthorized = '{"message":"Unauthorized","connectionId":"a","requestId":"b"}'
const now = () => new Date('2024-08-01T12:00:00Z')

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

describe('the socket', () => {
  test('is one for many requests in flight, with one token', async () => {
    await using emulator = await serveAuraVision({ now })
    await using account = wire(emulator)
    const answers = await Promise.all(types.map(type => ask(account, type)))
    expect(answers.map(rows => new Set(rows.map(row => row.type)))).toEqual(
      types.map(type => new Set([type])),
    )
    await ask(account, 'path')
    expect(costs(emulator)).toEqual({ tokens: 1, connects: 1, requests: 6 })
    expect(emulator.connections()).toBe(1)
  })

  test('that was closed while idle is opened again for the next request, with the same token', async () => {
    await using emulator = await serveAuraVision({ now, idleSeconds: 0.3 })
    await using tunnel = await openTunnel(emulator)
    await using account = wire(emulator, { AURA_VISION_URL: tunnel.environment.AURA_VISION_URL })
    const before = await ask(account, 'path')
    await tunnel.drained()
    expect(await ask(account, 'path')).toEqual(before)
    expect(costs(emulator)).toEqual({ tokens: 1, connects: 2, requests: 2 })
  })

  test('that is cut loses no answer and repeats none: what was in flight is asked once more', async () => {
    await using emulator = await serveAuraVision({ now })
    await using account = wire(emulator)
    const expected = await Promise.all(types.map(type => ask(account, type)))
    emulator.journal.clear()
    emulator.journal.script({ route: 'detail/list', hang: true, times: types.length })
    const arrived = arrival(emulator, 'detail/list', types.length)
    const answers = Promise.all(types.map(type => ask(account, type)))
    await arrived
    emulator.dropConnections()
    expect(await answers).toEqual(expected)
    expect(costs(emulator)).toEqual({ tokens: 0, connects: 1, requests: 2 * types.length })
  })

  test('on which nothing came until the deadline is left for another one', async () => {
    await using emulator = await serveAuraVision({ now })
    await using account = wire(emulator, { ISOTHERM_UPSTREAM_TIMEOUT_MS: '300' })
    emulator.journal.script({ route: 'detail/list', hang: true, times: 1 })
    expect(await failureOf(ask(account, 'path'))).toMatchObject({ code: 'UPSTREAM_TIMEOUT' })
    expect(await ask(account, 'path')).not.toEqual([])
    expect(costs(emulator)).toEqual({ tokens: 1, connects: 2, requests: 2 })
  })

  test('holds no deadline of a request that was answered', async () => {
    await using emulator = await serveAuraVision({ now })
    await using account = wire(emulator)
    await ask(account, 'path')
    const heldBeyond = vi.spyOn(AbortSignal, 'timeout')
    expect(await ask(account, 'path')).not.toEqual([])
    expect(heldBeyond).not.toHaveBeenCalled()
  })

  test('tells that one of several failed by asking each by itself, long before any deadline', async () => {
    await using emulator = await serveAuraVision({ now })
    await using account = wire(emulator, { ISOTHERM_UPSTREAM_TIMEOUT_MS: '600000' })
    emulator.journal.script({ route: 'detail/list', hang: true, times: 1 })
    emulator.journal.script({
      route: 'detail/list',
      frames: ['{"message":"Internal server error"}'],
      times: 1,
    })
    const [one, other, ...rest] = await Promise.all(types.map(type => ask(account, type)))
    for (const rows of [one, other, ...rest]) expect(rows).not.toEqual([])
    expect(costs(emulator)).toEqual({ tokens: 1, connects: 3, requests: types.length + 2 })
    expect(await ask(account, 'path')).toEqual(one)
    expect(costs(emulator).connects).toBe(3)
  })

  test('is replaced before the two hours that a gateway allows it, and fails nothing', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: now() })
    await using emulator = await serveAuraVision({ now, tokenSeconds: 86_400 })
    await using account = wire(emulator)
    const minutes = (count: number) => vi.setSystemTime(now().getTime() + count * 60_000)
    const before = await ask(account, 'path')
    minutes(109)
    await ask(account, 'path')
    expect(costs(emulator)).toMatchObject({ tokens: 1, connects: 1 })
    emulator.journal.script({ route: 'detail/list', delay: 50, times: 1 })
    const arrived = arrival(emulator, 'detail/list')
    const slow = ask(account, 'path')
    await arrived
    minutes(111)
    expect(await ask(account, 'path')).toEqual(before)
    expect(await slow).toEqual(before)
    expect(costs(emulator)).toMatchObject({ tokens: 1, connects: 2, requests: 4 })
  })

  test('whose other end is gone without a word costs the next question less than its deadline', async () => {
    await using emulator = await serveAuraVision({ now })
    await using tunnel = await openTunnel(emulator)
    const { AURA_VISION_URL } = tunnel.environment
    await using account = wire(emulator, { AURA_VISION_URL, ISOTHERM_UPSTREAM_TIMEOUT_MS: '6000' })
    const before = await ask(account, 'path')
    tunnel.stall()
    expect(await ask(account, 'path')).toEqual(before)
    expect(costs(emulator)).toEqual({ tokens: 1, connects: 2, requests: 2 })
  })

  test('that is closed over a question that is too long fails it only', async () => {
    await using emulator = await serveAuraVision({ now })
    await using account = wire(emulator)
    const long = { ...july, roles: ['x'.repeat(200_000)] }
    const tooLong = failureOf(ask(account, 'path', long))
    const others = await Promise.all(types.map(type => ask(account, type)))
    for (const rows of others) expect(rows).not.toEqual([])
    expect(await tooLong).toMatchObject({ code: 'UPSTREAM_REJECTED', retryable: false })
  })

  test('that is cut twice is an error, and no third request', async () => {
    await using emulator = await serveAuraVision({ now })
    await using account = wire(emulator)
    emulator.journal.script({ route: 'detail/list', cut: true })
    const error = await failureOf(ask(account, 'path'))
    expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', provider: 'aura-vision', retryable: true })
    expect(costs(emulator)).toEqual({ tokens: 1, connects: 2, requests: 2 })
  })
})

describe('a split answer', () => {
  const numberings = ['last-index', 'count-from-zero', 'count-from-one'] as const
  const orders = ['in-turn', 'interleaved', 'reversed'] as const
  const cases = numberings.flatMap(numbering =>
    orders.flatMap(order => ['auto', numbering].map(setting => ({ numbering, order, setting }))),
  )

  test.each(cases)(
    'is whole: $numbering, $order, read as $setting',
    async ({ numbering, order, setting }) => {
      await using emulator = await serveAuraVision({ now, parts: 7, numbering, order })
      await using account = wire(emulator, { AURA_VISION_PART_NUMBERING: setting })
      const answers = await Promise.all(types.map(type => ask(account, type)))
      for (const [index, rows] of answers.entries()) {
        expect(rows).toHaveLength(3 * 2 * 2)
        expect(new Set(rows.map(row => row.type))).toEqual(new Set([types[index]]))
        expect(rows.map(row => row.role)).toContain('customer|staff')
      }
    },
  )
})

describe('the token', () => {
  test('is renewed with the socket before it ends, and what is in flight keeps its socket', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: now() })
    await using emulator = await serveAuraVision({ now, tokenSeconds: 3600 })
    await using tunnel = await openTunnel(emulator)
    await using account = wire(emulator, { AURA_VISION_URL: tunnel.environment.AURA_VISION_URL })
    await ask(account, 'path')
    vi.setSystemTime(now().getTime() + 2_699_000)
    await ask(account, 'linger')
    expect(costs(emulator)).toMatchObject({ tokens: 1, connects: 1 })

    emulator.journal.script({ route: 'detail/list', delay: 50, times: 1 })
    const arrived = arrival(emulator, 'detail/list')
    const slow = ask(account, 'entry')
    await arrived
    vi.setSystemTime(now().getTime() + 2_700_000)
    expect(await ask(account, 'exit')).not.toEqual([])
    expect(await slow).not.toEqual([])
    expect(costs(emulator)).toEqual({ tokens: 2, connects: 2, requests: 4 })
    await tunnel.drained(1)
  })

  const unavailable = { answer: { status: 503 } }
  test.each([
    ['fails at its issuer', { route: 'POST /oauth/token', ...unavailable }, 1],
    ['hangs at its issuer', { route: 'POST /oauth/token', hang: true }, 1],
    ['fails at connect', { route: 'connect', ...unavailable }, 2],
    ['hangs at connect', { route: 'connect', hang: true }, 2],
    ['is refused at connect', { route: 'connect', answer: { status: 401 } }, 3],
  ])('whose renewal %s serves on its socket until it ends', async (_, fault, connects) => {
    vi.useFakeTimers({ toFake: ['Date'], now: now() })
    await using emulator = await serveAuraVision({ now, tokenSeconds: 3600 })
    await using account = wire(emulator, { ...onlyOnce, ISOTHERM_UPSTREAM_TIMEOUT_MS: '600' })
    await ask(account, 'path')
    emulator.journal.script(fault)
    vi.setSystemTime(now().getTime() + 2_700_000)
    expect(await ask(account, 'linger')).not.toEqual([])
    expect(await ask(account, 'entry')).not.toEqual([])
    expect(costs(emulator)).toMatchObject({ connects, requests: 3 })
    expect(emulator.connections()).toBe(1)

    vi.setSystemTime(now().getTime() + 3_600_000)
    await failureOf(ask(account, 'exit'))
    expect(costs(emulator).requests).toBe(3)
  })

  test('whose renewal failed is renewed ten seconds later', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: now() })
    await using emulator = await serveAuraVision({ now, tokenSeconds: 3600 })
    await using tunnel = await openTunnel(emulator)
    await using account = wire(emulator, { ...onlyOnce, AURA_VISION_URL: tunnel.environment.AURA_VISION_URL })
    await ask(account, 'path')
    emulator.journal.script({ route: 'connect', ...unavailable, times: 1 })
    for (const [seconds, connects] of [
      [2700, 2],
      [2709, 2],
      [2710, 3],
    ] as const) {
      vi.setSystemTime(now().getTime() + seconds * 1000)
      expect(await ask(account, 'linger')).not.toEqual([])
      expect(costs(emulator)).toMatchObject({ tokens: 2, connects })
    }
    await tunnel.drained(1)
  })

  test('that is refused at connect is renewed once', async () => {
    await using emulator = await serveAuraVision({ now })
    await using account = wire(emulator)
    emulator.journal.script({ route: 'connect', answer: { status: 401 }, times: 1 })
    expect(await ask(account, 'path')).not.toEqual([])
    expect(costs(emulator)).toEqual({ tokens: 2, connects: 2, requests: 1 })
  })

  test('that is refused in mid-session is renewed once, and all that was in flight is asked again', async () => {
    await using emulator = await serveAuraVision({ now })
    await using account = wire(emulator)
    emulator.journal.script({ route: 'detail/list', frames: [unauthorized], times: 1 })
    const answers = await Promise.all([ask(account, 'path'), ask(account, 'linger')])
    expect(answers.map(rows => rows[0]?.type)).toEqual(['path', 'linger'])
    expect(costs(emulator)).toMatchObject({ tokens: 2, connects: 2 })
  })

  test('that is refused again after a renewal in vain is renewed at once', async () => {
    await using emulator = await serveAuraVision({ now })
    await using account = wire(emulator)
    emulator.journal.script({ route: 'detail/list', frames: [unauthorized], times: 2 })
    expect(await failureOf(ask(account, 'path'))).toMatchObject({ code: 'UPSTREAM_UNAUTHENTICATED' })
    expect(costs(emulator).tokens).toBe(2)
    emulator.journal.script({ route: 'connect', answer: { status: 401 }, times: 1 })
    expect(await ask(account, 'linger')).not.toEqual([])
    expect(costs(emulator).tokens).toBe(3)
  })

  test('that one of several questions is refused with fails that one only', async () => {
    await using emulator = await serveAuraVision({ now })
    await using account = wire(emulator)
    emulator.journal.arrive = ({ body }) =>
      JSON.stringify(body)?.includes('"path"') ? { frames: [unauthorized] } : undefined
    const types = ['linger', 'path', 'entry', 'exit'] as const
    const outcomes = await Promise.allSettled(types.map(type => ask(account, type)))
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
    expect(outcomes[1]).toMatchObject({ reason: { code: 'UPSTREAM_UNAUTHENTICATED', retryable: false } })
  })

  test('whose renewal was in vain too often leaves the question retryable, for no request more', async () => {
    await using emulator = await serveAuraVision({ now })
    await using account = wire(emulator)
    emulator.journal.script({ route: 'detail/list', frames: [unauthorized] })
    for (const type of ['path', 'linger', 'entry', 'exit', 'interaction'] as const)
      expect(await failureOf(ask(account, type))).toMatchObject({ retryable: false })
    const before = costs(emulator)
    const failure = await failureOf(ask(account, 'lingerPeopleCount'))
    expect(failure).toMatchObject({
      code: 'UPSTREAM_UNAUTHENTICATED',
      message: expect.stringMatching(/refuses the token, or what was asked/),
      retryable: true,
      retryAfterSeconds: 60,
    })
    expect(costs(emulator)).toMatchObject({ tokens: before.tokens, requests: before.requests + 1 })
  })

  test.each([
    ['at connect', { route: 'connect', answer: { status: 401 } }],
    ['in mid-session', { route: 'detail/list', frames: [unauthorized] }],
  ])('is not renewed over and over when every one is refused %s', async (_, fault) => {
    await using emulator = await serveAuraVision({ now })
    await using account = wire(emulator)
    emulator.journal.script(fault)
    for (const _ of [1, 2, 3]) {
      expect(await failureOf(ask(account, 'path'))).toMatchObject({ code: 'UPSTREAM_UNAUTHENTICATED' })
      expect(costs(emulator).tokens).toBe(2)
    }
  })
})

describe('the wire', () => {
  const example = (file: string) =>
    readFileSync(new URL(`../../fixtures/aura-vision/${file}`, import.meta.url), 'utf8')

  test("carries the vendor's documented request, and its documented answer is understood", async () => {
    vi.stubEnv('TZ', 'Asia/Kolkata')
    expect(new Date(0).getHours()).toBe(5)
    await using emulator = await serveAuraVision({ now })
    await using account = wire(emulator, { AURA_VISION_IMAGE_HOSTS: 'heatmaps.auravisionlabs.com' })
    emulator.journal.script({ frames: [example('detail-response.txt').replace('req-hm-001', '{id}')] })
    const week = { start: new Date('2024-04-01T00:00:00Z'), end: new Date('2024-04-07T23:59:59Z') }
    const rows = await account
      .client('aura-vision')
      .heatmaps([oxfordStreet], ['path', 'linger'], week, { signal: new AbortController().signal })
    const request = JSON.parse(example('detail-request.json'))
    request.data.id = expect.stringMatching(/^[^|]+$/)
    expect(emulator.journal.calls.at(-1)?.body).toEqual(request)
    expect(rows.map(row => row.type)).toEqual(['path', 'linger'])
    expect(rows[0]).toEqual({
      organisationId: '64a1b2c3d4e5f6a7b8c9d0e2',
      locationId: oxfordStreet,
      recordingId: '64a1b2c3d4e5f6a7b8c9d0e4',
      url: 'https://heatmaps.auravisionlabs.com/<signed-key>',
      createdAt: '2024-04-01T00:15:00.000Z',
      localTime: '2024-04-01T01:15:00.000',
      age: '25-34',
      gender: 'female',
      role: 'customer',
      type: 'path',
    })
  })

  test.each([
    ['2024-04-01T01:15:00.000', '2024-04-01T01:15:00.000'],
    ['2025-08-05T11:00:00', '2025-08-05T11:00:00'],
    ['2025-08-05T11:00', '2025-08-05T11:00:00'],
    ['2025-08-05 11:00:00.5', '2025-08-05T11:00:00.5'],
    ['2025-08-05t11:00:30', '2025-08-05T11:00:30'],
    ['2025-08-05T11:00:00+01:00', '2025-08-05T11:00:00'],
    ['2016-12-31T23:59:60', '2016-12-31T23:59:59'],
    [null, null],
  ])('reads the local time %s as %s', async (sent, told) => {
    await using emulator = await serveAuraVision({ now })
    await using account = wire(emulator)
    emulator.journal.script({ frames: [rowAt(sent)] })
    const [row] = await ask(account, 'path')
    expect(row?.localTime).toBe(told)
    if (told !== null) expect(GraphQLLocalDateTime.serialize(told)).toBe(told)
  })

  test.each([
    'noon',
    '',
    '2025-08-05',
    '11:00:00',
    '2025-02-30T11:00:00',
    '2025-08-05T25:00:00',
    '2025-08-05T11:00:00Z',
    '+012025-08-05T11:00:00',
  ])('refuses the local time "%s"', async sent => {
    await using emulator = await serveAuraVision({ now })
    await using account = wire(emulator)
    emulator.journal.script({ frames: [rowAt(sent)] })
    expect(await failureOf(ask(account, 'path'))).toMatchObject({ code: 'UPSTREAM_INVALID_RESPONSE' })
  })

  test('fetches no image from a host that is not allowed', async () => {
    await using emulator = await serveAuraVision({ now })
    await using account = wire(emulator, { AURA_VISION_IMAGE_HOSTS: 'images.example.com' })
    const [row] = await ask(account, 'path')
    const { signal } = new AbortController()
    const error = await failureOf(account.client('aura-vision').image(row?.url ?? '', { signal }))
    expect(error).toMatchObject({ code: 'UPSTREAM_INVALID_RESPONSE', provider: 'aura-vision' })
    expect(error.message).not.toContain('127.0.0.1')
    expect(emulator.journal.calls.map(({ route }) => route)).not.toContainEqual(
      expect.stringContaining('/heatmaps/'),
    )
  })
})

function ask(account: Wiring, type: SpatialHeatmapType, filter = july) {
  return account
    .client('aura-vision')
    .heatmaps([oxfordStreet], [type], filter, { signal: new AbortController().signal })
}

function rowAt(localTime: string | null) {
  return `{id}|0|0|${JSON.stringify([{ location_id: oxfordStreet, heatmap_type: 'path', local_time: localTime }])}`
}

function costs({ journal }: AuraVisionEmulator) {
  return {
    tokens: journal.count('POST /oauth/token'),
    connects: journal.count('connect'),
    requests: journal.count('detail/list'),
  }
}

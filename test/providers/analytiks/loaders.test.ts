import { describe, expect, test } from 'vitest'
import type { Question } from '../../../src/providers/analytiks/client.ts'
import type { LocationIdentity, TrafficKey } from '../../../src/providers/analytiks/loaders.ts'
import { type AnalytiksEmulator, serveAnalytiks } from '../../../src/sandbox/analytiks.ts'
import { type Ask, providerConformance } from '../../conformance.ts'
import { answer, httpFailures, tokenFailures } from '../../failures.ts'
import { failureOf, type Wiring, wire } from '../../wiring.ts'

const june: Question = {
  span: { form: 'utc', start: Date.UTC(2025, 5, 2), end: Date.UTC(2025, 5, 3) },
  step: 'hourly',
}

// A 401 is about the locations once the token was renewed.
const failures = {
  ...httpFailures,
  'status 401': {
    fault: answer(401),
    error: { code: 'UPSTREAM_FORBIDDEN', retryable: false, upstreamStatus: 401 },
  },
} as const

providerConformance({
  name: 'analytiks',
  serve: () => serveAnalytiks(),
  gates: { 'POST /token': tokenFailures },
  questions: {
    'POST /json/v1': { ...trafficQuestion('FAIL'), failures },
    'POST /json/v2': { ...trafficQuestion('PARTIAL'), failures },
    'POST /json/v3': {
      ask: brandTraffic(1234, 1),
      other: brandTraffic(5678, 1),
      merged: { asks: [brandTraffic(1234, 1), brandTraffic(1234, 6), brandTraffic(5678, 1)], calls: 3 },
      failures,
    },
  },
})

describe('traffic', () => {
  test('of a location that is refused is an error of that location alone', async () => {
    await using emulator = await serveAnalytiks()
    await using account = wire(emulator)
    const outcomes = await Promise.allSettled(
      load(account, [
        { locationId: 1 },
        { locationId: 99 },
        { locationId: 7 },
        { brandId: 1234, referenceNumber: 'XX0000' },
        { brandId: 1234, referenceNumber: 'US0658' },
      ]),
    )
    expect(outcomes.map(outcome => outcome.status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
    ])
    expect(outcomes[1]).toMatchObject({ reason: { code: 'UPSTREAM_FORBIDDEN', provider: 'analytiks' } })
    expect(outcomes[3]).toMatchObject({ reason: { code: 'UPSTREAM_FORBIDDEN', provider: 'analytiks' } })
    expect(costs(emulator)).toEqual({ v1: 0, v2: 2, v3: 0 })
  })

  test('that is to fail as a whole fails for all who are asked together', async () => {
    await using emulator = await serveAnalytiks()
    await using account = wire(emulator)
    const failing = load(account, [{ locationId: 1 }, { locationId: 99 }], { onRefusal: 'FAIL' })
    for (const error of await Promise.all(failing.map(failureOf)))
      expect(error).toMatchObject({ code: 'UPSTREAM_FORBIDDEN' })
    const [row] = await Promise.all(load(account, [{ locationId: 1 }], { onRefusal: 'FAIL' }))
    expect(row?.locationId).toBe(1)
  })

  test('goes by ids and by the references of each brand, each their way', async () => {
    await using emulator = await serveAnalytiks()
    await using account = wire(emulator)
    const rows = await Promise.all(
      load(account, [
        { brandId: 5678, referenceNumber: 'DE1000' },
        { locationId: 3 },
        { brandId: 1234, referenceNumber: 'FR2561' },
        { locationId: 1 },
        { brandId: 1234, referenceNumber: 'US0658' },
      ]),
    )
    expect(rows.map(row => row.locationId)).toEqual([7, 3, 2, 1, 1])
    const asked = choices(emulator)
    expect(asked).toHaveLength(3)
    expect(asked).toContainEqual({ brandId: 5678, referenceNumbers: ['DE1000'] })
    expect(asked).toContainEqual({ locations: [3, 1] })
    expect(asked).toContainEqual({ brandId: 1234, referenceNumbers: ['FR2561', 'US0658'] })
  })

  test('of another range, form, interval or way to be refused is another call', async () => {
    await using emulator = await serveAnalytiks()
    await using account = wire(emulator)
    const { analytiks } = account.request()
    const { span } = june
    const changes: Partial<TrafficKey>[] = [
      {},
      { step: '15min' },
      { span: { ...span, form: 'local' } },
      { span: { ...span, start: span.start + 3_600_000 } },
      { span: { ...span, end: span.end + 3_600_000 } },
      { onRefusal: 'FAIL' },
      {},
    ]
    const key: TrafficKey = { ...june, identity: { locationId: 1 }, onRefusal: 'PARTIAL' }
    await Promise.all(changes.map(change => analytiks.traffic.load({ ...key, ...change })))
    expect(costs(emulator)).toEqual({ v1: 1, v2: 5, v3: 0 })
  })

  test.each(['PARTIAL', 'FAIL'] as const)(
    'of a location that is neither answered nor refused is an error: %s',
    async onRefusal => {
      await using emulator = await serveAnalytiks()
      await using account = wire(emulator)
      const rows = [{ locationId: 1 }]
      emulator.journal.script({ route: 'POST /json/v1', answer: { body: rows } })
      emulator.journal.script({ route: 'POST /json/v2', answer: { body: { successes: rows, failures: {} } } })
      const [found, missing] = load(account, [{ locationId: 1 }, { locationId: 2 }], { onRefusal })
      expect(await found).toMatchObject({ locationId: 1 })
      expect(await failureOf(missing ?? Promise.resolve())).toMatchObject({
        code: 'UPSTREAM_INVALID_RESPONSE',
        provider: 'analytiks',
      })
    },
  )

  test('of more locations than one call takes is refused before any call', async () => {
    await using emulator = await serveAnalytiks({ extraStores: 60 })
    await using account = wire(emulator)
    const identities = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ locationId: 1001 + index }))
    const rows = await Promise.all(load(account, identities(50)))
    expect(rows.map(row => row.locationId)).toEqual(identities(50).map(({ locationId }) => locationId))
    emulator.journal.clear()
    const [outcome] = await Promise.allSettled(load(account, identities(51)))
    expect(outcome).toMatchObject({ reason: { extensions: { code: 'BAD_USER_INPUT' } } })
    expect(emulator.journal.count()).toBe(0)
  })
})

describe('the walk over a brand', () => {
  const count = (wanted: number) => (rows: readonly unknown[]) => rows.length >= wanted

  test('reads no further than somebody asks, and nothing twice', async () => {
    await using emulator = await serveAnalytiks({ pageSize: 2 })
    await using account = wire(emulator)
    const { analytiks } = account.request()
    const walk = analytiks.brandTraffic(1234, { ...june })
    expect(costs(emulator).v3).toBe(0)
    const { rows, ended } = await walk.until(count(2))
    expect([rows.map(row => row.locationId), ended, costs(emulator).v3]).toEqual([[1, 2], false, 1])
    await Promise.all([walk.until(count(3)), walk.until(count(4)), walk.until(count(1))])
    expect(costs(emulator).v3).toBe(2)
    const all = await analytiks.brandTraffic(1234, { ...june }).until(() => false)
    expect(all.rows.map(row => row.locationId)).toEqual([1, 2, 3, 4, 5, 6])
    expect([all.ended, costs(emulator).v3]).toEqual([true, 3])
    await walk.until(() => false)
    expect(costs(emulator).v3).toBe(3)
    const cursors = choices(emulator).map(({ cursor }) => cursor)
    expect(cursors).toEqual([null, expect.any(String), expect.any(String)])
  })

  test('fails where a page fails, and stays failed for whoever needs that page', async () => {
    await using emulator = await serveAnalytiks({ pageSize: 2 })
    await using account = wire(emulator)
    const walk = account.request().analytiks.brandTraffic(1234, june)
    await walk.until(count(2))
    emulator.journal.script({ route: 'POST /json/v3', answer: { status: 500 }, times: 1 })
    for (const _ of [1, 2])
      expect(await failureOf(walk.until(count(3)))).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
    expect(costs(emulator).v3).toBe(2)
    expect((await walk.until(count(2))).rows).toHaveLength(2)
  })

  test('fails where a location comes again, as it might have no end', async () => {
    await using emulator = await serveAnalytiks()
    await using account = wire(emulator)
    const pages = [[{ locationId: 1 }], [{ locationId: 2 }, { locationId: 1 }]]
    for (const [index, data] of pages.entries()) {
      const answer = { body: { cursor: `after ${index}`, data } }
      emulator.journal.script({ route: 'POST /json/v3', answer, times: 1 })
    }
    const walk = account.request().analytiks.brandTraffic(1234, june)
    expect((await walk.until(count(1))).ended).toBe(false)
    expect(await failureOf(walk.until(count(2)))).toMatchObject(endless)
    expect(costs(emulator).v3).toBe(2)
  })

  test('fails where page after page is empty, however new their cursors are', async () => {
    await using emulator = await serveAnalytiks()
    await using account = wire(emulator)
    emulator.journal.script({ route: 'POST /json/v3', answer: { body: { cursor: 'next', data: [] } } })
    const walk = account.request().analytiks.brandTraffic(1234, june)
    expect(await failureOf(walk.until(count(1)))).toMatchObject(endless)
    expect(costs(emulator).v3).toBe(21)
  })
})

const endless = { code: 'UPSTREAM_INVALID_RESPONSE', provider: 'analytiks', retryable: true }

function load(account: Wiring, identities: readonly LocationIdentity[], change: Partial<TrafficKey> = {}) {
  const { analytiks } = account.request()
  return identities.map(identity =>
    analytiks.traffic.load({ ...june, onRefusal: 'PARTIAL', identity, ...change }),
  )
}

function costs({ journal }: AnalytiksEmulator) {
  const [v1, v2, v3] = ['v1', 'v2', 'v3'].map(version => journal.count(`POST /json/${version}`))
  return { v1, v2, v3 }
}

/** What each call chose, in the order of arrival. */
function choices({ journal }: AnalytiksEmulator) {
  return journal.calls
    .filter(call => call.route !== 'POST /token')
    .map(({ body }) => {
      const { startDate: _start, endDate: _end, interval: _interval, ...choice } = Object(body)
      return choice
    })
}

function trafficQuestion(onRefusal: TrafficKey['onRefusal']) {
  const ask =
    (identity: LocationIdentity): Ask =>
    ({ analytiks }) =>
      analytiks.traffic.load({ ...june, identity, onRefusal })
  return {
    ask: ask({ locationId: 1 }),
    other: ask({ brandId: 1234, referenceNumber: 'FR2561' }),
    merged: {
      asks: [
        ask({ locationId: 1 }),
        ask({ brandId: 1234, referenceNumber: 'US0658' }),
        ask({ locationId: 7 }),
        ask({ brandId: 5678, referenceNumber: 'DE1000' }),
        ask({ brandId: 1234, referenceNumber: 'FR2561' }),
      ],
      calls: 3,
    },
  }
}

/** Walks a brand until `count` locations are known. */
function brandTraffic(brandId: number, count: number): Ask {
  return async ({ analytiks }) => {
    const { rows } = await analytiks.brandTraffic(brandId, june).until(read => read.length >= count)
    return rows.slice(0, count)
  }
}

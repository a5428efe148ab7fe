import { describe, expect, test } from 'vitest'
import type { BrandQuestion } from '../../../src/providers/analytiks/brand-question.ts'
import type { LocationIdentity } from '../../../src/providers/analytiks/records.ts'
import { locationMetrics, pointOfInterestMetrics } from '../../../src/providers/analytiks/records.ts'
import type { TrafficReport } from '../../../src/providers/analytiks/series.ts'
import type { TrafficKey, TrafficQuestion } from '../../../src/providers/analytiks/traffic-question.ts'
import { type AnalytiksEmulator, serveAnalytiks } from '../../../src/sandbox/analytiks.ts'
import { type Ask, providerConformance } from '../../support/conformance.ts'
import { answer, httpFailures, tokenFailures } from '../../support/failures.ts'
import { failureOf, onlyOnce, type Wiring, wire } from '../../support/wiring.ts'
import { hour, seriesOf, utc } from './traffic-rows.ts'

const june: TrafficQuestion = {
  span: utc('2025-06-02T00:00:00Z', '2025-06-03T00:00:00Z'),
  interval: 'hourly',
  timeZone: null,
  metrics: locationMetrics,
  withPointsOfInterest: true,
}
const juneOfBrand: BrandQuestion = {
  ...june,
  rangeName: 'june',
  spanOf: () => june.span,
  zoneOf: () => null,
  timeZones: [],
}
/** Days in two windows, which take two calls. */
const twoWindows = utc('2025-06-05T00:00:00Z', '2025-06-08T00:00:00Z')

// With a renewed token a 401 is about the locations.
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
  test('of a refused location is an error of that location only', async () => {
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

  test('is complete as soon as its own windows are, whatever others wait for', async () => {
    await using emulator = await serveAnalytiks()
    await using account = wire(emulator)
    const gate = Promise.withResolvers<void>()
    emulator.journal.script({ route: 'POST /json/v2', until: gate.promise, times: 1 })
    const { analytiks } = account.request()
    const key: TrafficKey = { ...june, identity: { locationId: 1 }, onRefusal: 'PARTIAL' }
    const spans = [june.span, utc('2025-07-02T00:00:00Z', '2025-07-03T00:00:00Z')]
    const reports = spans.map(span => analytiks.traffic.load({ ...key, span }))
    expect(await Promise.race(reports)).toMatchObject({ locationId: 1 })
    gate.resolve()
    expect(await Promise.all(reports)).toHaveLength(2)
  })

  test('with FAIL fails for all locations of the call', async () => {
    await using emulator = await serveAnalytiks()
    await using account = wire(emulator)
    const failing = load(account, [{ locationId: 1 }, { locationId: 99 }], { onRefusal: 'FAIL' })
    for (const error of await Promise.all(failing.map(failureOf)))
      expect(error).toMatchObject({ code: 'UPSTREAM_FORBIDDEN' })
    const [report] = await Promise.all(load(account, [{ locationId: 1 }], { onRefusal: 'FAIL' }))
    expect(report?.locationId).toBe(1)
  })

  test('with FAIL fails across all calls of its range, and of no other', async () => {
    await using emulator = await serveAnalytiks({ extraStores: 50 })
    await using account = wire(emulator)
    const { analytiks } = account.request()
    const ask = (identity: LocationIdentity, span = june.span) =>
      analytiks.traffic.load({ ...june, span, identity, onRefusal: 'FAIL' })
    const failing = [...extraLocations(50), { locationId: 99 }].map(identity => ask(identity))
    const other = ask({ locationId: 1 }, twoWindows)
    for (const error of await Promise.all(failing.map(failureOf)))
      expect(error).toMatchObject({ code: 'UPSTREAM_FORBIDDEN' })
    expect(await other).toMatchObject({ locationId: 1 })
    // The refused call comes again with a renewed token.
    expect(costs(emulator)).toEqual({ v1: 5, v2: 0, v3: 0 })
    expect(choices(emulator).filter(({ locations }) => locations[0] === 99)).toHaveLength(2)
  })

  test('is requested by ids, and by the references of each brand', async () => {
    await using emulator = await serveAnalytiks()
    await using account = wire(emulator)
    const reports = await Promise.all(
      load(account, [
        { brandId: 5678, referenceNumber: 'DE1000' },
        { locationId: 3 },
        { brandId: 1234, referenceNumber: 'FR2561' },
        { locationId: 1 },
        { brandId: 1234, referenceNumber: 'US0658' },
      ]),
    )
    expect(idsOf(reports)).toEqual([7, 3, 2, 1, 1])
    const asked = choices(emulator)
    expect(asked).toHaveLength(3)
    expect(asked).toContainEqual({ brandId: 5678, referenceNumbers: ['DE1000'] })
    expect(asked).toContainEqual({ locations: [3, 1] })
    expect(asked).toContainEqual({ brandId: 1234, referenceNumbers: ['FR2561', 'US0658'] })
  })

  test('of another range, form, interval or onRefusal is another call', async () => {
    await using emulator = await serveAnalytiks()
    await using account = wire(emulator)
    const { analytiks } = account.request()
    const { span } = june
    const changes: Partial<TrafficKey>[] = [
      {},
      { interval: '15min' },
      { span: { ...span, form: 'local' } },
      { span: { ...span, start: span.start + hour } },
      { span: { ...span, end: span.end + hour } },
      { onRefusal: 'FAIL' },
      {},
    ]
    const key: TrafficKey = { ...june, identity: { locationId: 1 }, onRefusal: 'PARTIAL' }
    await Promise.all(changes.map(change => analytiks.traffic.load({ ...key, ...change })))
    expect(costs(emulator)).toEqual({ v1: 1, v2: 5, v3: 0 })
  })

  test.each(['PARTIAL', 'FAIL'] as const)(
    'of a location that is neither returned nor refused is an error: %s',
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

  test('of 51 locations costs two calls', async () => {
    await using emulator = await serveAnalytiks({ extraStores: 51 })
    await using account = wire(emulator)
    const reports = await Promise.all(load(account, extraLocations(50)))
    expect(idsOf(reports)).toEqual(extraLocations(50).map(({ locationId }) => locationId))
    expect(costs(emulator).v2).toBe(1)
    emulator.journal.clear()
    const more = await Promise.all(load(account, extraLocations(51)))
    expect(idsOf(more)).toEqual(extraLocations(51).map(({ locationId }) => locationId))
    expect(choices(emulator).map(({ locations }) => locations.length)).toEqual([50, 1])
  })

  test('of a range of several windows takes one call each, and ends with the range', async () => {
    await using emulator = await serveAnalytiks()
    await using account = wire(emulator)
    const [report] = await Promise.all(load(account, [{ locationId: 1 }], { span: twoWindows }))
    const days = [5, 6, 7].map(day => utc(`2025-06-0${day}T00:00:00Z`, `2025-06-0${day + 1}T00:00:00Z`))
    expect(ranges(emulator)).toEqual([
      ['2025-06-05T00:00:00.000Z', '2025-06-06T00:00:00.000Z'],
      ['2025-06-06T00:00:00.000Z', '2025-06-08T00:00:00.000Z'],
    ])
    const parts = await Promise.all(days.flatMap(span => load(account, [{ locationId: 1 }], { span })))
    const points = parts.flatMap(part => part.series('visits').points())
    expect(points.length).toBeGreaterThan(0)
    expect(report?.series('visits').points()).toEqual(points)
  })

  test('fails if one window of the range fails', async () => {
    await using emulator = await serveAnalytiks()
    await using account = wire(emulator, onlyOnce)
    emulator.journal.script({ route: 'POST /json/v2', answer: { status: 500 }, times: 1 })
    const [report] = load(account, [{ locationId: 1 }], { span: twoWindows })
    expect(await failureOf(report ?? Promise.resolve())).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
    expect(costs(emulator).v2).toBe(2)
  })
})

describe("a brand's paginator", () => {
  const count = (wanted: number) => (reports: readonly unknown[]) => reports.length >= wanted

  test('reads no further than requested, and nothing twice', async () => {
    await using emulator = await serveAnalytiks({ pageSize: 2 })
    await using account = wire(emulator)
    const { analytiks } = account.request()
    const paginator = analytiks.brandTraffic(1234, { ...juneOfBrand })
    expect(costs(emulator).v3).toBe(0)
    const { rows, hasEnded } = await paginator.until(count(2))
    expect([idsOf(rows), hasEnded, costs(emulator).v3]).toEqual([[1, 2], false, 1])
    await Promise.all([paginator.until(count(3)), paginator.until(count(4)), paginator.until(count(1))])
    expect(costs(emulator).v3).toBe(2)
    const all = await analytiks.brandTraffic(1234, { ...juneOfBrand }).until(() => false)
    expect(idsOf(all.rows)).toEqual([1, 2, 3, 4, 5, 6])
    expect([all.hasEnded, costs(emulator).v3]).toEqual([true, 3])
    await paginator.until(() => false)
    expect(costs(emulator).v3).toBe(3)
    const cursors = choices(emulator).map(({ cursor }) => cursor)
    expect(cursors).toEqual([null, expect.any(String), expect.any(String)])
  })

  test('fails if a page fails, and stays failed for everything that needs that page', async () => {
    await using emulator = await serveAnalytiks({ pageSize: 2 })
    await using account = wire(emulator, onlyOnce)
    const paginator = account.request().analytiks.brandTraffic(1234, juneOfBrand)
    await paginator.until(count(2))
    emulator.journal.script({ route: 'POST /json/v3', answer: { status: 500 }, times: 1 })
    for (const _ of [1, 2])
      expect(await failureOf(paginator.until(count(3)))).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
    expect(costs(emulator).v3).toBe(2)
    expect((await paginator.until(count(2))).rows).toHaveLength(2)
  })

  test('fails if a location comes again, since the pages might never end', async () => {
    await using emulator = await serveAnalytiks()
    await using account = wire(emulator)
    const pages = [[{ locationId: 1 }], [{ locationId: 2 }, { locationId: 1 }]]
    for (const [index, data] of pages.entries()) {
      const answer = { body: { cursor: `after ${index}`, data } }
      emulator.journal.script({ route: 'POST /json/v3', answer, times: 1 })
    }
    const paginator = account.request().analytiks.brandTraffic(1234, juneOfBrand)
    expect((await paginator.until(count(1))).hasEnded).toBe(false)
    expect(await failureOf(paginator.until(count(2)))).toMatchObject(inconsistent)
    expect(costs(emulator).v3).toBe(2)
  })

  test('fails if page after page is empty, even if their cursors are new', async () => {
    await using emulator = await serveAnalytiks()
    await using account = wire(emulator)
    emulator.journal.script({ route: 'POST /json/v3', answer: { body: { cursor: 'next', data: [] } } })
    const paginator = account.request().analytiks.brandTraffic(1234, juneOfBrand)
    expect(await failureOf(paginator.until(count(1)))).toMatchObject(inconsistent)
    expect(costs(emulator).v3).toBe(21)
  })

  test('reads every window of the range only as far as its locations need', async () => {
    await using emulator = await serveAnalytiks({ pageSize: 2 })
    await using account = wire(emulator)
    const { analytiks } = account.request()
    const paginator = analytiks.brandTraffic(1234, {
      ...juneOfBrand,
      rangeName: 'two windows',
      spanOf: () => twoWindows,
    })
    await paginator.until(count(2))
    expect(costs(emulator).v3).toBe(2)
    const { rows } = await paginator.until(() => false)
    expect(costs(emulator).v3).toBe(6)
    const alone = await Promise.all(
      rows.map(({ locationId }) =>
        analytiks.traffic.load({
          ...june,
          span: twoWindows,
          identity: { locationId },
          onRefusal: 'PARTIAL',
        }),
      ),
    )
    expect(rows.map(measured)).toEqual(alone.map(measured))
  })

  test('fails if one window has a location and another does not', async () => {
    await using emulator = await serveAnalytiks()
    await using account = wire(emulator)
    const answer = { body: { cursor: null, data: [{ locationId: 1 }] } }
    emulator.journal.script({ route: 'POST /json/v3', answer, times: 1 })
    const lacking = { body: { cursor: null, data: [{ locationId: 2 }] } }
    emulator.journal.script({ route: 'POST /json/v3', answer: lacking, times: 1 })
    const { analytiks } = account.request()
    const paginator = analytiks.brandTraffic(1234, {
      ...juneOfBrand,
      rangeName: 'two windows',
      spanOf: () => twoWindows,
    })
    expect(await failureOf(paginator.until(count(1)))).toMatchObject(inconsistent)
  })
})

const inconsistent = { code: 'UPSTREAM_INVALID_RESPONSE', provider: 'analytiks', retryable: true }

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

function extraLocations(count: number) {
  return Array.from({ length: count }, (_, index) => ({ locationId: 1001 + index }))
}

function idsOf(reports: readonly TrafficReport[]) {
  return reports.map(({ locationId }) => locationId)
}

/** All results of a location's report, comparable with `toEqual`. */
function measured(report: TrafficReport) {
  const zones = report.pointsOfInterest.map(zone => ({
    id: zone.id,
    contentOf: seriesOf(zone, pointOfInterestMetrics),
  }))
  return { locationId: report.locationId, contentOf: seriesOf(report, locationMetrics), zones }
}

/** The results of a report, comparable with `toEqual`. */
function contentOf(report: TrafficReport) {
  return { referenceNumber: report.referenceNumber, ...measured(report) }
}

/** The locations of each call, in order of arrival. */
function choices({ journal }: AnalytiksEmulator) {
  return journal.calls
    .filter(call => call.route !== 'POST /token')
    .map(({ body }) => {
      const { startDate: _start, endDate: _end, interval: _interval, ...choice } = Object(body)
      return choice
    })
}

/** The range of each call, in order of time. */
function ranges({ journal }: AnalytiksEmulator) {
  return journal.calls
    .filter(call => call.route !== 'POST /token')
    .map(({ body }) => [Object(body).startDate, Object(body).endDate])
    .sort()
}

function trafficQuestion(onRefusal: TrafficKey['onRefusal']) {
  const ask =
    (identity: LocationIdentity): Ask =>
    async ({ analytiks }) =>
      contentOf(await analytiks.traffic.load({ ...june, identity, onRefusal }))
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

/** Reads a brand until `count` locations are known. */
function brandTraffic(brandId: number, count: number): Ask {
  return async ({ analytiks }) => {
    const { rows } = await analytiks.brandTraffic(brandId, juneOfBrand).until(read => read.length >= count)
    return rows.slice(0, count).map(contentOf)
  }
}

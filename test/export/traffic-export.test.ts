import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { sandboxCatalog } from '../../src/sandbox/catalog.ts'
import { askText } from '../support/client.ts'
import { propertyRuns } from '../support/property-runs.ts'
import { takeCalls } from '../support/refused.ts'
import { as, type CallersServed, serveCallers } from '../support/serving-callers.ts'
import { linesOf, parseCsv } from './read-export.ts'

const resources = new AsyncDisposableStack()
let served: CallersServed

beforeAll(async () => {
  served = resources.use(
    await serveCallers({ environment: { ANALYTIKS_DWELL_TIME: 'sum', ISOTHERM_BREAKER: 'off' } }),
  )
})
afterAll(() => resources.disposeAsync())
beforeEach(() => served.sandbox.emulators.forEach(({ journal }) => void journal.clear()))

async function get(path: string, headers: Record<string, string> = {}) {
  const response = await fetch(served.origin + path, { headers })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

const days = 'from=2026-10-20&to=2026-10-29'

interface Graph {
  readonly locations: {
    readonly nodes: readonly {
      readonly id: string
      readonly traffic: readonly {
        readonly metric: string
        readonly points: readonly { readonly at: string; readonly localAt: string; readonly value: number }[]
      }[]
    }[]
  }
}

test('rows hold what the graph answers, value for value, in both formats', async () => {
  const intervals = ['HOURLY', 'DAILY', 'WEEKLY', 'MONTHLY'] as const
  const metrics = [
    'VISITS',
    'DWELL_TIME',
    'GROUP_VISITS',
    'BOUNCES',
    'ALL_VISITS',
    'PEAK_OCCUPANCY',
    'WALK_BYS',
  ]
  const question = fc.record({
    interval: fc.constantFrom(...intervals),
    metrics: fc.uniqueArray(fc.constantFrom(...metrics), { minLength: 1 }),
    first: fc.integer({ min: 1, max: 28 }),
    length: fc.integer({ min: 1, max: 12 }),
  })
  await fc.assert(
    fc.asyncProperty(question, async ({ interval, metrics, first, length }) => {
      const start = Temporal.PlainDate.from({ year: 2026, month: 10, day: first })
      const [from, to] = [start.toString(), start.add({ days: length }).toString()]
      const address = `from=${from}&to=${to}&interval=${interval}&metrics=${metrics}`
      const [csv, ndjson, graph] = await Promise.all([
        get(`/export/traffic.csv?${address}`),
        get(`/export/traffic.ndjson?${address}`),
        askText<Graph>(
          served.origin,
          `query Q($range: TrafficRange!, $interval: TrafficInterval!, $metrics: [TrafficMetric!]!) {
            locations(first: 100) { nodes { id traffic(range: $range, interval: $interval, metrics: $metrics) { metric points { at localAt value } } } }
          }`,
          { range: { local: { start: from, end: to } }, interval, metrics },
        ),
      ])
      const points = graph.data.locations.nodes.flatMap(({ id, traffic }) =>
        traffic.flatMap(({ metric, points }) =>
          points.map(({ at, localAt, value }) => `${id} ${metric} ${at} ${localAt} ${value}`),
        ),
      )
      const column = (metric: string) =>
        metric.toLowerCase().replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
      const told = (rows: readonly Record<string, unknown>[]) =>
        rows.flatMap(row =>
          metrics.flatMap(metric => {
            const value = row[column(metric)]
            return value === null || value === ''
              ? []
              : [`${row.location} ${metric} ${row.start} ${row.localStart} ${value}`]
          }),
        )
      expect(points.length).toBeGreaterThan(0)
      expect(told(parseCsv(csv.text)).toSorted()).toEqual(points.toSorted())
      expect(told(linesOf(ndjson.text).rows).toSorted()).toEqual(points.toSorted())
    }),
    { numRuns: propertyRuns(4) },
  )
})

test('NDJSON ends with a verdict: its rows, its age, what it cost, and that it is whole', async () => {
  const { status, headers, text } = await get(`/export/traffic.ndjson?location=ginza&interval=daily&${days}`)
  const { rows, verdict } = linesOf(text)
  expect(status).toBe(200)
  expect(headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8')
  expect(rows).toHaveLength(9)
  expect(verdict).toEqual({
    complete: true,
    rows: 9,
    failed: 0,
    age: { analytiks: { ageSeconds: 0, stale: false } },
    calls: { analytiks: { planned: 2, made: 2, cached: 0 } },
  })
})

test('a brand is all stores that Analytiks counts for it, whatever the catalog says of its brand', async () => {
  const { text } = await get(`/export/traffic.ndjson?brand=5678&interval=monthly&metrics=VISITS&${days}`)
  const { data } = await askText<{
    brand: {
      traffic: { nodes: readonly { location: { id: string }; series: readonly { total: number }[] }[] }
    }
  }>(
    served.origin,
    `{ brand(id: 5678) { traffic(range: { local: { start: "2026-10-20", end: "2026-10-29" } }, metrics: [VISITS], first: 100) { nodes { location { id } series { total } } } } }`,
  )
  const expected = data.brand.traffic.nodes.map(({ location, series }) => [location.id, series[0]?.total])
  expect(expected).toHaveLength(6)
  expect(linesOf(text).rows.map(({ location, visits }) => [location, visits])).toEqual(expected)
})

/** The stores that Analytiks lists for a brand come in two calls of it. */
const [all, none] = [{ times: 2 }, { times: 1, answer: { body: { cursor: null, data: [] } } }]

test.each([
  ['opened', 'locations: []', [none, all], 6],
  ['closed', 'locations: []', [all, none], 6],
  ['are in the catalog only', sandboxCatalog(), [none, none], 6],
  ['are nowhere', 'locations: []', [none, none], 0],
])('stores of a brand that %s within the days are rows, each once', async (_how, catalog, lists, count) => {
  await using own = await serveCallers({ catalog })
  for (const list of lists) own.sandbox.analytiks.journal.script({ route: 'POST /json/v3', ...list })
  const address = `${own.origin}/export/traffic.ndjson?brand=5678&interval=monthly&metrics=VISITS&${days}`
  const { rows, verdict } = linesOf(await (await fetch(address)).text())
  expect(verdict).toMatchObject({ complete: true, rows: count })
  expect(new Set(rows.map(({ location }) => location)).size).toBe(count)
})

test('hours of a brand need no quarter-hours, wherever its stores are', async () => {
  await using own = await serveCallers({
    catalog:
      'locations: [{ id: kolkata, name: Kolkata, timeZone: Asia/Kolkata, analytiks: { locationId: 4, brandId: 1234 } }]',
    sandbox: { analytiks: { quarterHours: false } },
  })
  const address = `${own.origin}/export/traffic.ndjson?brand=1234&interval=hourly&metrics=VISITS&${days}`
  const { rows, verdict } = linesOf(await (await fetch(address)).text())
  expect(verdict).toMatchObject({ complete: true, failed: 0 })
  expect(rows.filter(({ location }) => location === 'Location:kolkata')).toHaveLength(9 * 24)
})

test('a bucket that has not begun is no row', async () => {
  const today = Temporal.Now.plainDateISO('Asia/Tokyo')
  const range = `from=${today.subtract({ days: 2 })}&to=${today.add({ days: 9 })}`
  const { text } = await get(`/export/traffic.ndjson?location=ginza&interval=daily&metrics=VISITS&${range}`)
  const { rows, verdict } = linesOf(text)
  const now = new Date().toISOString()
  expect(rows.filter(({ start }) => String(start) > now)).toEqual([])
  expect(rows.length).toBeGreaterThan(2)
  expect(verdict).toMatchObject({ complete: true, rows: rows.length })
})

test('a store that is named and of a brand is one store, with its brand', async () => {
  await using own = await serveCallers({ catalog: 'locations: []' })
  const question = `brand=5678&location=analytiks:7&interval=monthly&metrics=VISITS&${days}`
  const { rows } = linesOf(await (await fetch(`${own.origin}/export/traffic.ndjson?${question}`)).text())
  expect(rows).toHaveLength(6)
  expect(rows.filter(({ brandId }) => brandId !== 5678)).toEqual([])
  expect(rows[0]).toMatchObject({ location: 'Location:analytiks:7' })
})

test.each([
  ['to=2026-10-29', /^from is missing: it is a day/],
  ['from=2026-02-30&to=2026-10-29', /^from cannot be "2026-02-30"/],
  ['from=2026-10-29&to=2026-10-29', /later than from/],
  [`${days}&interval=yearly`, /^interval cannot be "yearly": it is one of QUARTER_HOUR, HOURLY/],
  [`${days}&metrics=visitors`, /^metrics cannot be "visitors"/],
  [`${days}&brand=x`, /^brand cannot be "x"/],
  [`${days}&location=nowhere`, /^No location has the id "nowhere"/],
  [`${days}&location=`, /^location is empty/],
  [`${days}&brand=`, /^brand is empty/],
  [`${days}&brand=,`, /^brand is empty/],
  [`${days}&metrics=`, /^metrics is empty/],
  [`${days}&metric=visits`, /^"metric" is no parameter of this export/],
  [`${days}&from=2026-10-20`, /^from is given 2 times/],
  ['from=1990-10-20&to=2026-10-29', /at most ten years/],
  ['from=9999-12-30&to=9999-12-31', /within the years 1 to 9998/],
  ['from=0000-12-30&to=0001-01-03&interval=quarter_hour', /within the years 1 to 9998/],
])('%s is refused in a sentence before anything is called', async (query, says) => {
  for (const format of ['csv', 'ndjson']) {
    const { status, text } = await get(`/export/traffic.${format}?${query}`)
    expect(JSON.parse(text)).toMatchObject({
      status: 400,
      code: 'BAD_USER_INPUT',
      detail: expect.stringMatching(says),
    })
    expect(status).toBe(400)
  }
  expect(takeCalls(served.sandbox)).toEqual([])
})

test('a caller who may not read traffic is refused in a sentence, before anything is called', async () => {
  const { status, headers, text } = await get(`/export/traffic.csv?${days}`, as(['pages:read']))
  expect(status).toBe(403)
  expect(headers.get('www-authenticate')).toContain('traffic:read')
  expect(JSON.parse(text).detail).toBe(
    'An export of traffic needs the scope traffic:read, which this caller does not have.',
  )
  expect(takeCalls(served.sandbox)).toEqual([])
})

test('what no export is, is no path', async () => {
  for (const path of ['/export/traffic.xls', '/export/people.csv', '/export/', '/export/traffic.csv/x'])
    expect(JSON.parse((await get(path)).text), path).toMatchObject({
      status: 404,
      code: 'NOT_FOUND',
      detail:
        'There is no such export. There are traffic, heatmaps, pages, snapshots, each as .ndjson, .csv, .parquet.',
    })
  expect((await fetch(`${served.origin}/export/traffic.csv?${days}`, { method: 'POST' })).status).toBe(405)
})

test('a failure is a line of NDJSON, and the verdict says that it is not whole', async () => {
  const address = `location=ginza&location=analytiks:987&interval=daily&${days}`
  const { rows, errors, verdict } = linesOf((await get(`/export/traffic.ndjson?${address}`)).text)
  expect(rows).toHaveLength(9)
  expect(errors).toEqual([
    expect.objectContaining({
      code: 'UPSTREAM_FORBIDDEN',
      provider: 'analytiks',
      of: { location: 'Location:analytiks:987', name: null, from: '2026-10-20', to: '2026-10-29' },
    }),
  ])
  expect(verdict).toMatchObject({ complete: false, rows: 9, failed: 1 })
})

test('a failure before the first row is a status of a CSV, or a row of it where the caller wants that', async () => {
  const address = `location=ginza&location=analytiks:987&interval=daily&${days}`
  const refused = await get(`/export/traffic.csv?${address}`)
  expect(refused.status).toBe(502)
  expect(JSON.parse(refused.text)).toMatchObject({
    code: 'UPSTREAM_FORBIDDEN',
    detail: expect.stringMatching(
      /^analytiks refuses.* \(Location:analytiks:987, 2026-10-20 to 2026-10-29\)$/,
    ),
  })
  const rows = parseCsv((await get(`/export/traffic.csv?errors=rows&${address}`)).text)
  expect(rows.map(({ location, error }) => [location, error])).toEqual([
    ...Array.from({ length: 9 }, () => ['Location:ginza', '']),
    [
      'Location:analytiks:987',
      expect.stringMatching(/^UPSTREAM_FORBIDDEN: analytiks refuses.* \(2026-10-20 to 2026-10-29\)$/),
    ],
  ])
})

test('a CSV of which a later part fails ends its connection, so that nobody takes it for a whole one', async () => {
  const { journal } = served.sandbox.analytiks
  // The first of its questions needs fewer calls.
  journal.script({ times: 40 })
  journal.script({ answer: { status: 500 } })
  const response = await fetch(
    `${served.origin}/export/traffic.csv?location=ginza&from=2025-01-01&to=2026-01-01&metrics=VISITS`,
  )
  expect(response.status).toBe(200)
  await expect(response.text()).rejects.toThrow()
})

test('nobody takes it for a whole one over HTTP/1.0 either, where the end of a connection is the end of a file', async () => {
  const { journal } = served.sandbox.analytiks
  journal.script({ times: 40 })
  journal.script({ answer: { status: 500 } })
  const { hostname, port } = new URL(served.origin)
  const socket = connect(Number(port), hostname).setEncoding('utf8')
  socket.write(
    'GET /export/traffic.csv?location=ginza&from=2025-01-01&to=2026-01-01&metrics=VISITS HTTP/1.0\r\n\r\n',
  )
  const received: string[] = []
  await expect(
    (async () => {
      for await (const chunk of socket) received.push(String(chunk))
    })(),
  ).rejects.toThrow('ECONNRESET')
  expect(received.join('')).toMatch(/^HTTP\/1\.1 200 OK/)
})

test('an aborted export asks nothing more', async () => {
  const { journal } = served.sandbox.analytiks
  const started = Promise.withResolvers<void>()
  journal.script({ until: started.promise })
  const controller = new AbortController()
  const url = `${served.origin}/export/traffic.ndjson?location=ginza&from=2024-01-01&to=2026-01-01`
  const outgoing = httpRequest(url, { signal: controller.signal }).end()
  const ended = once(outgoing, 'error')
  while (journal.count() === 0) await new Promise(resolve => setImmediate(resolve))
  controller.abort()
  await ended
  started.resolve()
  await get(`/export/traffic.csv?location=ginza&interval=daily&${days}`)
  // Those of the second request, and what the first had sent before it was aborted; two years are 149.
  expect(journal.count('POST /json/v2')).toBeLessThan(60)
})

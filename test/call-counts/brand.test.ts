import { expect, test } from 'vitest'
import { type AnalytiksEmulator, serveAnalytiks } from '../../src/sandbox/analytiks.ts'
import type { Fault } from '../../src/sandbox/emulator.ts'
import { askText } from '../support/client.ts'
import { type Served, serve } from '../support/serving.ts'
import { onlyOnce } from '../support/wiring.ts'

const route = 'POST /json/v3'
const keeping = { ISOTHERM_CACHE_BYTES: '100000000' }
const query = `query ($id: Int!, $first: Int!, $range: TrafficRange!) {
  brand(id: $id) { traffic(range: $range, first: $first) { nodes { analytiksId series { metric total } } } }
}`
/** Touches seven windows of five days. */
const month = { utc: { start: '2025-05-05T00:00:00Z', end: '2025-06-05T00:00:00Z' } }
const day = { utc: { start: '2025-06-02T00:00:00Z', end: '2025-06-03T00:00:00Z' } }
const extraBrand = 7777

interface Data {
  readonly brand: { readonly traffic: { readonly nodes: readonly { readonly analytiksId: string }[] } | null }
}

function serveWith(analytiks: AnalytiksEmulator, environment = keeping): Promise<Served> {
  return serve({ catalog: '', environment: { ...analytiks.environment, ...environment } })
}

function askBrand({ origin }: Served, range: object, { id = extraBrand, first = 1000, headers = {} } = {}) {
  return askText<Data>(origin, query, { id, first, range }, { headers })
}

function idsOf({ brand }: Data): readonly number[] | undefined {
  return brand.traffic?.nodes.map(({ analytiksId }) => Number(analytiksId))
}

const all = Array.from({ length: 120 }, (_, index) => 1001 + index)

test.each([
  { pageSize: 50, pages: 3 },
  { pageSize: 40, pages: 3 },
  { pageSize: 7, pages: 18 },
])(
  'a brand of 120 locations in pages of $pageSize costs $pages calls a window, and nothing when it is asked again',
  async ({ pageSize, pages }) => {
    await using analytiks = await serveAnalytiks({ extraStores: 120, pageSize })
    await using served = await serveWith(analytiks)
    const one = await askBrand(served, day)
    expect([one.errors, idsOf(one.data)]).toEqual([[], all])
    expect(analytiks.journal.count(route)).toBe(pages)
    const first = await askBrand(served, month)
    expect([first.errors, idsOf(first.data)]).toEqual([[], all])
    // One of the seven windows holds the day.
    expect(analytiks.journal.count(route)).toBe(7 * pages)
    const again = await askBrand(served, month)
    expect(again.data).toEqual(first.data)
    expect(analytiks.journal.count(route)).toBe(7 * pages)
    expect(again.upstream.analytiks).toMatchObject({ planned: 7 * pages, made: 0, cached: 7 * pages })
  },
)

test('where nothing is kept, a brand costs its pages each time', async () => {
  await using analytiks = await serveAnalytiks({ extraStores: 120, pageSize: 50 })
  await using served = await serveWith(analytiks, { ISOTHERM_CACHE_BYTES: '0' })
  for (const calls of [3, 6]) {
    expect((await askBrand(served, day)).errors).toEqual([])
    expect(analytiks.journal.count(route)).toBe(calls)
  }
})

test('a plan tells the first page of each window, which are asked at once', async () => {
  await using analytiks = await serveAnalytiks({ extraStores: 120, pageSize: 50 })
  await using served = await serveWith(analytiks)
  const { extensions } = await askBrand(served, month, { headers: { 'isotherm-explain': 'plan' } })
  expect(Object(extensions.plan).analytiks).toHaveLength(7)
  expect(analytiks.journal.count()).toBe(0)
})

test('a plan tells a local range as it is asked, without a zone', async () => {
  await using analytiks = await serveAnalytiks()
  await using served = await serveWith(analytiks, { ISOTHERM_CACHE_BYTES: '0' })
  const range = { local: { start: '2025-06-02T00:00:00', end: '2025-06-03T00:00:00' } }
  const { extensions } = await askBrand(served, range, { headers: { 'isotherm-explain': 'plan' } })
  expect(Object(extensions.plan).analytiks).toEqual([
    {
      route,
      window: { start: '2025-06-02T00:00:00.000', end: '2025-06-03T00:00:00.000' },
      interval: 'hourly',
      brandId: extraBrand,
    },
  ])
})

/** A brand of three locations by the clocks of London and New York, where clocks change on that day, and of nobody knows where. */
async function askLocalDay(zones: readonly string[], day: object, headers = {}) {
  await using analytiks = await serveAnalytiks({
    extraStores: 3,
    extraZones: ['Europe/London', 'America/New_York'],
  })
  const rows = zones.map(
    (zone, index) =>
      `  - { id: s${index}, name: S, timeZone: ${zone}, analytiks: { locationId: ${1001 + index}, brandId: ${extraBrand} } }`,
  )
  await using served = await serve({
    catalog: rows.length > 0 ? `locations:\n${rows.join('\n')}\n` : '',
    environment: { ...analytiks.environment, ISOTHERM_CACHE_BYTES: '0' },
  })
  const answer = await askBrand(served, { local: day }, { headers })
  const spans = analytiks.journal.calls.flatMap(({ route: called, body }) =>
    called === route ? [[Object(body).startDate, Object(body).endDate]] : [],
  )
  return { answer, spans }
}

const autumn = { start: '2025-10-26', end: '2025-10-27' }
const localSpan = ['2025-10-26T00:00:00.000', '2025-10-27T00:00:00.000']

test('a local range of known time zones is asked in UTC, once for all of them', async () => {
  const known = await askLocalDay(['Europe/London', 'America/New_York', 'Europe/London'], autumn)
  expect([known.answer.errors, idsOf(known.answer.data)]).toEqual([[], [1001, 1002, 1003]])
  // From London's midnight, by summer time, to New York's next one.
  expect(known.spans).toEqual([['2025-10-25T23:00:00.000Z', '2025-10-27T04:00:00.000Z']])
})

test('a location without a time zone costs the pages of the local form as well, which no plan can tell', async () => {
  const zones = ['Europe/London', 'America/New_York']
  const partly = await askLocalDay(zones, autumn)
  expect(partly.answer.errors).toEqual([])
  expect(partly.spans).toEqual([['2025-10-25T23:00:00.000Z', '2025-10-27T04:00:00.000Z'], localSpan])
  const unknown = await askLocalDay([], autumn)
  expect([unknown.answer.errors, unknown.spans]).toEqual([[], [localSpan]])
  const planned = await askLocalDay(zones, autumn, { 'isotherm-explain': 'plan' })
  expect(Object(planned.answer.extensions.plan).analytiks).toMatchObject([
    { window: { start: '2025-10-25T23:00:00.000Z', end: '2025-10-27T04:00:00.000Z' } },
  ])
})

test('where the cursor of a page that is kept is good no more, the pages are read afresh', async () => {
  await using analytiks = await serveAnalytiks({ extraStores: 120, pageSize: 50 })
  await using served = await serveWith(analytiks)
  const short = await askBrand(served, day, { first: 50 })
  expect([short.errors, analytiks.journal.count(route)]).toEqual([[], 1])
  analytiks.forgetCursors()
  const whole = await askBrand(served, day)
  expect([whole.errors, idsOf(whole.data)]).toEqual([[], all])
  // The refused one, and three pages.
  expect(analytiks.journal.count(route)).toBe(1 + 1 + 3)
  const again = await askBrand(served, day)
  expect(again.data).toEqual(whole.data)
  expect(analytiks.journal.count(route)).toBe(1 + 1 + 3)
})

test('one window that is read afresh costs no other window a call', async () => {
  await using analytiks = await serveAnalytiks({ extraStores: 120, pageSize: 50 })
  await using served = await serveWith(analytiks)
  await askBrand(served, day, { first: 50 })
  analytiks.forgetCursors()
  const { errors, data } = await askBrand(served, month)
  expect([errors, idsOf(data)]).toEqual([[], all])
  expect(analytiks.journal.count(route)).toBe(1 + 1 + 7 * 3)
})

test.each([
  { status: 400, calls: 1 },
  // Once with a new token as well: the vendor's 401 may be about either.
  { status: 401, calls: 2 },
  { status: 403, calls: 1 },
  { status: 404, calls: 1 },
  { status: 410, calls: 1 },
])('a cursor that is refused with $status once more is an error', async ({ status, calls }) => {
  await using analytiks = await serveAnalytiks({ extraStores: 120, pageSize: 50 })
  await using served = await serveWith(analytiks)
  script(analytiks, [{}, { answer: { status }, times: calls }, {}, { answer: { status }, times: 100 }])
  const { data, errors } = await askBrand(served, day)
  expect(data.brand.traffic).toBeNull()
  expect(errors).toMatchObject([{ extensions: { provider: 'analytiks', upstreamStatus: status } }])
  expect(analytiks.journal.count(route)).toBe(1 + calls + 1 + calls)
})

test.each([
  {
    name: 'a cursor that is refused where nothing is kept',
    status: 400,
    environment: { ISOTHERM_CACHE_BYTES: '0' },
  },
  { name: 'an upstream that is down', status: 503, environment: { ...keeping, ...onlyOnce } },
])('$name is an error at once', async ({ status, environment }) => {
  await using analytiks = await serveAnalytiks({ extraStores: 120, pageSize: 50 })
  await using served = await serveWith(analytiks, environment)
  script(analytiks, [{}, { answer: { status }, times: 1 }])
  const { errors } = await askBrand(served, day)
  expect(errors).toMatchObject([{ extensions: { upstreamStatus: status } }])
  expect(analytiks.journal.count(route)).toBe(2)
})

/** What happens to the next calls in turn; an empty fault is none. */
function script({ journal }: AnalytiksEmulator, faults: readonly Fault[]): void {
  for (const fault of faults) journal.script({ route, times: 1, ...fault })
}

const twoWindows = [
  { start: '2025-05-28T00:00:00Z', end: '2025-05-29T00:00:00Z' },
  { start: '2025-06-02T00:00:00Z', end: '2025-06-03T00:00:00Z' },
] as const

test.each([
  ['first', twoWindows[0]],
  ['last', twoWindows[1]],
])('a location that is new since the %s window was kept is told of all the same', async (_name, kept) => {
  await using analytiks = await serveAnalytiks({ extraStores: 2 })
  await using served = await serveWith(analytiks)
  script(analytiks, [{ answer: { body: { cursor: null, data: [{ locationId: 1001 }] } } }])
  expect(idsOf((await askBrand(served, { utc: kept })).data)).toEqual([1001])
  const both = { utc: { start: twoWindows[0].start, end: twoWindows[1].end } }
  const whole = await askBrand(served, both)
  expect([whole.errors, idsOf(whole.data)]).toEqual([[], [1001, 1002]])
  expect(analytiks.journal.count(route)).toBe(3)
  await askBrand(served, both)
  expect(analytiks.journal.count(route)).toBe(3)
})

test.each([
  { stores: 2, listed: 1, pageSize: 50, pages: 1 },
  // The last window has another page, of which nothing is known before it is read.
  { stores: 100, listed: 50, pageSize: 50, pages: 2 },
])(
  'locations of the last window that the first one does not list stand behind it: $listed of $stores are in both',
  async ({ stores, listed, pageSize, pages }) => {
    await using analytiks = await serveAnalytiks({ extraStores: stores, pageSize })
    await using served = await serveWith(analytiks)
    const data = all.slice(0, listed).map(locationId => ({ locationId }))
    const some = { answer: { body: { cursor: null, data } } }
    script(analytiks, [some])
    await askBrand(served, { utc: twoWindows[0] })
    script(analytiks, [...Array.from({ length: pages }, () => ({})), some])
    const both = { utc: { start: twoWindows[0].start, end: twoWindows[1].end } }
    const whole = await askBrand(served, both)
    expect([whole.errors, idsOf(whole.data)]).toEqual([[], all.slice(0, stores)])
    expect(analytiks.journal.count(route)).toBe(1 + pages + 1)
  },
)

import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { stores } from '../src/sandbox/world.ts'
import { SharedResponses } from '../src/server/graphql/shared-responses.ts'
import { callsOf } from './support/calls.ts'
import { askText } from './support/client.ts'
import { referenceIn } from './support/image-references.ts'
import { type Served, serve } from './support/serving.ts'

/** In London clocks were put back on the 25th. */
const now = Date.parse('2026-10-27T12:30:00Z')
const [first, second, third] = stores.map(({ auraLocationId }) => auraLocationId)
const catalog = `locations:
  - { id: london, name: London, timeZone: Europe/London, auraVision: { locationId: ${first} } }
  - { id: tokyo, name: Tokyo, timeZone: Asia/Tokyo, auraVision: { locationId: ${second} } }
  - { id: nowhere, name: Nowhere, auraVision: { locationId: ${third} } }
websites:
  - { id: shop, name: Shop, posthog: { projectId: "1", timeZone: Asia/Tokyo } }
  - { id: docs, name: Docs, posthog: { projectId: "2" } }
`

let served: Served
beforeAll(async () => {
  served = await serve({ catalog })
})
afterAll(() => served[Symbol.asyncDispose]())
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now }))
afterEach(() => void vi.useRealTimers())

const rows = 'id type createdAt localTime'

async function read(id: string, range: string) {
  const { journal } = served.sandbox['aura-vision']
  const before = journal.calls.length
  const { data, errors } = await askText<{ location: { heatmaps: object[]; heatmapConnection: object } }>(
    served.origin,
    `{ location(by: { id: "${id}" }) {
      heatmaps(range: ${range}, types: [PATH]) { ${rows} }
      heatmapConnection(range: ${range}, types: [PATH], first: 2) { nodes { ${rows} } }
    } }`,
  )
  expect(errors).toEqual([])
  const sent = journal.calls.slice(before).filter(({ route }) => route === 'detail/list')
  return { location: data.location, sent: sent.map(({ body }) => Object(body).data.body) }
}

test.each([
  ['london', '{ last: "P7D" }', '2026-10-19T23:00:00Z', '2026-10-27T00:00:00Z'],
  ['tokyo', '{ last: "P1W" }', '2026-10-19T15:00:00Z', '2026-10-26T15:00:00Z'],
  ['london', '{ before: { last: "P7D" } }', '2026-10-12T23:00:00Z', '2026-10-19T23:00:00Z'],
  ['london', '{ period: LAST_WEEK }', '2026-10-18T23:00:00Z', '2026-10-26T00:00:00Z'],
  ['london', '{ period: THIS_WEEK }', '2026-10-26T00:00:00Z', '2026-10-28T00:00:00Z'],
  ['tokyo', '{ before: { period: LAST_MONTH } }', '2026-07-31T15:00:00Z', '2026-08-31T15:00:00Z'],
  [
    'nowhere',
    '{ before: { start: "2026-10-20T00:00:00Z", end: "2026-10-21T12:00:00Z" } }',
    '2026-10-18T12:00:00Z',
    '2026-10-20T00:00:00Z',
  ],
])('heatmaps in %s of %s are those of the instants that it is', async (id, range, start, end) => {
  const relative = await read(id, range)
  expect(relative).toEqual(await read(id, `{ start: "${start}", end: "${end}" }`))
  expect(relative.sent.length).toBeGreaterThan(0)
  expect(relative.location.heatmaps.length).toBeGreaterThan(0)
})

test('a place without a time zone has no calendar: an error of its own, and of no other place', async () => {
  const { data, errors } = await askText<{ locations: { nodes: { heatmaps: object[] | null }[] } }>(
    served.origin,
    '{ locations { nodes { heatmaps(range: { last: "P1D" }, types: [PATH]) { type } } } }',
  )
  expect(data.locations.nodes.map(({ heatmaps }) => heatmaps === null)).toEqual([false, false, true])
  expect(errors).toMatchObject([
    { message: expect.stringContaining('ask `start` and `end`'), extensions: { code: 'BAD_USER_INPUT' } },
  ])
})

test.each([
  ['{}', /exactly one/],
  ['{ last: "P7D", period: TODAY }', /exactly one/],
  ['{ last: "P7D", start: "2026-10-20T00:00:00Z" }', /exactly one/],
  ['{ before: { before: { last: "P7D" } } }', /not itself a `before`/],
  ['{ last: "PT24H" }', /such as P7D/],
  ['{ last: "P1099D" }', /at most 1098 days/],
  ['{ last: "P11Y" }', /at most ten years/],
])('the range %s is refused with a sentence before anything is called', async (range, message) => {
  const before = callsOf(served.sandbox)
  const query = `{ location(by: { id: "london" }) { heatmaps(range: ${range}, types: [PATH]) { type } } }`
  const { status, errors } = await askText(served.origin, query)
  expect(status).toBe(400)
  expect(errors).toMatchObject([
    { message: expect.stringMatching(message), extensions: { code: 'BAD_USER_INPUT' } },
  ])
  expect(callsOf(served.sandbox)).toEqual(before)
})

test('instants of traffic are no days: the sentence says where those stand', async () => {
  const { errors } = await askText(
    served.origin,
    '{ location(by: { id: "london" }) { traffic(range: { utc: { last: "P7D" } }) { total } } }',
  )
  expect(errors[0]?.message).toContain('stand in its place')
})

const heat = (days: string) => `{
  pageHeatmap(projectId: "1", id: "ownerless") {
    heat(days: ${days}) {
      total
      difference(against: { before: ${days} }) { days { from to } against { from to } total }
    }
    image(overlay: { days: ${days}, against: { before: ${days} } }) { link }
  }
}`

interface HeatOfPage {
  readonly heat: { readonly difference: { readonly days: object; readonly against: object } }
  readonly image: { readonly link: string }
}

async function readHeat(days: string) {
  const { journal } = served.sandbox.posthog
  const before = journal.calls.length
  const { data, errors } = await askText<{ pageHeatmap: HeatOfPage }>(served.origin, heat(days))
  expect(errors).toEqual([])
  const { image, ...page } = data.pageHeatmap
  const reference = await referenceIn(served.sandbox.environment(), image.link)
  const paths = journal.calls.slice(before).map(({ path }) => path)
  return { page, overlay: 'overlay' in reference && reference.overlay, paths: paths.toSorted() }
}

test.each([
  // In Tokyo it is the 28th already.
  ['2026-10-27T15:30:00Z', '{ last: "P7D" }', '2026-10-21', '2026-10-28', '2026-10-14'],
  ['2026-10-27T14:30:00Z', '{ last: "P7D" }', '2026-10-20', '2026-10-27', '2026-10-13'],
  ['2026-10-27T12:00:00Z', '{ period: THIS_WEEK }', '2026-10-26', '2026-10-28', '2026-10-19'],
  ['2026-10-27T12:00:00Z', '{ period: LAST_WEEK }', '2026-10-19', '2026-10-26', '2026-10-12'],
  [
    '2026-10-27T12:00:00Z',
    '{ from: "2026-09-01", to: "2026-10-01" }',
    '2026-09-01',
    '2026-10-01',
    '2026-08-01',
  ],
])(
  'at %s heat of %s and before is that of the days that it is for the project',
  async (at, range, from, to, before) => {
    vi.setSystemTime(at)
    const relative = await readHeat(range)
    const absolute = await readHeat(`{ from: "${from}", to: "${to}" }`)
    const { days, against } = relative.page.heat.difference
    expect(days).toEqual({ from, to })
    expect(against).toMatchObject({ from: before })
    expect(relative.overlay).toMatchObject({ days, against })
    expect(relative.paths.length).toBeGreaterThan(0)
    if (range.includes('THIS')) return
    expect(relative).toEqual(absolute)
  },
)

test('days of a project without a time zone can only be asked by their dates', async () => {
  const refused = {
    message: expect.stringContaining('posthog.timeZone'),
    extensions: { code: 'BAD_USER_INPUT' },
  }
  const byUuid = 'pageHeatmap(projectId: "2", id: "497f6eca-6276-4993-bfeb-53cbbbba6f08")'
  const before = served.sandbox.posthog.journal.count()
  const image = await askText(
    served.origin,
    `{ ${byUuid} { image(overlay: { days: { last: "P7D" } }) { link } } }`,
  )
  expect(image).toMatchObject({ data: { pageHeatmap: { image: null } }, errors: [refused] })
  expect(served.sandbox.posthog.journal.count()).toBe(before)
  const { data, errors } = await askText(
    served.origin,
    heat('{ last: "P7D" }').replace('projectId', 'environmentId'),
  )
  expect(data).toEqual({ pageHeatmap: { heat: null, image: null } })
  expect(errors).toMatchObject([refused, refused])
})

test.each([
  ['{}', /exactly one/],
  ['{ last: "P7D", period: TODAY }', /exactly one/],
  ['{ last: "P7D", from: "2026-10-20" }', /exactly one/],
  ['{ to: "2026-10-20" }', /needs `from` and `to`/],
  ['{ before: { before: { last: "P7D" } } }', /not itself a `before`/],
  ['{ last: "PT24H" }', /such as P7D/],
  ['{ last: "P92D" }', /keeps heatmap data for 90 days/],
  ['{ before: { last: "P60D" } }', /keeps heatmap data for 90 days/],
  ['{ period: LAST_YEAR }', /keeps heatmap data for 90 days/],
])('the days %s are refused with a sentence before anything is called', async (days, message) => {
  const before = served.sandbox.posthog.journal.count()
  const page = (fields: string) => `{ pageHeatmap(projectId: "1", id: "ownerless") { ${fields} } }`
  for (const fields of [
    `heat(days: ${days}) { total }`,
    `heat(days: { last: "P7D" }) { difference(against: ${days}) { total } }`,
    `image(overlay: { days: ${days} }) { link }`,
    `image(overlay: { days: { last: "P7D" }, against: ${days} }) { link }`,
  ]) {
    const { status, errors } = await askText(served.origin, page(fields))
    expect([status, errors[0]?.message]).toEqual([400, expect.stringMatching(message)])
  }
  expect(served.sandbox.posthog.journal.count()).toBe(before)
})

test('no response is shared once a day is over in the project', async () => {
  const find = vi.spyOn(SharedResponses.prototype, 'find')
  onTestFinished(() => find.mockRestore())
  await using cached = await serve({ catalog, environment: { ISOTHERM_CACHE_BYTES: '100000000' } })
  const query =
    '{ pageHeatmap(projectId: "1", id: "ownerless") { heat(days: { last: "P7D" }) { difference(against: { before: { last: "P7D" } }) { days { to } } } } }'
  const ask = async () => {
    const { data } = await askText<{ pageHeatmap: HeatOfPage }>(cached.origin, query)
    return data.pageHeatmap.heat.difference.days
  }
  const midnight = Date.parse('2026-10-27T15:00:00Z')
  vi.setSystemTime(midnight - 100)
  const sharedCount = () => find.mock.results.filter(({ value }) => value !== undefined).length
  for (let time = 0; time < 30 && sharedCount() === 0; time++)
    expect(await ask()).toEqual({ to: '2026-10-27' })
  expect(sharedCount()).toBeGreaterThan(0)
  vi.setSystemTime(midnight)
  expect(await ask()).toEqual({ to: '2026-10-28' })
})

import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { stores } from '../src/sandbox/world.ts'
import { callsOf } from './support/calls.ts'
import { askText } from './support/client.ts'
import { type Served, serve } from './support/serving.ts'

/** In London clocks were put back on the 25th. */
const now = Date.parse('2026-10-27T12:30:00Z')
const [first, second, third] = stores.map(({ auraLocationId }) => auraLocationId)
const catalog = `locations:
  - { id: london, name: London, timeZone: Europe/London, auraVision: { locationId: ${first} } }
  - { id: tokyo, name: Tokyo, timeZone: Asia/Tokyo, auraVision: { locationId: ${second} } }
  - { id: nowhere, name: Nowhere, auraVision: { locationId: ${third} } }
websites: []
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

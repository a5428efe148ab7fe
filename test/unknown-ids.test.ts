import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { askText } from './support/client.ts'
import { takeCalls } from './support/refused.ts'
import { type Served, serve } from './support/serving.ts'

/** What an id names is known without asking anybody, so one Isotherm serves them all and asks nobody. */
const resources = new AsyncDisposableStack()
let served: Served

beforeAll(async () => {
  served = resources.use(await serve())
  return () => resources.disposeAsync()
})

afterEach(() => expect(takeCalls(served.sandbox)).toEqual([]))

/** Fields whose id names nothing, and what their error says of it. */
const fields: readonly (readonly [field: string, says: string])[] = [
  ['location(by: { id: "nowhere" }) { id }', 'No location has the id "nowhere".'],
  ['location(by: { id: "" }) { id }', 'No location has the id "".'],
  ['location(by: { id: "constructor" }) { id }', 'No location has the id "constructor".'],
  ['location(by: { id: "Website:shop" }) { id }', 'No location has the id "Website:shop".'],
  ['location(by: { auraVisionId: "64a1" }) { id }', 'No location has the id "aura-vision:64a1".'],
  ['location(by: { analytiksId: "one" }) { id }', 'No location has the id "analytiks:one".'],
  ['location(by: { analytiksId: "-1" }) { id }', 'No location has the id "analytiks:-1".'],
  ['location(by: { analytiksId: "1.5" }) { id }', 'No location has the id "analytiks:1.5".'],
  [
    'location(by: { analytiksId: "9007199254740993" }) { id }',
    'No location has the id "analytiks:9007199254740993".',
  ],
  [
    'location(by: { reference: { brandId: -1, referenceNumber: "X" } }) { id }',
    'No location has the id "reference:-1:X".',
  ],
  [
    'location(by: { reference: { brandId: 1, referenceNumber: "" } }) { id }',
    'No location has the id "reference:1:".',
  ],
  ['website(by: { id: "nowhere" }) { id }', 'No website has the id "nowhere".'],
  ['website(by: { zenovayId: "shop" }) { id }', 'No website has the id "zenovay:shop".'],
  ['website(by: { posthogProjectId: "" }) { id }', 'No website has the id "posthog:".'],
  ['website(by: { posthogEnvironmentId: "" }) { id }', 'No website has the id "posthog-environment:".'],
  ['website(by: { datadogApplicationId: "" }) { id }', 'No website has the id "datadog:".'],
  [
    'view(by: { id: "shop" }) { id }',
    'No view has the id "shop": it is a website\'s id, a colon and a path.',
  ],
  ['view(by: { id: "View:nowhere:/" }) { id }', 'No website has the id "nowhere".'],
  ['brand(id: -1) { id }', 'No brand has the id "-1".'],
  [
    'node(id: "oxford-street") { id }',
    '"oxford-street" is no id of a node: it starts with one of Location, Brand, Website, View, PageHeatmap, SpatialHeatmap and a colon.',
  ],
  [
    'node(id: "") { id }',
    '"" is no id of a node: it starts with one of Location, Brand, Website, View, PageHeatmap, SpatialHeatmap and a colon.',
  ],
  [
    'node(id: "Snapshot:1") { id }',
    '"Snapshot:1" is no id of a node: it starts with one of Location, Brand, Website, View, PageHeatmap, SpatialHeatmap and a colon.',
  ],
  [
    'node(id: "constructor:1") { id }',
    '"constructor:1" is no id of a node: it starts with one of Location, Brand, Website, View, PageHeatmap, SpatialHeatmap and a colon.',
  ],
  [
    'node(id: "__proto__:1") { id }',
    '"__proto__:1" is no id of a node: it starts with one of Location, Brand, Website, View, PageHeatmap, SpatialHeatmap and a colon.',
  ],
  ['node(id: "Location:nowhere") { id }', 'No location has the id "nowhere".'],
  ['node(id: "Location:analytiks:x") { id }', 'No location has the id "analytiks:x".'],
  ['node(id: "Location:analytiks:+1") { id }', 'No location has the id "analytiks:+1".'],
  ['node(id: "Brand:US0658") { id }', 'No brand has the id "US0658".'],
  ['node(id: "Brand:12345678901") { id }', 'No brand has the id "12345678901".'],
  ['node(id: "Website:zenovay:1") { id }', 'No website has the id "zenovay:1".'],
  ['node(id: "View:shop") { id }', 'No view has the id "shop": it is a website\'s id, a colon and a path.'],
  ['node(id: "PageHeatmap:project:1:short") { id }', 'No page heatmap has the id "project:1:short".'],
]

test.each(fields)('%s is null with an error, and leaves its neighbours alone', async (field, says) => {
  const neighbour = 'locations(first: 1) { nodes { id } }'
  const { status, data, errors } = await askText<object>(served.origin, `{ field: ${field} ${neighbour} }`)
  expect(errors).toEqual([
    expect.objectContaining({ message: says, path: ['field'], extensions: { code: 'BAD_USER_INPUT' } }),
  ])
  expect(data).toEqual({ field: null, locations: { nodes: [{ id: 'Location:oxford-street' }] } })
  expect(status).toBe(200)
})

test('of several nodes each that names nothing is null with an error of its own', async () => {
  const query = '{ nodes(ids: ["Location:ginza", "Location:nowhere", "valueOf:1", "Brand:1234"]) { id } }'
  const { data, errors } = await askText(served.origin, query)
  expect(data).toEqual({ nodes: [{ id: 'Location:ginza' }, null, null, { id: 'Brand:1234' }] })
  expect(errors.map(({ path, extensions }) => [path, extensions])).toEqual([
    [['nodes', 1], { code: 'BAD_USER_INPUT' }],
    [['nodes', 2], { code: 'BAD_USER_INPUT' }],
  ])
})

test('a cursor that is none is an error', async () => {
  const { errors } = await askText(served.origin, '{ locations(after: "nowhere") { nodes { id } } }')
  expect(errors).toEqual([
    expect.objectContaining({
      message: 'after: "nowhere" is no cursor of this list.',
      extensions: { code: 'BAD_USER_INPUT' },
    }),
  ])
})

const long = 'No location has the id "analytiks:9007199254740993".'
const byNumber = {
  query: 'query ($id: ID) { location(by: { analytiksId: $id }) { id } }',
  variables: '{"id": 9007199254740993}',
}
const ofGateway = {
  query: 'query ($all: [_Any!]!) { _entities(representations: $all) { __typename } }',
  variables: '{"all": [{"__typename": "Location", "analytiksId": 9007199254740993}]}',
}

/** Where a double would name another id. */
test.each([byNumber, ofGateway])(
  'an id that is sent as a number is that id, in $query',
  async ({ query, variables }) => {
    const headers = { 'content-type': 'application/json' }
    const body = `{"query": ${JSON.stringify(query)}, "variables": ${variables}}`
    const url = `${served.origin}/graphql`
    const answers = [
      await fetch(url, { method: 'POST', headers, body }),
      await fetch(`${url}?${new URLSearchParams({ query, variables })}`),
    ]
    for (const answer of answers) expect(await answer.json()).toMatchObject({ errors: [{ message: long }] })
  },
)

/** Ids that would lead to another route of the vendor, or that no URL can hold. */
describe.each(['.', '..', '\ud800'])('%j', id => {
  const operations = [
    'query ($id: ID!) { field: website(by: { posthogProjectId: $id }) { heatmaps { nodes { name } } } }',
    'query ($id: ID!) { field: pageHeatmap(environmentId: $id, id: "short") { name } }',
    'mutation ($id: ID!) { field: deleteSnapshot(input: { id: $id }) { __typename } }',
  ]
  test.each(operations)('is no id in %s', async query => {
    const { errors } = await askText(served.origin, query, { id })
    expect(errors).toEqual([
      expect.objectContaining({
        message: `"${id.toWellFormed()}" is not an id.`,
        extensions: { code: 'BAD_USER_INPUT' },
      }),
    ])
  })
})

const range = 'range: { utc: { start: "2025-08-05T00:00:00Z", end: "2025-08-06T00:00:00Z" } }'
const locations = (count: number) =>
  Array.from(
    { length: count },
    (_, index) => `l${index}: location(by: { analytiksId: "${1 + index}" }) { traffic(${range}) { total } }`,
  ).join(' ')

test('50 locations of one question are asked at once', async () => {
  await askText(served.origin, `{ ${locations(50)} }`)
  expect(takeCalls(served.sandbox).filter(call => call.endsWith('POST /json/v2'))).toHaveLength(1)
})

test('51 locations of one question, though nobody knows the last, are asked in two calls', async () => {
  const { errors } = await askText(served.origin, `{ ${locations(51)} }`)
  expect(new Set(errors.map(({ extensions: { code } }) => code))).toEqual(new Set(['UPSTREAM_FORBIDDEN']))
  const bodies = served.sandbox.analytiks.journal.calls.filter(({ route }) => route === 'POST /json/v2')
  // A call whose locations are all refused renews the token and goes out again.
  expect(new Set(bodies.map(({ body }) => JSON.stringify(body))).size).toBe(2)
  takeCalls(served.sandbox)
})

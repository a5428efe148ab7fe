import { beforeAll, describe, expect, test } from 'vitest'
import { askText } from './support/client.ts'
import { expectRefused } from './support/refused.ts'
import { type Served, serve } from './support/serving.ts'

const resources = new AsyncDisposableStack()
let served: Served

beforeAll(async () => {
  served = resources.use(await serve())
  return () => resources.disposeAsync()
})

/** Where bad input may stand: each operation holds it once, where nothing above it knows of it. */
const places: Readonly<Record<string, { readonly query: string; readonly variables?: object }>> = {
  'deep in lists': {
    query: '{ websites { nodes { views { nodes { snapshots(first: 0) { id } } } } } }',
  },
  'below what another upstream answers': {
    query: '{ snapshots(viewName: "/") { view { website { heatmaps(first: 0) { nodes { name } } } } } }',
  },
  'in a fragment': {
    query:
      '{ websites { nodes { ...Pages } } } fragment Pages on Website { views(first: 0) { nodes { path } } }',
  },
  'in a fragment of a fragment': {
    query: `{ websites { nodes { ...Outer } } }
      fragment Inner on View { snapshots(first: 0) { id } }
      fragment Outer on Website { views { nodes { ...Inner } } }`,
  },
  'in an inline fragment of an interface': {
    query: '{ node(id: "Website:shop") { ... on Website { views(first: 0) { nodes { path } } } } }',
  },
  'below an alias': {
    query:
      '{ fine: website(by: { id: "shop" }) { fine: views { nodes { path } } bad: views(first: 0) { nodes { path } } } }',
  },
  'in a variable': {
    query: 'query ($first: Int) { websites { nodes { views(first: $first) { nodes { path } } } } }',
    variables: { first: 0 },
  },
  "in a variable's default": {
    query: 'query ($first: Int = 0) { websites { nodes { views(first: $first) { nodes { path } } } } }',
  },
  'in the answer of a mutation': {
    query: `mutation { createSnapshot(input: {
      applicationId: "a", deviceType: "d", name: "n", viewName: "/", eventId: "e", start: 0, isDeviceTypeSelectedByUser: true
    }) { ... on SnapshotWritten { snapshot { view { snapshots(first: 0) { id } } } } } }`,
  },
  'in what directives keep': {
    query:
      'query ($on: Boolean!) { websites { nodes { views(first: 0) @include(if: $on) @skip(if: false) { nodes { path } } } } }',
    variables: { on: true },
  },
}

describe('wherever it stands, bad input costs no call', () => {
  test.each(Object.entries(places))('%s', async (_name, { query, variables }) => {
    expectRefused(
      served.sandbox,
      await askText(served.origin, query, variables),
      /first must be from 1 to \d+, not 0\./,
    )
  })
})

const leftOut: Readonly<Record<string, { readonly query: string; readonly variables?: object }>> = {
  '@skip leaves out': {
    query:
      'query ($off: Boolean!) { locations(first: 1) { nodes { id } } websites(first: 0) @skip(if: $off) { nodes { id } } }',
    variables: { off: true },
  },
  '@include leaves out': {
    query: '{ locations(first: 1) { nodes { id } } websites(first: 0) @include(if: false) { nodes { id } } }',
  },
  'a field above leaves out': {
    query:
      '{ locations(first: 1) { nodes { id } } website(by: { id: "shop" }) @skip(if: true) { views(first: 0) { nodes { path } } } }',
  },
  'a fragment leaves out': {
    query: `{ locations(first: 1) { nodes { id } } ...Never @include(if: false) ... @skip(if: true) { ...Never } }
      fragment Never on Query { websites(first: 0) { nodes { id } } }`,
  },
}

test.each(Object.entries(leftOut))(
  'of what %s nothing is complained of',
  async (_name, { query, variables }) => {
    const { data, errors } = await askText(served.origin, query, variables)
    expect(errors).toEqual([])
    expect(data).toEqual({ locations: { nodes: [{ id: 'Location:oxford-street' }] } })
  },
)

test('of an operation that is not chosen nothing is complained of', async () => {
  const query = `query Chosen { locations(first: 1) { nodes { id } } }
    query Other { websites(first: 0) { nodes { id } } }
    mutation Another { deleteSnapshot(input: { id: "" }) { __typename } }`
  const response = await fetch(`${served.origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, operationName: 'Chosen' }),
  })
  expect(await response.json()).toEqual({
    data: { locations: { nodes: [{ id: 'Location:oxford-street' }] } },
  })
})

test('a fragment that stands in two places is complained of once', async () => {
  const query = `{ one: websites { nodes { ...Pages } } two: websites { nodes { ...Pages } } }
    fragment Pages on Website { views(first: 0) { nodes { path } } }`
  const { errors } = await askText(served.origin, query)
  expect(errors).toHaveLength(1)
})

/** A field below which another vendor would be asked, and an operation that would change something before. */
const creation = `createSnapshot(input: {
  applicationId: "a", deviceType: "d", name: "n", viewName: "/", eventId: "e", start: 0, isDeviceTypeSelectedByUser: true
}) { __typename }`
const asked = 'websites { nodes { views { nodes { path } } } }'
const fieldsWithIds: readonly (readonly [string, string])[] = [
  ['mutation', `a: ${creation} b: deleteSnapshot(input: { id: $id }) { __typename }`],
  [
    'mutation',
    `a: ${creation} b: updateSnapshot(input: { id: $id, eventId: "e", start: 0, isDeviceTypeSelectedByUser: true }) { __typename }`,
  ],
  ['query', `${asked} website(by: { posthogProjectId: $id }) { heatmaps { nodes { name } } }`],
  ['query', `${asked} website(by: { posthogEnvironmentId: $id }) { heatmaps { nodes { name } } }`],
  ['query', `${asked} website(by: { zenovayId: $id }) { name }`],
  ['query', `${asked} website(by: { datadogApplicationId: $id }) { name }`],
  ['query', `${asked} website(by: { id: $id }) { name }`],
  ['query', `${asked} location(by: { id: $id }) { name }`],
  ['query', `${asked} view(by: { id: $id }) { name }`],
  ['query', `${asked} pageHeatmap(projectId: $id, id: "short") { name }`],
  ['query', `${asked} pageHeatmap(environmentId: $id, id: "short") { name }`],
  ['query', `${asked} pageHeatmap(projectId: "1", id: $id) { name }`],
]

test.each(fieldsWithIds)(
  'an id that no route can hold costs no call, and no change: %s { %s }',
  async (kind, fields) => {
    const operation = `${kind} ($id: ID!) { ${fields} }`
    for (const id of ['.', '..', '\ud800', 'a\udc00', 'a\u0000', 'a\nb', 'x'.repeat(20_000)])
      expectRefused(
        served.sandbox,
        await askText(served.origin, operation, { id }),
        /is not an id|is neither/,
      )
  },
)

test.each([
  'Website:posthog:..',
  'Website:posthog-environment:.',
  'PageHeatmap:project:..:497f6eca-6276-4993-bfeb-53cbbbba6f08',
])('the parts of an id are ids: %s', async id => {
  const query = `query ($id: ID!) { ${asked} node(id: $id) { id } }`
  expectRefused(served.sandbox, await askText(served.origin, query, { id }), /is not an id/)
})

test.each([
  ['snapshots(viewName: $text) { id }', 'x'.repeat(2001)],
  ['snapshots(viewName: "/", deviceType: $text) { id }', 'x'.repeat(2001)],
  ['snapshots(viewName: $text) { id }', '\ud800'],
  ['website(by: { id: "shop" }) { view(path: $text) { snapshots { id } } }', '/\udfff'],
  [
    'location(by: { id: "ginza" }) { heatmaps(range: { start: "2025-06-01T00:00:00Z", end: "2025-06-02T00:00:00Z" }, types: [PATH], roles: [$text]) { type } }',
    '\ud800',
  ],
] as const)('a text that no call can hold costs none: %s', async (field, text) => {
  const query = `query ($text: String!) { ${asked} ${field} }`
  expectRefused(
    served.sandbox,
    await askText(served.origin, query, { text }),
    /at most 2000 characters|surrogate/,
  )
})

test('the same document is judged by its variables each time', async () => {
  const query = 'query ($first: Int!) { locations(first: $first) { nodes { id } } }'
  for (const [first, status] of [
    [1, 200],
    [0, 400],
    [1, 200],
  ] as const)
    expect(await askText(served.origin, query, { first })).toMatchObject({ status })
})

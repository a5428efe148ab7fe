import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Scope, scopes } from '../../src/access/scopes.ts'
import { madeUpHeatmaps } from '../../src/sandbox/posthog-heatmaps.ts'
import { callsOf } from '../support/calls.ts'
import { askText } from '../support/client.ts'
import { daysBefore } from '../support/heat-days.ts'
import { as, type CallersServed, serveCallers } from '../support/serving-callers.ts'

let served: CallersServed

beforeAll(async () => {
  served = await serveCallers({ environment: { ISOTHERM_CORS_ORIGINS: '*' } })
})
afterAll(() => served[Symbol.asyncDispose]())
beforeEach(() => {
  for (const { journal } of served.sandbox.emulators) journal.clear()
})

const range = '{ start: "2026-08-03T00:00:00Z", end: "2026-08-04T00:00:00Z" }'
const screenshot = `PageHeatmap:project:1:${madeUpHeatmaps(new Date())[0]?.heatmap.id}`

const all = (...without: readonly Scope[]) => scopes.filter(scope => !without.includes(scope))

/** What the caller gets, and which vendors were called. */
async function askAs(allowed: readonly Scope[], query: string, headers: Record<string, string> = {}) {
  const answer = await askText<Record<string, unknown> | null>(
    served.origin,
    query,
    {},
    {
      headers: { ...as(allowed), ...headers },
    },
  )
  return { ...answer, called: Object.keys(callsOf(served.sandbox)).toSorted() }
}

const forbidden = (path: readonly (string | number)[], ...missing: readonly Scope[]) => ({
  path,
  message: expect.stringContaining(missing.join(' and ')),
  extensions: { code: 'FORBIDDEN', missingScopes: missing },
})

describe('a field without its scope is null and FORBIDDEN, its siblings are answered, and no call is made for it', () => {
  test.each<{ field: string; scope: Scope }>([
    { field: `traffic(range: { utc: ${range} }) { total }`, scope: 'traffic:read' },
    { field: `captureRate(range: { utc: ${range} })`, scope: 'traffic:read' },
    { field: `rates(range: { utc: ${range} }) { starts }`, scope: 'traffic:read' },
    { field: `pointsOfInterest(range: { utc: ${range} }) { id }`, scope: 'traffic:read' },
    { field: `heatmaps(range: ${range}, types: [PATH]) { type }`, scope: 'heatmaps:read' },
    { field: `heatmapConnection(range: ${range}, types: [PATH]) { nodes { id } }`, scope: 'heatmaps:read' },
  ])('$field of a location', async ({ field, scope }) => {
    const query = `{ location(by: { id: "oxford-street" }) { name ...On } } fragment On on Location { it: ${field} }`
    const { status, data, errors, called } = await askAs(all(scope), query)
    expect(status).toBe(200)
    expect(data).toEqual({ location: { name: 'Oxford Street', it: null } })
    expect(errors).toMatchObject([forbidden(['location', 'it'], scope)])
    expect(called).toEqual([])
  })

  test.each<{ field: string; scope: Scope }>([
    { field: 'views(first: 1) { nodes { path } }', scope: 'pages:read' },
    { field: 'heatmaps(first: 1) { nodes { id } }', scope: 'heatmaps:read' },
  ])('$field of a website', async ({ field, scope }) => {
    const query = `{ website(by: { id: "shop" }) { name it: ${field} } }`
    const { data, errors, called } = await askAs(all(scope), query)
    expect(data).toEqual({ website: { name: 'Shop', it: null } })
    expect(errors).toMatchObject([forbidden(['website', 'it'], scope)])
    expect(called).toEqual([])
  })

  test.each<{ query: string; scope: Scope }>([
    { query: '{ it: snapshots(viewName: "/pricing") { id } }', scope: 'snapshots:read' },
    { query: `{ it: pageHeatmap(projectId: "1", id: "abc") { id } }`, scope: 'heatmaps:read' },
    {
      query: `{ it: pageHeatmap(projectId: "1", id: "abc") { heat(days: ${JSON.stringify(daysBefore(1, 7)).replaceAll(/"(\w+)":/g, '$1:')}) { total } } }`,
      scope: 'heatmaps:read',
    },
    {
      query: `{ it: node(id: "${screenshot}") { id ... on Heatmap { createdAt } } }`,
      scope: 'heatmaps:read',
    },
    {
      query:
        '{ _entities(representations: [{ __typename: "Snapshot", id: "x", viewName: "/" }, { __typename: "Brand", brandId: 1 }]) { __typename } }',
      scope: 'snapshots:read',
    },
    {
      query: '{ _snapshotsByIdAndViewName(representations: [{ id: "x", viewName: "/" }]) { id } }',
      scope: 'snapshots:read',
    },
    {
      query: 'mutation { it: deleteSnapshot(input: { id: "x" }) { __typename } }',
      scope: 'snapshots:write',
    },
  ])('$query', async ({ query, scope }) => {
    for (const headers of [{}, { 'apollo-federation-include-trace': 'ftv1' }]) {
      const { status, errors, called } = await askAs(all(scope), query, headers)
      expect(status).toBe(200)
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', missingScopes: [scope] } }])
      expect(called).toEqual([])
    }
  })

  test('in compiled queries too, and for whoever may, the same operation is answered', async () => {
    const query = `{ nodes(ids: ["${screenshot}", "Location:oxford-street"]) { id } }`
    for (const _ of [1, 2, 3, 4]) {
      const { data, errors } = await askAs(all('heatmaps:read'), query)
      expect(data).toEqual({ nodes: [null, { id: 'Location:oxford-street' }] })
      expect(errors).toMatchObject([forbidden(['nodes', 0], 'heatmaps:read')])
      const allowed = await askAs(all(), query)
      expect(allowed).toMatchObject({ data: { nodes: [{ id: screenshot }, {}] }, errors: [] })
    }
  })

  test('in a deferred part, in a dry run, and in a subscription', async () => {
    const part = `{ location(by: { id: "oxford-street" }) { id ... @defer { traffic(range: { utc: ${range} }) { total } } } }`
    const deferred = await post(part, all('traffic:read'), 'multipart/mixed')
    expect(deferred).toMatch(/"traffic":null/)
    expect(deferred).toContain('"code":"FORBIDDEN"')
    const { errors, extensions } = await askAs(all('traffic:read'), part, { 'isotherm-explain': 'plan' })
    expect(extensions.plan).toEqual({})
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
    const events = await post(
      `subscription { heatmapImage(id: "${screenshot}") { state } }`,
      all('heatmaps:read'),
      'text/event-stream',
    )
    expect(events).toContain('"data":{"heatmapImage":null}')
    expect(events).toContain('"code":"FORBIDDEN"')
    expect(callsOf(served.sandbox)).toEqual({})
  })
})

describe('without people:read', () => {
  test('personal fields are null, and cost no call by themselves', async () => {
    const { data, errors, called } = await askAs(
      all('people:read'),
      `{ node(id: "${screenshot}") { ... on PageHeatmap { uuid createdBy { email } } } }`,
    )
    expect(data).toMatchObject({ node: { createdBy: null } })
    expect(errors).toMatchObject([forbidden(['node', 'createdBy'], 'people:read')])
    expect(called).toEqual([])
    const fields = ['sessionId', 'createdBy', 'createdByHandle', 'createdByUserId']
    const snapshots = await askAs(
      all('people:read'),
      `{ snapshots(viewName: "/pricing", first: 1) { id ${fields.join(' ')} } }`,
    )
    expect(snapshots.data).toMatchObject({
      snapshots: [Object.fromEntries(fields.map(field => [field, null]))],
    })
    expect(snapshots.errors).toMatchObject(
      fields.map(field => forbidden(['snapshots', 0, field], 'people:read')),
    )
  })

  test('filters by groups of visitors are refused, also within an id', async () => {
    const list = (filter: string) =>
      `{ location(by: { id: "oxford-street" }) { heatmaps(range: ${range}, types: [PATH]${filter}) { id } } }`
    for (const filter of [', roles: ["customer"]', ', ages: ["25-34"]', ', genders: ["female"]']) {
      const { data, errors, called } = await askAs(all('people:read'), list(filter))
      expect(data).toEqual({ location: { heatmaps: null } })
      expect(errors).toMatchObject([forbidden(['location', 'heatmaps'], 'people:read')])
      expect(called).toEqual([])
    }
    expect((await askAs(all('people:read'), list(', ages: null'))).errors).toEqual([])
    const { data } = await askAs(all(), list(', roles: ["customer"]'))
    const id = /SpatialHeatmap:[^"]+/.exec(JSON.stringify(data))?.[0]
    for (const { journal } of served.sandbox.emulators) journal.clear()
    const found = await askAs(all('people:read'), `{ node(id: "${id}") { id } }`)
    expect(found.errors).toMatchObject([forbidden(['node'], 'people:read')])
    expect(found.called).toEqual([])
  })
})

test('a caller without any scope reads the catalog and its providers', async () => {
  const { errors, data } = await askAs(
    [],
    '{ __typename providers { name } locations(first: 1) { nodes { name timeZone } } websites(first: 1) { nodes { id name origin } } brand(id: 1234) { id } view(by: { id: "View:shop:/" }) { path } }',
  )
  expect(errors).toEqual([])
  expect(data).toMatchObject({ locations: { nodes: [{ name: 'Oxford Street' }] } })
})

test('who may write and not read snapshots changes them, and is not shown them', async () => {
  const { data } = await askAs(all(), '{ snapshots(viewName: "/pricing", first: 1) { id eventId } }')
  const [id, eventId] = [/"id":"([^"]+)/, /"eventId":"([^"]+)/].map(
    form => form.exec(JSON.stringify(data))?.[1],
  )
  const change = `mutation { updateSnapshot(input: { id: "${id}", eventId: "${eventId}", isDeviceTypeSelectedByUser: true, start: 1 }) { ... on SnapshotWritten { snapshot { id } } } }`
  const written = await askAs(['snapshots:write'], change)
  expect(written.data).toEqual({ updateSnapshot: { snapshot: null } })
  expect(written.errors).toMatchObject([forbidden(['updateSnapshot', 'snapshot'], 'snapshots:read')])
  expect(callsOf(served.sandbox).datadog).toMatchObject({
    'PATCH /api/v2/replay/heatmap/snapshots/:snapshotId': 1,
  })
})

async function post(query: string, allowed: readonly Scope[], accept: string): Promise<string> {
  const response = await fetch(`${served.origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept, ...as(allowed) },
    body: JSON.stringify({ query }),
  })
  return response.text()
}

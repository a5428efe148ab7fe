import { expect, test } from 'vitest'
import { sites, stores } from '../../src/sandbox/world.ts'
import { callsOf } from '../support/calls.ts'
import { askText } from '../support/client.ts'
import { type Served, serve } from '../support/serving.ts'

const count = 1000
const uuidOfNone = '00000000-0000-4000-8000-000000000000'

test('a thousand representations keep their order and their errors, and cost what one plain query does', async () => {
  await using served = await serve()
  const kinds = await kindsOf(served)
  // With the tokens that later questions need no more.
  await askText(served.origin, plainQuery)
  forgetCalls(served)
  await askText(served.origin, plainQuery)
  const plainCalls = callsOf(served.sandbox)
  expect(plainCalls).toMatchObject({ analytiks: {}, posthog: {}, zenovay: {}, datadog: {} })

  const asked = Array.from({ length: count }, (_, index) => kinds[(index * 997) % kinds.length])
  expect(new Set(asked)).toEqual(new Set(kinds))
  const representations = asked.map(kind => kind?.representation)
  // The first are executed, the last are compiled.
  for (const _time of [1, 2, 3, 4, 5]) {
    forgetCalls(served)
    const { data, errors } = await askEntities(served, representations)
    expect(data._entities.map(entity => entity?.id ?? null)).toEqual(asked.map(kind => kind?.id))
    const wrong = asked.flatMap((kind, index) => (kind?.code ? [`_entities.${index} ${kind.code}`] : []))
    const told = errors.map(({ path, extensions: { code } }) => `${path?.join('.')} ${code}`)
    expect(told.toSorted()).toEqual(wrong.toSorted())
    expect(callsOf(served.sandbox)).toEqual(plainCalls)
  }
})

test('a provider that is down nulls its own fields of a thousand representations, each with its error', async () => {
  await using served = await serve()
  const kinds = await kindsOf(served)
  const asked = Array.from({ length: count }, (_, index) => kinds[index % kinds.length])
  const representations = asked.map(kind => kind?.representation)
  const { data: whole } = await askEntities(served, representations)
  served.sandbox.analytiks.journal.script({ route: 'POST /json/v2', answer: { status: 503 } })

  const { data, errors } = await askEntities(served, representations)

  const without = whole._entities.map(entity => (entity?.traffic ? { ...entity, traffic: null } : entity))
  expect(data._entities).toEqual(without)
  const down = whole._entities.flatMap((entity, index) =>
    entity?.traffic ? [`_entities.${index}.traffic`] : [],
  )
  expect(down.length).toBeGreaterThan(count / 2)
  const failed = errors.filter(({ extensions: { code } }) => code === 'UPSTREAM_UNAVAILABLE')
  expect(failed.map(({ path }) => path?.join('.')).toSorted()).toEqual(down.toSorted())
})

const range = '{ utc: { start: "2025-06-02T00:00:00Z", end: "2025-06-03T00:00:00Z" } }'

const fields = {
  Location: `id name traffic(range: ${range}, metrics: [VISITS]) { total }`,
  Website: 'id name',
  View: 'id totalInteractions',
  Brand: 'id brandId',
  PageHeatmap: 'id name',
  Snapshot: 'id name',
}

interface Kind {
  readonly representation: unknown
  readonly id: string | null
  readonly code?: string
}

/** Each way to name an entity, and each way to name none. */
async function kindsOf({ origin }: Served): Promise<readonly Kind[]> {
  const { data } = await askText<Known>(
    origin,
    `{
      website(by: { id: "shop" }) { heatmaps(first: 5) { nodes { id } } }
      snapshots(viewName: "/pricing", first: 3) { id }
    }`,
  )
  return [
    ...stores.flatMap(store => {
      const id = `Location:${store.id}`
      return [
        { representation: { __typename: 'Location', id }, id },
        { representation: { __typename: 'Location', auraVisionId: store.auraLocationId }, id },
        { representation: { __typename: 'Location', analytiksId: String(store.locationId) }, id },
        {
          representation: {
            __typename: 'Location',
            brandId: store.brandId,
            referenceNumber: store.referenceNumber,
          },
          id,
        },
      ]
    }),
    ...sites.flatMap(site => {
      const id = `Website:${site.id}`
      return [
        { representation: { __typename: 'Website', id }, id },
        { representation: { __typename: 'Website', origin: site.origin }, id },
        { representation: { __typename: 'Website', zenovayId: site.zenovayId }, id },
        {
          representation: { __typename: 'View', url: `${site.origin}/about?a` },
          id: `View:${site.id}:/about?a`,
        },
        { representation: { __typename: 'View', id: `View:${site.id}:/` }, id: `View:${site.id}:/` },
      ]
    }),
    { representation: { __typename: 'Brand', brandId: 5678 }, id: 'Brand:5678' },
    { representation: { __typename: 'Brand', id: 'Brand:1234' }, id: 'Brand:1234' },
    ...data.website.heatmaps.nodes.map(({ id }) => ({
      representation: { __typename: 'PageHeatmap', id },
      id,
    })),
    ...data.snapshots.map(({ id }) => ({
      representation: { __typename: 'Snapshot', id, viewName: '/pricing' },
      id,
    })),
    { representation: { __typename: 'Snapshot', id: uuidOfNone, viewName: '/pricing' }, id: null },
    {
      representation: { __typename: 'PageHeatmap', id: `PageHeatmap:project:1:${uuidOfNone}` },
      id: null,
      code: 'UPSTREAM_NOT_FOUND',
    },
    ...[
      { __typename: 'Website', origin: 'https://nobody.example' },
      { __typename: 'Location', id: 'Location:nowhere' },
      { __typename: 'Location', id: null },
      { __typename: 'Location', brandId: 1234 },
      { __typename: 'Location', brandId: 'text', referenceNumber: 'US0658' },
      { __typename: 'Website', origin: 'no URL' },
      { __typename: 'Snapshot', id: uuidOfNone },
      { __typename: 'PageHeatmap', id: 'PageHeatmap:project:1:none' },
      { __typename: 'Query', id: 'Location:ginza' },
      { __typename: '__proto__', id: 'Location:ginza' },
      { id: 'Location:ginza' },
      {},
      [],
      'Location:ginza',
      7,
      true,
    ].map(representation => ({ representation, id: null, code: 'BAD_USER_INPUT' })),
  ]
}

/** What the representations name, each once. */
const plainQuery = `{
    locations(first: 100) { nodes { ${fields.Location} } }
    websites(first: 3) { nodes {
      ${fields.Website}
      about: view(path: "/about") { ${fields.View} }
      root: view(path: "/") { ${fields.View} }
    } }
    nobody: website(by: { origin: "https://nobody.example" }) { ${fields.Website} }
    shop: website(by: { id: "shop" }) { heatmaps(first: 5) { nodes { ${fields.PageHeatmap} } } }
    pageHeatmap(projectId: "1", id: "${uuidOfNone}") { ${fields.PageHeatmap} }
    snapshots(viewName: "/pricing", first: 1000) { ${fields.Snapshot} }
  }`

interface Known {
  readonly website: { readonly heatmaps: { readonly nodes: readonly { readonly id: string }[] } }
  readonly snapshots: readonly { readonly id: string }[]
}

interface Entity {
  readonly id: string
  readonly traffic?: unknown
}

async function askEntities({ origin }: Served, representations: readonly unknown[]) {
  const selection = Object.entries(fields).map(([type, selected]) => `... on ${type} { ${selected} }`)
  const query = `query ($representations: [_Any!]!) {
    _entities(representations: $representations) { ${selection.join('\n')} }
  }`
  return askText<{ _entities: readonly (Entity | null)[] }>(origin, query, { representations })
}

function forgetCalls({ sandbox: { emulators } }: Served): void {
  for (const { journal } of emulators) journal.clear()
}

import { expect, test } from 'vitest'
import { GraphPageHeatmapDocument } from '../generated/graphql.ts'
import { ask, askText } from '../support/client.ts'
import { type Served, serve } from '../support/serving.ts'

const none = { contentType: null, width: null, retryAfterSeconds: null, failure: null }

test.each([
  { id: 'ownerless', image: { ...none, state: 'READY', contentType: 'image/jpeg', width: 1024 } },
  { id: 'stuck', image: { ...none, state: 'READY', contentType: 'image/jpeg', width: 768 } },
  {
    id: 'failed',
    image: {
      ...none,
      state: 'FAILED',
      failure: 'Screenshot provider returned status 403 for https://shop.example.com/products/3',
    },
  },
  {
    id: 'iframe',
    image: { ...none, state: 'FAILED', failure: 'A heatmap of type iframe has no screenshot.' },
  },
  {
    id: 'recording',
    image: { ...none, state: 'FAILED', failure: 'A heatmap of type recording has no screenshot.' },
  },
  { id: 'external', image: { ...none, state: 'FAILED', failure: 'The image is stored outside PostHog.' } },
])('the heatmap $id tells what there is of its image', async ({ id, image }) => {
  await using served = await serve()
  // Reading a heatmap that is stuck by its short id would start its render over.
  const known = id === 'stuck' ? await uuidOf(served, id) : id
  const { data, errors } = await ask(served.origin, GraphPageHeatmapDocument, { projectId: '1', id: known })
  expect(errors).toEqual([])
  const link = image.state === 'FAILED' ? null : expect.stringMatching(`^${served.origin}/images/`)
  expect(data.pageHeatmap).toMatchObject({ shortId: id, image: { ...image, link } })
})

test('a heatmap is the same by its short id, its UUID in any case, and its id', async () => {
  await using served = await serve()
  const uuid = await uuidOf(served, 'ownerless')
  const answers = await Promise.all(
    ['ownerless', uuid, uuid.toUpperCase()].map(id =>
      ask(served.origin, GraphPageHeatmapDocument, { projectId: '1', id }),
    ),
  )
  for (const { data, errors } of answers) {
    expect(errors).toEqual([])
    expect(data.pageHeatmap).toMatchObject({
      id: `PageHeatmap:project:1:${uuid}`,
      uuid,
      shortId: 'ownerless',
      name: 'Shop /products/8',
      createdBy: null,
    })
  }
  const { data, errors } = await askText(
    served.origin,
    `{
      lower: node(id: "PageHeatmap:project:1:${uuid}") { ... on PageHeatmap { uuid name } }
      upper: node(id: "PageHeatmap:project:1:${uuid.toUpperCase()}") { ... on PageHeatmap { uuid name } }
    }`,
  )
  expect(errors).toEqual([])
  const found = { uuid, name: 'Shop /products/8' }
  expect(data).toEqual({ lower: found, upper: found })
})

test('a heatmap whose UUID PostHog writes in upper case has one id, by which it is found again', async () => {
  await using served = await serve()
  const { journal } = served.sandbox.posthog
  const uuid = '497f6eca-6276-4993-bfeb-53cbbbba6f08'
  const id = `PageHeatmap:project:1:${uuid}`
  const body = { results: [{ id: uuid.toUpperCase(), name: 'Ours', type: 'screenshot' }], count: 1 }
  journal.script({ answer: { body } })
  const { data, errors } = await askText(
    served.origin,
    `{
      website(by: { posthogProjectId: "1" }) { heatmaps(first: 1) { nodes { id uuid name } } }
      nodes(ids: ["${id}", "${id.replace(uuid, uuid.toUpperCase())}"]) { ... on PageHeatmap { id uuid name } }
    }`,
  )
  expect(errors).toEqual([])
  const heatmap = { id, uuid, name: 'Ours' }
  expect(data).toEqual({ website: { heatmaps: { nodes: [heatmap] } }, nodes: [heatmap, heatmap] })
})

test('a heatmap of an environment is asked by the older routes', async () => {
  await using served = await serve()
  const variables = { environmentId: '1', id: 'ownerless' }
  const { data, errors } = await ask(served.origin, GraphPageHeatmapDocument, variables)
  expect(errors).toEqual([])
  expect(data.pageHeatmap).toMatchObject({
    id: `PageHeatmap:environment:1:${data.pageHeatmap?.uuid}`,
    image: { state: 'READY' },
  })
  for (const { path } of served.sandbox.posthog.journal.calls)
    expect(path).toMatch(/^\/api\/environments\/1\//)
})

test('a heatmap that PostHog does not know is null with an error', async () => {
  await using served = await serve()
  const unknown = ['0123abcd', '00000000-0000-4000-8000-000000000000']
  for (const id of unknown) {
    const variables = { projectId: '1', id }
    const { data, errors } = await ask(served.origin, GraphPageHeatmapDocument, variables)
    expect(data.pageHeatmap).toBeNull()
    expect(errors).toMatchObject([
      { path: ['pageHeatmap'], extensions: { code: 'UPSTREAM_NOT_FOUND', provider: 'posthog' } },
    ])
  }
})

test.each([
  { projectId: '1', environmentId: '1', id: 'ownerless' },
  { id: 'ownerless' },
  { projectId: '', id: 'ownerless' },
  { projectId: '1', id: 'too long to be short' },
  { projectId: '1', id: '../saved' },
  { projectId: '1', id: '' },
])('%j is bad input, said before PostHog is asked', async variables => {
  await using served = await serve()
  const { data, errors } = await ask(served.origin, GraphPageHeatmapDocument, variables)
  expect(data).toBeUndefined()
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
  expect(served.sandbox.posthog.journal.count()).toBe(0)
})

test.each([0, -1, 3001])('a width of %i is bad input, said before PostHog is asked', async width => {
  await using served = await serve()
  const { data, errors } = await askText(
    served.origin,
    'query ($width: Int) { pageHeatmap(projectId: "1", id: "ownerless") { image(width: $width) { state } } }',
    { width },
  )
  expect(data).toBeUndefined()
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
  expect(served.sandbox.posthog.journal.count()).toBe(0)
})

test('both kinds of heatmap are asked through their interface', async () => {
  await using served = await serve()
  const { data, errors } = await askText<Record<string, { heatmaps: { nodes?: unknown[] } & unknown[] }>>(
    served.origin,
    `query ($range: TimeRange!) {
      location(by: { id: "ginza" }) { heatmaps(range: $range, types: [PATH]) { ...Shared } }
      website(by: { id: "shop" }) { heatmaps(first: 1) { nodes { ...Shared } } }
    }
    fragment Shared on Heatmap { __typename provider createdAt image { state } }`,
    { range: { start: '2025-06-02T00:00:00Z', end: '2025-06-03T00:00:00Z' } },
  )
  expect(errors).toEqual([])
  const told = { createdAt: expect.stringMatching(/Z$/), image: { state: expect.any(String) } }
  expect(data.location?.heatmaps[0]).toEqual({
    __typename: 'SpatialHeatmap',
    provider: 'aura-vision',
    ...told,
  })
  expect(data.website?.heatmaps.nodes).toEqual([{ __typename: 'PageHeatmap', provider: 'posthog', ...told }])
})

/** The UUID of a saved heatmap of the shop, from the list. */
async function uuidOf({ origin }: Served, shortId: string): Promise<string> {
  const { data } = await askText<{ website: { heatmaps: { nodes: { uuid: string; shortId: string }[] } } }>(
    origin,
    '{ website(by: { id: "shop" }) { heatmaps(first: 100) { nodes { uuid shortId } } } }',
  )
  return data.website.heatmaps.nodes.find(heatmap => heatmap.shortId === shortId)?.uuid ?? ''
}

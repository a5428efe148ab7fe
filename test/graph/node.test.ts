import fc from 'fast-check'
import { expect, test } from 'vitest'
import { GraphNodeDocument, GraphNodesDocument } from '../generated/graphql.ts'
import { callsOf } from '../support/calls.ts'
import { ask, askText } from '../support/client.ts'
import { serve } from '../support/serving.ts'

const uuid = '497f6eca-6276-4993-bfeb-53cbbbba6f08'

test('everything that the lists hold is found again by its id, as what it was', async () => {
  await using served = await serve()
  const { data, errors } = await askText<Listed>(
    served.origin,
    `{
      locations(first: 12) { nodes { __typename id } }
      websites(first: 4) { nodes { __typename id } }
      shop: website(by: { id: "shop" }) {
        views(first: 40) { nodes { __typename id } }
        heatmaps(first: 20) { nodes { __typename id } }
      }
      environment: website(by: { posthogEnvironmentId: "2" }) { heatmaps(first: 5) { nodes { __typename id } } }
    }`,
  )
  expect(errors).toEqual([])
  const { locations, websites, shop, environment } = data
  const lists = [locations, websites, shop.views, shop.heatmaps, environment.heatmaps]
  const listed = lists.flatMap(({ nodes }) => nodes)
  expect(new Set(listed.map(({ __typename }) => __typename))).toEqual(
    new Set(['Location', 'Website', 'View', 'PageHeatmap']),
  )
  served.sandbox.posthog.journal.clear()
  const ids = listed.map(({ id }) => id)
  const found = await ask(served.origin, GraphNodesDocument, { ids })
  expect(found.errors).toEqual([])
  expect(found.data.nodes).toMatchObject(listed)
})

interface List {
  readonly nodes: readonly { readonly __typename: string; readonly id: string }[]
}

interface Listed {
  readonly locations: List
  readonly websites: List
  readonly shop: { readonly views: List; readonly heatmaps: List }
  readonly environment: { readonly heatmaps: List }
}

test.each([
  { id: 'Location:oxford-street', type: 'Location' },
  { id: 'Location:analytiks:4711', type: 'Location' },
  { id: 'Location:aura-vision:0123456789abcdef01234567', type: 'Location' },
  { id: 'Location:reference:1:A:B', type: 'Location' },
  { id: 'Brand:1234', type: 'Brand' },
  { id: 'Website:shop', type: 'Website' },
  { id: 'Website:posthog-environment:9', type: 'Website' },
  { id: 'View:shop:/', type: 'View' },
  { id: 'View:datadog:app:/a:/b', type: 'View' },
  { id: `PageHeatmap:project:1:${uuid}`, type: 'PageHeatmap' },
  { id: `PageHeatmap:environment:a:b:${uuid}`, type: 'PageHeatmap' },
])('$id names a $type and costs no call', async ({ id, type }) => {
  await using served = await serve()
  const { data, errors } = await ask(served.origin, GraphNodeDocument, { id })
  expect({ data, errors }).toEqual({ data: { node: { __typename: type, id } }, errors: [] })
  expect(callsOf(served.sandbox)).toEqual({})
})

test('nodes answers in the order of the ids, the same one twice, and what names nothing is an error of its own', async () => {
  await using served = await serve()
  const ids = ['Website:shop', 'nothing', 'Location:ginza', 'Location:nowhere', 'Website:shop']
  const { data, errors } = await ask(served.origin, GraphNodesDocument, { ids })
  expect(data.nodes.map(node => node?.id ?? null)).toEqual([
    'Website:shop',
    null,
    'Location:ginza',
    null,
    'Website:shop',
  ])
  expect(errors.map(({ path, extensions: { code } }) => ({ path, code }))).toEqual([
    { path: ['nodes', 1], code: 'BAD_USER_INPUT' },
    { path: ['nodes', 3], code: 'BAD_USER_INPUT' },
  ])
})

test('a node is what it was also behind its interface and beside its own query', async () => {
  await using served = await serve()
  const { data, errors } = await askText(
    served.origin,
    `{
      node(id: "Location:ginza") { ... on Location { name } }
      location(by: { id: "ginza" }) { __typename ... on Node { id } }
      brand: node(id: "Brand:1234") { ... on Brand { brandId } }
      other: brand(id: 1234) { id }
    }`,
  )
  expect(errors).toEqual([])
  expect(data).toEqual({
    node: { name: 'Ginza' },
    location: { __typename: 'Location', id: 'Location:ginza' },
    brand: { brandId: 1234 },
    other: { id: 'Brand:1234' },
  })
})

test('a thousand ids can be asked at once, and no more', async () => {
  await using served = await serve()
  const ids = Array.from({ length: 1001 }, (_, index) => `Brand:${index}`)
  const { data } = await ask(served.origin, GraphNodesDocument, { ids: ids.slice(0, 1000) })
  expect(data.nodes.map(node => node?.id)).toEqual(ids.slice(0, 1000))
  const { errors } = await ask(served.origin, GraphNodesDocument, { ids })
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
})

test('any text is the id of a node that has this id, or bad input', async () => {
  await using served = await serve()
  const start = fc.constantFrom('', ...starts)
  await fc.assert(
    fc.asyncProperty(
      start,
      fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.webPath()),
      async (start, rest) => {
        const id = `${start}${rest}`
        // What would lead to another route of a vendor refuses the whole operation.
        fc.pre(!/(^|:)\.{1,2}(:|$)/.test(id))
        const { data, errors } = await ask(served.origin, GraphNodeDocument, { id })
        const again = await ask(served.origin, GraphNodeDocument, { id: data.node?.id ?? id })
        expect(again.data).toEqual(data)
        expect(errors.map(({ extensions: { code } }) => code)).toEqual(data.node ? [] : ['BAD_USER_INPUT'])
      },
    ),
    { numRuns: 300 },
  )
  expect(callsOf(served.sandbox)).toEqual({})
})

const starts = [
  'Location:',
  'Location:analytiks:',
  'Location:reference:1:',
  'Brand:',
  'Website:',
  'Website:posthog:',
  'Website:zenovay:',
  'View:',
  'View:shop:/',
  'PageHeatmap:',
  'PageHeatmap:project:',
  'Snapshot:',
  '__proto__:',
]

import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { callsOf } from '../support/calls.ts'
import { askText } from '../support/client.ts'
import { serve } from '../support/serving.ts'
import { serveCallers } from '../support/serving-callers.ts'

const uuid = '497f6eca-6276-4993-bfeb-53cbbbba6f08'

test.each([
  { __typename: 'Location', id: 'Location:oxford-street', is: 'Location:oxford-street' },
  { __typename: 'Location', auraVisionId: '64a1b2c3d4e5f6a7b8c9d0e3', is: 'Location:oxford-street' },
  { __typename: 'Location', analytiksId: '1', is: 'Location:oxford-street' },
  { __typename: 'Location', analytiksId: 1, is: 'Location:oxford-street' },
  { __typename: 'Location', brandId: 1234, referenceNumber: 'US0658', is: 'Location:oxford-street' },
  { __typename: 'Location', analytiksId: '4711', is: 'Location:analytiks:4711' },
  { __typename: 'Brand', id: 'Brand:1234', is: 'Brand:1234' },
  { __typename: 'Brand', brandId: 1234, is: 'Brand:1234' },
  { __typename: 'Website', id: 'Website:shop', is: 'Website:shop' },
  { __typename: 'Website', origin: 'https://shop.example.com', is: 'Website:shop' },
  { __typename: 'Website', zenovayId: 'a1b2c3d4-e5f6-7890-abcd-ef1234567890', is: 'Website:shop' },
  { __typename: 'Website', posthogProjectId: '1', is: 'Website:shop' },
  { __typename: 'Website', posthogEnvironmentId: '9', is: 'Website:posthog-environment:9' },
  { __typename: 'Website', datadogApplicationId: 'aaaaaaaa-1111-2222-3333-bbbbbbbbbbbb', is: 'Website:shop' },
  { __typename: 'View', id: 'View:shop:/pricing', is: 'View:shop:/pricing' },
  { __typename: 'View', url: 'https://shop.example.com/pricing', is: 'View:shop:/pricing' },
  { __typename: 'View', url: 'https://shop.example.com/pricing?a=b#c', is: 'View:shop:/pricing?a=b#c' },
  {
    __typename: 'PageHeatmap',
    id: `PageHeatmap:project:1:${uuid}`,
    is: `PageHeatmap:project:1:${uuid}`,
  },
])(
  '$__typename is an entity by a key of $is, and finding it costs no call',
  async ({ is, ...representation }) => {
    await using served = await serve()
    const { data, errors } = await askEntities(served.origin, [representation], '... on Node { id }')
    expect({ data, errors }).toEqual({
      data: { _entities: [{ __typename: representation.__typename, id: is }] },
      errors: [],
    })
    expect(callsOf(served.sandbox)).toEqual({})
  },
)

test('what is asked of other types costs an entity nothing', async () => {
  await using served = await serve()
  const id = `PageHeatmap:project:1:${uuid}`
  const selection = '... on PageHeatmap { id image { state } } ...Named'
  // The first are executed, the last are compiled.
  for (const _time of [1, 2, 3, 4, 5]) {
    const { data, errors } = await askEntities(
      served.origin,
      [{ __typename: 'PageHeatmap', id }],
      `${selection} ... on Snapshot { name }`,
      'fragment Named on Location { name }',
    )
    expect({ data, errors }).toMatchObject({ data: { _entities: [{ id, image: {} }] }, errors: [] })
  }
  const called = callsOf(served.sandbox).posthog ?? {}
  expect(Object.keys(called)).toEqual(['GET /api/projects/:project_id/heatmap_screenshots/:id/content{/}?'])
})

test('a null among representations is bad input, and nothing is asked', async () => {
  await using served = await serve()
  const representations = [null, { __typename: 'View', id: 'View:shop:/pricing' }]
  const { status, data, errors } = await askEntities(
    served.origin,
    representations,
    '... on View { totalInteractions }',
  )
  expect({ status, data }).toEqual({ status: 400, data: undefined })
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
  expect(callsOf(served.sandbox)).toEqual({})
})

test('representations may stand in the query itself, with variables among them', async () => {
  await using served = await serve()
  const query = `query ($id: ID!) {
    _entities(representations: [{ __typename: "Location", id: $id }, { __typename: "Brand", brandId: 7 }]) {
      ... on Node { id }
    }
  }`
  for (const id of ['Location:ginza', 'Location:ginza', 'Location:pitt-street', 'Location:pitt-street']) {
    const { data } = await askText(served.origin, query, { id })
    expect(data).toEqual({ _entities: [{ id }, { id: 'Brand:7' }] })
  }
})

test('what the subgraph says of itself is what is printed, without scopes while it is open to all', async () => {
  await using served = await serve()
  await using known = await serveCallers()
  const file = await readFile(new URL('../../schema/subgraph.graphql', import.meta.url), 'utf8')
  // The first are executed, the last are compiled.
  for (const _time of [1, 2, 3, 4, 5]) {
    const [open, own] = await Promise.all(
      [served, known].map(({ origin }) =>
        askText<{ _service: { sdl: string } }>(origin, '{ _service { sdl } }'),
      ),
    )
    expect(own?.data._service.sdl).toBe(file)
    expect(open?.data._service.sdl).toBe(withoutScopes(file))
  }
})

test('a snapshot that is not in a whole list of its view is none, and in one that may be cut off an error', async () => {
  await using served = await serve()
  const representations = [
    { __typename: 'Snapshot', id: '1', viewName: '/pricing' },
    { __typename: 'Snapshot', id: 'other', viewName: '/pricing' },
  ]
  const listed = (count: number) => ({
    data: Array.from({ length: count }, (_, id) => ({ id: `${id}`, type: 'snapshots', attributes: {} })),
  })
  const found = { __typename: 'Snapshot', id: '1' }
  const code = 'UPSTREAM_INVALID_RESPONSE'
  for (const [count, wrong] of [
    [999, []],
    [1000, [{ path: ['_entities', 1], extensions: { code, provider: 'datadog', retryable: false } }]],
  ] as const) {
    served.sandbox.datadog.journal.script({ answer: { body: listed(count) }, times: 1 })
    const { data, errors } = await askEntities(served.origin, representations, '... on Snapshot { id }')
    expect(data).toEqual({ _entities: [found, null] })
    expect(errors).toMatchObject(wrong)
    expect(errors).toHaveLength(wrong.length)
  }
})

async function askEntities(
  origin: string,
  representations: readonly unknown[],
  selection: string,
  fragments = '',
) {
  const query = `query ($representations: [_Any!]!) {
    _entities(representations: $representations) { __typename ${selection} }
  }
  ${fragments}`
  return askText<{ _entities: unknown } | undefined>(origin, query, { representations })
}

function withoutScopes(sdl: string): string {
  return sdl
    .replaceAll(/ @(authenticated|requiresScopes\(scopes: \[\["[\w:]+"\]\]\))/g, '')
    .replace(' "@authenticated", "@requiresScopes",', '')
}

import { expect, test } from 'vitest'
import {
  GraphWebsiteDocument,
  type GraphWebsiteFieldsFragment,
  GraphWebsitesDocument,
  type WebsiteBy,
} from '../generated/graphql.ts'
import { callsOf } from '../support/calls.ts'
import { ask, askText } from '../support/client.ts'
import { serve } from '../support/serving.ts'

const zenovayId = 'a1b2c3d4-e5f6-7890-abcd-ef1234567890'
const datadogApplicationId = 'aaaaaaaa-1111-2222-3333-bbbbbbbbbbbb'
const list = { zenovay: { 'GET /api/external/v1/websites': 1 } }

test.each<WebsiteBy>([
  { id: 'Website:shop' },
  { id: 'shop' },
  { id: `zenovay:${zenovayId}` },
  { id: 'Website:posthog:1' },
  { zenovayId },
  { zenovayId: zenovayId.toUpperCase() },
  { posthogProjectId: '1' },
  { datadogApplicationId },
  { origin: 'https://shop.example.com' },
  { origin: 'https://SHOP.example.com:443/pricing?from=mail' },
])('a catalogued website is the same by %j', async by => {
  await using served = await serve()
  const { data, errors } = await ask(served.origin, GraphWebsiteDocument, { by })
  expect(errors).toEqual([])
  expect(data.website).toEqual({
    id: 'Website:shop',
    name: 'Shop',
    origin: 'https://shop.example.com',
    zenovayId,
    posthogProjectId: '1',
    posthogEnvironmentId: null,
    datadogApplicationId,
  })
  expect(callsOf(served.sandbox)).toEqual({})
})

test('a website that is catalogued by its environment is found by it', async () => {
  const catalog = 'websites: [{ id: old, name: Old, posthog: { environmentId: 7 } }]'
  await using served = await serve({ catalog })
  const by = { posthogEnvironmentId: '7' }
  const { data, errors } = await ask(served.origin, GraphWebsiteDocument, { by })
  expect(errors).toEqual([])
  expect(data.website).toEqual({ ...unknown, id: 'Website:old', name: 'Old', posthogEnvironmentId: '7' })
})

const unknown: Omit<GraphWebsiteFieldsFragment, 'id'> = {
  name: null,
  origin: null,
  zenovayId: null,
  posthogProjectId: null,
  posthogEnvironmentId: null,
  datadogApplicationId: null,
}
const status = {
  ...unknown,
  id: 'Website:zenovay:d4e5f6a7-b8c9-4123-8ef0-234567890123',
  name: 'Status',
  origin: 'https://status.example.com',
  zenovayId: 'd4e5f6a7-b8c9-4123-8ef0-234567890123',
}

test.each<{ by: WebsiteBy; website: GraphWebsiteFieldsFragment; calls: object }>([
  { by: { zenovayId: status.zenovayId.toUpperCase() }, website: status, calls: list },
  { by: { origin: 'https://status.example.com/' }, website: status, calls: list },
  {
    by: { posthogProjectId: 'a:b' },
    website: { ...unknown, id: 'Website:posthog:a:b', posthogProjectId: 'a:b' },
    calls: {},
  },
  {
    by: { posthogEnvironmentId: '7' },
    website: { ...unknown, id: 'Website:posthog-environment:7', posthogEnvironmentId: '7' },
    calls: {},
  },
  {
    by: { datadogApplicationId: 'app' },
    website: { ...unknown, id: 'Website:datadog:app', datadogApplicationId: 'app' },
    calls: {},
  },
])('a website that the catalog lacks is known by $by alone, and found again by its id', async example => {
  const { by, website, calls } = example
  await using served = await serve()
  const found = await ask(served.origin, GraphWebsiteDocument, { by })
  expect(found.errors).toEqual([])
  expect(found.data.website).toEqual(website)
  expect(callsOf(served.sandbox)).toEqual(calls)
  const again = await ask(served.origin, GraphWebsiteDocument, { by: { id: website.id } })
  expect(again.data).toEqual(found.data)
})

test('an origin that nobody knows is no website, and the error says what was looked for', async () => {
  await using served = await serve()
  await using without = await serve({ environment: { ZENOVAY_API_KEY: undefined } })
  const query = `query ($url: URL!, $keys: [_Any!]!) {
    website(by: { origin: $url }) { id } view(by: { url: $url }) { id } _entities(representations: $keys) { __typename }
  }`
  const url = 'HTTP://Nirgendwo.BÜCHER.example.:80/a'
  const keys = [
    { __typename: 'Website', origin: url },
    { __typename: 'View', url },
  ]
  for (const [{ origin }, says] of [
    [
      served,
      'No website has the origin "http://nirgendwo.xn--bcher-kva.example", in the catalog or in Zenovay\'s list.',
    ],
    [without, 'No website of the catalog has the origin "http://nirgendwo.xn--bcher-kva.example".'],
  ] as const) {
    const { data, errors } = await askText(origin, query, { url, keys })
    expect(data).toEqual({ website: null, view: null, _entities: [null, null] })
    expect(errors).toHaveLength(4)
    for (const error of errors)
      expect(error).toMatchObject({ message: says, extensions: { code: 'BAD_USER_INPUT' } })
  }
})

test('a website is found by each of its origins, however they are written', async () => {
  const catalog = `websites:
  - id: shop
    name: Shop
    origin: https://shop.bücher.example
    origins: [http://shop.bücher.example, "https://WWW.shop.bücher.example:443/", https://shop.bücher.example.]`
  await using served = await serve({ catalog })
  const known = 'https://shop.xn--bcher-kva.example'
  for (const origin of [
    'https://shop.bücher.example.',
    'http://SHOP.bücher.example:80',
    'https://www.shop.xn--bcher-kva.example',
    'http://shop.bücher.example.:80',
  ]) {
    const { data, errors } = await askText(
      served.origin,
      `query ($origin: URL!, $url: URL!, $keys: [_Any!]!) {
        website(by: { origin: $origin }) { id origin }
        view(by: { url: $url }) { id url }
        _entities(representations: $keys) { ... on Node { id } }
      }`,
      {
        origin,
        url: `${origin}/a?b#c`,
        keys: [
          { __typename: 'Website', origin },
          { __typename: 'View', url: `${origin}/a?b#c` },
        ],
      },
    )
    expect({ data, errors }).toEqual({
      data: {
        website: { id: 'Website:shop', origin: known },
        view: { id: 'View:shop:/a?b#c', url: `${known}/a?b#c` },
        _entities: [{ id: 'Website:shop' }, { id: 'View:shop:/a?b#c' }],
      },
      errors: [],
    })
  }
  expect(callsOf(served.sandbox)).toEqual({})
})

test.each<WebsiteBy>([
  { id: 'nowhere' },
  { id: 'Location:oxford-street' },
  { id: 'zenovay:7' },
  { zenovayId: '7' },
  { posthogProjectId: '' },
])('%j names no website, which is bad input', async by => {
  await using served = await serve()
  const { data, errors } = await ask(served.origin, GraphWebsiteDocument, { by })
  expect(data.website).toBeNull()
  expect(errors).toMatchObject([{ path: ['website'], extensions: { code: 'BAD_USER_INPUT' } }])
})

test.each([
  'javascript:1',
  'mailto:a@b.example',
  'ftp://shop.example.com',
  'blob:https://shop.example.com/x',
  'file:///etc/hosts',
  'data:,',
  'about:blank',
])('the URL %s has no origin, which is bad input before any call', async url => {
  await using served = await serve()
  const { data, errors } = await askText(
    served.origin,
    `query ($url: URL!, $keys: [_Any!]!) {
        website(by: { origin: $url }) { id }
        view(by: { url: $url }) { id }
        _entities(representations: $keys) { __typename }
      }`,
    {
      url,
      keys: [
        { __typename: 'Website', origin: url },
        { __typename: 'View', url },
      ],
    },
  )
  expect(data).toEqual({ website: null, view: null, _entities: [null, null] })
  expect(errors.map(({ path, extensions: { code } }) => `${path?.join('.')} ${code}`).toSorted()).toEqual([
    '_entities.0 BAD_USER_INPUT',
    '_entities.1 BAD_USER_INPUT',
    'view BAD_USER_INPUT',
    'website BAD_USER_INPUT',
  ])
  expect(callsOf(served.sandbox)).toEqual({})
})

test("without a catalog the websites are those of Zenovay's list", async () => {
  await using served = await serve({ catalog: '' })
  const { data, errors } = await ask(served.origin, GraphWebsitesDocument, {})
  expect(errors).toEqual([])
  const named = { ...unknown, zenovayId: expect.any(String), id: expect.stringMatching(/^Website:zenovay:/) }
  expect(data.websites?.nodes).toEqual([
    { ...named, name: 'Shop', origin: 'https://shop.example.com' },
    { ...named, name: 'Help Centre', origin: 'https://help.example.com' },
    { ...named, name: 'Journal', origin: 'https://journal.example.com' },
    status,
  ])
  expect(callsOf(served.sandbox)).toEqual(list)
})

test("with a catalog the websites are its own in its order, then Zenovay's that it does not mention", async () => {
  const catalog = `
websites:
  - { id: journal, name: Our Journal, zenovay: { websiteId: C3D4E5F6-a7b8-4012-9def-123456789012 } }
  - { id: intranet, name: Intranet, origin: "https://intranet.example.com" }
`
  await using served = await serve({ catalog })
  const { data, errors } = await ask(served.origin, GraphWebsitesDocument, {})
  expect(errors).toEqual([])
  expect(data.websites?.nodes.map(({ id, name, origin }) => ({ id, name, origin }))).toEqual([
    // The name is the catalog's; where the catalog tells no origin it is Zenovay's.
    { id: 'Website:journal', name: 'Our Journal', origin: 'https://journal.example.com' },
    { id: 'Website:intranet', name: 'Intranet', origin: 'https://intranet.example.com' },
    { id: `Website:zenovay:${zenovayId}`, name: 'Shop', origin: 'https://shop.example.com' },
    {
      id: 'Website:zenovay:b2c3d4e5-f6a7-4901-8cde-f12345678901',
      name: 'Help Centre',
      origin: 'https://help.example.com',
    },
    { id: status.id, name: status.name, origin: status.origin },
  ])
  expect(callsOf(served.sandbox)).toEqual(list)
})

test('a website that Zenovay lists twice is one, and an origin is told of the website that is found by it only', async () => {
  await using served = await serve({
    catalog: 'websites: [{ id: shop, name: Shop, origin: "https://a.example" }]',
  })
  const websites = [
    { id: uuidOf('A'), domain: 'https://A.example./' },
    { id: uuidOf('b'), domain: 'b.example', name: 'First' },
    { id: uuidOf('B'), domain: 'b.example', name: 'Second' },
    { id: uuidOf('c'), domain: 'b.example' },
  ]
  const route = 'GET /api/external/v1/websites'
  served.sandbox.zenovay.journal.script({ route, answer: { body: { success: true, data: { websites } } } })
  const { data, errors } = await askText(
    served.origin,
    `{
      websites { nodes { id name origin view(path: "/x") { url } } }
      website(by: { origin: "https://b.example" }) { id }
    }`,
  )
  expect(errors).toEqual([])
  const [a, b, c] = ['a', 'b', 'c'].map(digit => `Website:zenovay:${uuidOf(digit)}`)
  const [shop, first] = ['https://a.example', 'https://b.example']
  expect(data).toEqual({
    websites: {
      nodes: [
        { id: 'Website:shop', name: 'Shop', origin: shop, view: { url: `${shop}/x` } },
        { id: a, name: null, origin: null, view: { url: null } },
        { id: b, name: 'First', origin: first, view: { url: `${first}/x` } },
        { id: c, name: null, origin: null, view: { url: null } },
      ],
    },
    website: { id: b },
  })
})

function uuidOf(digit: string): string {
  return `${digit.repeat(8)}-1111-4111-8111-111111111111`
}

test("an application's id is one in whatever case the catalog, a caller or Datadog writes it", async () => {
  const upper = datadogApplicationId.toUpperCase()
  const catalog = `websites: [{ id: shop, name: Shop, datadog: { applicationId: ${upper} } }]`
  await using served = await serve({ catalog })
  const attributes = { view_name: '/pricing', application_id: upper }
  const answer = { body: { data: [{ id: 'one', type: 'snapshots', attributes }] } }
  served.sandbox.datadog.journal.script({ answer })
  const { data, errors } = await askText(
    served.origin,
    `{
      website(by: { datadogApplicationId: "${upper}" }) { id datadogApplicationId }
      node(id: "Website:datadog:${datadogApplicationId}") { id }
      snapshots(viewName: "/pricing") { applicationId view { id } }
    }`,
  )
  expect(errors).toEqual([])
  expect(data).toEqual({
    website: { id: 'Website:shop', datadogApplicationId },
    node: { id: 'Website:shop' },
    snapshots: [{ applicationId: datadogApplicationId, view: { id: 'View:shop:/pricing' } }],
  })
})

test('Zenovay is asked for its websites once a page reaches behind the catalog', async () => {
  await using served = await serve()
  for (const first of [2, 3]) {
    const { data } = await ask(served.origin, GraphWebsitesDocument, { first })
    expect(data.websites?.nodes).toHaveLength(first)
    expect(data.websites?.pageInfo.hasNextPage).toBe(true)
    expect(callsOf(served.sandbox)).toEqual({})
  }
  const rest = await ask(served.origin, GraphWebsitesDocument, { first: 2, after: 'help' })
  expect(rest.data.websites?.nodes.map(({ name }) => name)).toEqual(['Journal', 'Status'])
  expect(callsOf(served.sandbox)).toEqual(list)
})

test('websites fail as a whole when Zenovay fails, and are the catalog alone when it is not configured', async () => {
  await using failing = await serve()
  failing.sandbox.zenovay.journal.script({ answer: { status: 503 } })
  const { data, errors } = await ask(failing.origin, GraphWebsitesDocument, {})
  expect(data.websites).toBeNull()
  expect(errors).toMatchObject([{ path: ['websites'], extensions: { code: 'UPSTREAM_UNAVAILABLE' } }])

  await using without = await serve({ environment: { ZENOVAY_API_KEY: undefined } })
  const catalogued = await ask(without.origin, GraphWebsitesDocument, {})
  expect(catalogued.errors).toEqual([])
  expect(catalogued.data.websites?.nodes.map(({ name }) => name)).toEqual(['Shop', 'Help Centre', 'Journal'])
})

test.each([
  { by: `posthogProjectId: "1"`, told: { views: null, heatmaps: expect.any(Object), snapshots: null } },
  { by: `zenovayId: "${zenovayId}"`, told: { views: expect.any(Object), heatmaps: null, snapshots: null } },
  { by: `datadogApplicationId: "x"`, told: { views: null, heatmaps: null, snapshots: [] } },
])(
  'what a vendor without an identity of the website would tell is null, and no error: $by',
  async example => {
    const { by, told } = example
    await using served = await serve({ catalog: '' })
    const { data, errors } = await askText<{ website: { view: object } }>(
      served.origin,
      `{ website(by: { ${by} }) {
      views(first: 1) { nodes { path } }
      heatmaps(first: 1) { nodes { uuid } }
      view(path: "/pricing") { totalInteractions snapshots { id } }
    } }`,
    )
    expect(errors).toEqual([])
    const { view, ...website } = data.website
    expect({ ...website, ...view }).toEqual({ ...told, totalInteractions: told.views && expect.any(Number) })
  },
)

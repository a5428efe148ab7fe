import fc from 'fast-check'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { spelledPath } from '../../src/upstream/page-path.ts'
import { askText } from '../support/client.ts'
import { type Served, serve } from '../support/serving.ts'

const resources = new AsyncDisposableStack()
let served: Served

beforeAll(async () => {
  served = resources.use(await serve({ catalog }))
  return () => resources.disposeAsync()
})

afterEach(() => {
  const { zenovay, posthog, datadog } = served.sandbox
  for (const { journal } of [zenovay, posthog, datadog]) journal.clear()
})

const zenovayId = 'a1b2c3d4-e5f6-7890-abcd-ef1234567890'
const pagesRoute = 'GET /api/external/v1/heatmaps/:websiteId/pages'
const catalog = `websites:
  - id: shop
    name: Shop
    origin: https://shop.example.com
    origins: [https://www.shop.example.com]
    zenovay: { websiteId: ${zenovayId} }
    posthog: { projectId: 1 }
    datadog: { applicationId: app }
    views: [{ path: "/products/:id", viewName: "/products/?" }, { path: "/über/:id", viewName: about }]`

type Row = readonly [url: string, total?: number | null, at?: string | null]

/** Zenovay's whole list. */
function listPages(rows: readonly Row[]): void {
  const pages = rows.map(([url, total_interactions, last_updated]) => ({
    url,
    total_interactions,
    last_updated,
  }))
  const headers = { 'x-ratelimit-limit': '1000000' }
  const answer = { headers, body: { success: true, data: { pages } } }
  served.sandbox.zenovay.journal.script({ route: pagesRoute, answer })
}

interface View {
  readonly id: string
  readonly path: string
  readonly url: string
  readonly name: string
  readonly totalInteractions: number | null
}

async function listed(): Promise<{ readonly nodes: readonly View[]; readonly leftOut: number }> {
  const { data, errors } = await askText<{ website: { views: { nodes: View[]; leftOut: number } } }>(
    served.origin,
    '{ website(by: { id: "shop" }) { views(first: 100) { leftOut nodes { id path url name totalInteractions } } } }',
  )
  expect(errors).toEqual([])
  return data.website.views
}

interface Found {
  readonly node: View
  readonly nodes: readonly View[]
  readonly byId: View
  readonly byUrl: View
  readonly website: { readonly view: View }
  readonly _entities: readonly View[]
  readonly _viewsByUrl: readonly View[]
}

/** What each way to a page answers. */
async function found(id: string, url: string): Promise<readonly View[]> {
  const path = id.slice('View:shop:'.length)
  const keys = [
    { __typename: 'View', id },
    { __typename: 'View', url },
  ]
  const { data, errors } = await askText<Found>(
    served.origin,
    `query ($id: ID!, $url: URL!, $path: String!, $keys: [_Any!]!, $urls: [_Any!]!) {
      node(id: $id) { ...Whole }
      nodes(ids: [$id]) { ...Whole }
      byId: view(by: { id: $id }) { ...Whole }
      byUrl: view(by: { url: $url }) { ...Whole }
      website(by: { id: "shop" }) { view(path: $path) { ...Whole } }
      _entities(representations: $keys) { ...Whole }
      _viewsByUrl(representations: $urls) { ...Whole }
    }
    fragment Whole on View { id path url name totalInteractions }`,
    { id, url, path, keys, urls: [{ url }] },
  )
  expect(errors).toEqual([])
  const { node, nodes, byId, byUrl, website, _entities, _viewsByUrl } = data
  return [node, ...nodes, byId, byUrl, website.view, ..._entities, ..._viewsByUrl]
}

test('every way to a page says what the list says, also where another one differs by a slash only', async () => {
  listPages([
    ['/pricing', 8765],
    ['/pricing/', 3100],
    ['/suche?q=größe&page=2', 7],
    ['/index.html#top', 3],
  ])
  const { nodes } = await listed()
  expect(nodes.map(({ id, totalInteractions }) => [id, totalInteractions])).toEqual([
    ['View:shop:/pricing', 8765],
    ['View:shop:/pricing/', 3100],
    ['View:shop:/suche?q=gr%C3%B6%C3%9Fe&page=2', 7],
    ['View:shop:/index.html#top', 3],
  ])
  for (const view of nodes) {
    const ways = await found(view.id, view.url)
    expect(ways).toEqual(Array(8).fill(view))
  }
})

test('a path that Zenovay does not list has the totals of one like it, the nearest first', async () => {
  listPages([
    ['/pricing', 5],
    ['/café/', 4],
    ['/a%2fb', 3],
    ['/search?q=1', 2],
    ['/%E9', 1],
  ])
  const totals = {
    '/pricing/': 5,
    '/%70ricing?from=mail#top': 5,
    '/caf%c3%a9': 4,
    '/a%2Fb/': 3,
    '/a/b': null,
    '/search?q=1#x': 2,
    '/search?q=2': null,
    '/search': null,
    '/%e9': 1,
    '/Pricing': null,
  }
  const paths = Object.keys(totals)
  const fields = paths.map((path, index) => `v${index}: view(path: "${path}") { totalInteractions }`)
  const { data, errors } = await askText<{ website: Record<string, View> }>(
    served.origin,
    `{ website(by: { id: "shop" }) { ${fields.join(' ')} } }`,
  )
  expect(errors).toEqual([])
  expect(Object.values(data.website).map(view => view.totalInteractions)).toEqual(Object.values(totals))
})

test('rows that spell one path are one page: their interactions are added up, and the latest time counts', async () => {
  listPages([
    ['/pricing', 10, '2026-01-01T00:00:00Z'],
    ['/café', 6, '2026-01-02T00:00:00Z'],
    ['/caf%C3%A9', 5, '2026-01-03T00:00:00Z'],
    ['/x/../café', null, null],
    ['/a b', null],
    ['/a%20b', null],
  ])
  const { data, errors } = await askText(
    served.origin,
    `{
      first: website(by: { id: "shop" }) {
        views(first: 1) { nodes { path totalInteractions } pageInfo { hasNextPage } }
      }
      all: website(by: { id: "shop" }) { views { nodes { path totalInteractions lastInteractionAt } } }
    }`,
  )
  expect(errors).toEqual([])
  expect(data).toEqual({
    first: {
      views: { nodes: [{ path: '/caf%C3%A9', totalInteractions: 11 }], pageInfo: { hasNextPage: true } },
    },
    all: {
      views: {
        nodes: [
          { path: '/caf%C3%A9', totalInteractions: 11, lastInteractionAt: '2026-01-03T00:00:00.000Z' },
          { path: '/pricing', totalInteractions: 10, lastInteractionAt: '2026-01-01T00:00:00.000Z' },
          { path: '/a%20b', totalInteractions: null, lastInteractionAt: null },
        ],
      },
    },
  })
})

test('rows that are no path are resolved against the origins of the website, or left out and counted', async () => {
  const ours = [
    'https://shop.example.com/full?a#b',
    'HTTPS://WWW.shop.example.com.:443/w',
    'relative/path',
    '',
  ]
  const others = [
    'https://help.example.com/',
    'http://shop.example.com/',
    'mailto:a@b.example',
    'http://',
    '\\\\evil.example/a',
  ]
  listPages([...ours, ...others].map((url, index) => [url, 100 - index]))
  const { nodes, leftOut } = await listed()
  expect(nodes.map(({ path }) => path)).toEqual(['/full?a#b', '/w', '/relative/path', '/'])
  expect(nodes.map(({ url }) => url)).toEqual(nodes.map(({ path }) => `https://shop.example.com${path}`))
  expect(leftOut).toBe(others.length)
})

test("where the catalog knows no origin, Zenovay's decides on rows that name one, and is asked for no others", async () => {
  await using bare = await serve({ catalog: '' })
  const { journal } = bare.sandbox.zenovay
  const query = `{ website(by: { zenovayId: "${zenovayId}" }) { views { leftOut nodes { path } } } }`
  for (const [url, expected] of [
    ['/a', { paths: ['/a'], leftOut: 0, calls: 0 }],
    ['https://shop.example.com/a', { paths: ['/a'], leftOut: 0, calls: 1 }],
    ['https://other.example.com/a', { paths: [], leftOut: 1, calls: 1 }],
  ] as const) {
    journal.clear()
    journal.script({ route: pagesRoute, answer: { body: { success: true, data: { pages: [{ url }] } } } })
    const { data, errors } = await askText<{ website: { views: { leftOut: number; nodes: View[] } } }>(
      bare.origin,
      query,
    )
    expect(errors).toEqual([])
    const { leftOut, nodes } = data.website.views
    const calls = journal.count('GET /api/external/v1/websites')
    expect({ paths: nodes.map(({ path }) => path), leftOut, calls }).toEqual(expected)
  }
})

test('spellings of one path are one view, one URL and one name', async () => {
  const characters = ['a', 'é', ' ', '%', '"', '.', '/', '\\', '\t', '?', '#', ':', '|', '🔥']
  const part = fc.oneof(
    fc.string({ unit: fc.constantFrom(...characters) }),
    fc.string({ unit: 'binary', maxLength: 5 }),
    fc.webPath(),
    fc.constantFrom('..', '%2e', '%2E%2e', '%E9', '%e9', '%61', '%2F', '%zz', 'a'.repeat(3000)),
  )
  const path = fc.array(part, { maxLength: 4 }).map(parts => `/${parts.join('/')}`.toWellFormed())
  await fc.assert(
    fc.asyncProperty(path, async path => {
      served.sandbox.zenovay.journal.clear()
      listPages([[path, 1]])
      const spelled = spelledPath(path)
      const { nodes } = await listed()
      const [view] = nodes
      expect(nodes).toMatchObject([
        {
          id: `View:shop:${spelled}`,
          path: spelled,
          url: `https://shop.example.com${spelled}`,
          totalInteractions: 1,
        },
      ])
      const ways = [
        ...(await found(`View:shop:${path}`, `https://shop.example.com${path}`)),
        ...(await found(`View:shop:${spelled}`, `https://www.shop.example.com${spelled}`)),
      ]
      expect(ways).toEqual(Array(16).fill(view))
    }),
    { numRuns: 40 },
  )
})

test("a page's heatmaps are those of its very path at any of its origins, and of one like it where there are none", async () => {
  const urls = [
    'https://shop.example.com/pricing',
    'https://shop.example.com/pricing/',
    'https://www.shop.example.com/pricing?a',
    'https://shop.example.com/café/',
    'https://shop.example.com/#/route',
    'no URL',
  ]
  const results = urls.map((url, index) => ({ id: `00000000-0000-4000-8000-00000000000${index}`, url }))
  served.sandbox.posthog.journal.script({ answer: { body: { results, count: results.length } } })
  const expected = {
    '/pricing': [0, 2],
    '/pricing/': [1],
    '/pricing?a': [2],
    '/pricing?b': [0, 2],
    '/pricing/?a': [1],
    '/caf%C3%A9': [3],
    '/#/route': [4],
    '/none': [],
  }
  const paths = Object.keys(expected)
  const fields = paths.map((path, index) => `v${index}: view(path: "${path}") { heatmaps { url } }`)
  const { data, errors } = await askText<{ website: Record<string, { heatmaps: { url: string }[] }> }>(
    served.origin,
    `{ website(by: { id: "shop" }) { ${fields.join(' ')} } }`,
  )
  expect(errors).toEqual([])
  const told = Object.values(data.website).map(({ heatmaps }) => heatmaps.map(({ url }) => urls.indexOf(url)))
  expect(told).toEqual(Object.values(expected))
})

test('Datadog is asked by the name of the view, and where it lists nothing in other spellings, without slash and escapes', async () => {
  const { journal } = served.sandbox.datadog
  journal.script({ answer: { body: { data: [] } } })
  const names = {
    '/pricing?a#b': ['/pricing'],
    '/pricing/': ['/pricing/', '/pricing'],
    '/café/': ['/caf%C3%A9/', '/café/', '/caf%c3%a9/', '/café'],
    '/products/9/': ['/products/?'],
    '/über/9?x': ['about'],
    '/%E9': ['/%E9', '/%e9'],
    '/': ['/'],
  }
  for (const [path, asked] of Object.entries(names)) {
    journal.calls.length = 0
    const query =
      'query ($path: String!) { website(by: { id: "shop" }) { view(path: $path) { name snapshots { id } } } }'
    const { data, errors } = await askText(served.origin, query, { path })
    expect(errors).toEqual([])
    expect(data).toEqual({ website: { view: { name: asked[0], snapshots: [] } } })
    const told = journal.calls.map(call => new URL(call.path, served.origin).searchParams)
    expect(told.map(query => query.get('filter[view_name]'))).toEqual(asked)
  }
})

test('a path too long to ask Datadog by is refused, and nothing is asked', async () => {
  const query =
    'query ($path: String!) { website(by: { id: "shop" }) { view(path: $path) { snapshots { id } } } }'
  const { data, errors } = await askText(served.origin, query, { path: `/${'ü'.repeat(334)}` })
  expect(data).toEqual({ website: { view: { snapshots: null } } })
  expect(errors).toMatchObject([
    { message: 'viewName must have at most 2000 characters.', extensions: { code: 'BAD_USER_INPUT' } },
  ])
  expect(served.sandbox.datadog.journal.calls).toEqual([])
})

test('a snapshot is of the view that its name spells', async () => {
  const views = {
    '/pricing': 'View:shop:/pricing',
    '/café': 'View:shop:/caf%C3%A9',
    '/products/7/': null,
    '/items/?': null,
    '/items?id=7': null,
    '/index#top': null,
    about: null,
  }
  const data = Object.keys(views).map((view_name, id) => ({
    id: `${id}`,
    type: 'snapshots',
    attributes: { view_name, application_id: 'app' },
  }))
  served.sandbox.datadog.journal.script({ answer: { body: { data } } })
  const answer = await askText<{ snapshots: { view: { id: string } | null }[] }>(
    served.origin,
    '{ snapshots(viewName: "x") { view { id } } }',
  )
  expect(answer.errors).toEqual([])
  expect(answer.data.snapshots.map(({ view }) => view?.id ?? null)).toEqual(Object.values(views))
})

import { expect, test } from 'vitest'
import {
  GraphSnapshotsDocument,
  GraphViewDataDocument,
  GraphViewDocument,
  GraphViewOfDocument,
  type ViewBy,
} from '../generated/graphql.ts'
import { callsOf } from '../support/calls.ts'
import { ask, askText } from '../support/client.ts'
import { serve } from '../support/serving.ts'
import { onlyOnce } from '../support/wiring.ts'

const applicationId = 'aaaaaaaa-1111-2222-3333-bbbbbbbbbbbb'
const seventhProduct = {
  id: 'View:shop:/products/7',
  path: '/products/7',
  url: 'https://shop.example.com/products/7',
  name: '/products/?',
  website: { id: 'Website:shop' },
}

test.each<ViewBy>([
  { id: 'View:shop:/products/7' },
  { id: 'shop:/products/7' },
  { id: 'View:datadog:aaaaaaaa-1111-2222-3333-bbbbbbbbbbbb:/products/7' },
  { url: 'https://shop.example.com/products/7' },
  { url: 'https://shop.example.com/about/../products/7' },
  { id: 'View:shop:/about/%2e%2E/products\\7' },
])('a view of a catalogued website is the same by %j', async by => {
  await using served = await serve()
  const { data, errors } = await ask(served.origin, GraphViewDocument, { by })
  expect(errors).toEqual([])
  expect(data.view).toEqual(seventhProduct)
  const ofWebsite = { website: { id: 'shop' }, path: '/products/7' }
  const reached = await ask(served.origin, GraphViewOfDocument, ofWebsite)
  expect(reached.data.website?.view).toEqual(seventhProduct)
  expect(callsOf(served.sandbox)).toEqual({})
})

test('a view of a website that only Zenovay knows is found by its URL and again by its id', async () => {
  await using served = await serve({ catalog: '' })
  const by = { url: 'https://status.example.com/history' }
  const found = await ask(served.origin, GraphViewDocument, { by })
  expect(found.errors).toEqual([])
  expect(found.data.view).toEqual({
    id: 'View:zenovay:d4e5f6a7-b8c9-4123-8ef0-234567890123:/history',
    path: '/history',
    url: 'https://status.example.com/history',
    name: '/history',
    website: { id: 'Website:zenovay:d4e5f6a7-b8c9-4123-8ef0-234567890123' },
  })
  const again = await ask(served.origin, GraphViewDocument, { by: { id: found.data.view?.id ?? '' } })
  expect(again.data).toEqual(found.data)
})

test('a view of a website whose origin nobody knows has no URL', async () => {
  await using served = await serve({ catalog: '' })
  const by = { id: 'View:posthog:1:/pricing' }
  const { data, errors } = await ask(served.origin, GraphViewDocument, { by })
  expect(errors).toEqual([])
  expect(data.view).toMatchObject({ id: by.id, path: '/pricing', url: null })
})

test.each<ViewBy>([
  { id: 'shop' },
  { id: 'View:shop:pricing' },
  { id: 'View:nowhere:/' },
  { id: 'Website:shop' },
])('%j names no view, which is bad input', async by => {
  await using served = await serve()
  const { data, errors } = await ask(served.origin, GraphViewDocument, { by })
  expect(data.view).toBeNull()
  expect(errors).toMatchObject([{ path: ['view'], extensions: { code: 'BAD_USER_INPUT' } }])
})

test.each(['', 'pricing', '?from=mail', '#top', 'https://shop.example.com/pricing'])(
  'the path %j is bad input, said before anybody is asked',
  async path => {
    await using served = await serve()
    const { data, errors } = await ask(served.origin, GraphViewOfDocument, { website: { id: 'shop' }, path })
    expect(data).toBeUndefined()
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
    expect(callsOf(served.sandbox)).toEqual({})
  },
)

test('a view brings together what three vendors know of it', async () => {
  await using served = await serve()
  const by = { url: 'https://shop.example.com/pricing' }
  const { data, errors } = await ask(served.origin, GraphViewDataDocument, { by })
  expect(errors).toEqual([])
  expect(data.view).toMatchObject({
    totalInteractions: 8765,
    lastInteractionAt: '2026-02-07T14:25:00.000Z',
    heatmaps: [{ url: 'https://shop.example.com/pricing' }],
  })
  const told = data.view?.snapshots?.map(({ viewName }) => viewName)
  expect(new Set(told)).toEqual(new Set(['/pricing']))
  expect(new Set(data.view?.snapshots?.map(one => one.applicationId))).toEqual(new Set([applicationId]))
})

test("a page beyond the hundred that Zenovay tells of has no totals, and Datadog's name of it is a pattern's", async () => {
  await using served = await serve()
  const by = { id: 'View:shop:/products/4711' }
  const { data, errors } = await ask(served.origin, GraphViewDataDocument, { by })
  expect(errors).toEqual([])
  expect(data.view).toMatchObject({ totalInteractions: null, lastInteractionAt: null, heatmaps: [] })
  expect(new Set(data.view?.snapshots?.map(({ viewName }) => viewName))).toEqual(new Set(['/products/?']))
})

test('the heatmaps of a view are those of its path, whatever their query and fragment', async () => {
  await using served = await serve()
  const urls = [
    'https://shop.example.com/pricing',
    'https://shop.example.com/pricing?plan=2#top',
    'https://SHOP.example.com.:443/pric\ting',
    'https://shop.example.com/pricing/',
    'https://shop.example.com/pricing/2',
    'https://shop.example.com/',
    'http://shop.example.com/pricing',
    'https://help.example.com/pricing',
    'https://shop.example.com/*',
    '/pricing',
    null,
  ]
  const results = urls.map((url, index) => ({ id: uuidOf(index), url }))
  served.sandbox.posthog.journal.script({ answer: { body: { results, count: results.length } } })
  const by = { id: 'View:shop:/pricing' }
  const { data, errors } = await ask(served.origin, GraphViewDataDocument, { by })
  expect(errors).toEqual([])
  expect(data.view?.heatmaps).toEqual(urls.slice(0, 3).map((url, index) => ({ uuid: uuidOf(index), url })))
})

test('the heatmaps of a view are found behind the first page of the list, and fail when a page fails', async () => {
  await using served = await serve({ environment: onlyOnce })
  const { journal } = served.sandbox.posthog
  const page = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => ({
      id: uuidOf(from + index),
      url: from + index === 501 ? 'https://shop.example.com/pricing' : 'https://shop.example.com/',
    }))
  const first = { times: 1, answer: { body: { results: page(0, 500), count: 502 } } }
  journal.script(first)
  journal.script({ times: 1, answer: { body: { results: page(500, 2), count: 502 } } })
  const by = { id: 'View:shop:/pricing' }
  const { data, errors } = await ask(served.origin, GraphViewDataDocument, { by })
  expect(errors).toEqual([])
  expect(data.view?.heatmaps).toEqual([{ uuid: uuidOf(501), url: 'https://shop.example.com/pricing' }])
  expect(journal.calls.map(({ path }) => path.split('?')[1])).toEqual([
    'limit=500&offset=0',
    'limit=500&offset=500',
  ])

  journal.script(first)
  journal.script({ times: 1, answer: { status: 500 } })
  const failing = await ask(served.origin, GraphViewDataDocument, { by })
  expect(failing.data.view?.heatmaps).toBeNull()
  expect(failing.data.view?.totalInteractions).toBe(8765)
  expect(failing.errors).toMatchObject([{ path: ['view', 'heatmaps'], extensions: { provider: 'posthog' } }])
})

test.each([
  {
    what: 'a path',
    attributes: { application_id: applicationId, view_name: '/pricing' },
    id: 'View:shop:/pricing',
  },
  {
    what: 'a name of several pages',
    attributes: { application_id: applicationId, view_name: '/products/?' },
  },
  {
    what: 'a page that goes by another name',
    attributes: { application_id: applicationId, view_name: '/products/7' },
  },
  { what: 'no path', attributes: { application_id: applicationId, view_name: 'Checkout' } },
  { what: 'no name', attributes: { application_id: applicationId } },
  { what: 'another application', attributes: { application_id: 'other', view_name: '/pricing' } },
  { what: 'no application', attributes: { view_name: '/pricing' } },
])('a snapshot of $what is of a view where that is certain', async ({ attributes, id }) => {
  await using served = await serve()
  const data = [{ id: 'snapshot', type: 'snapshots', attributes }]
  served.sandbox.datadog.journal.script({ answer: { body: { data } } })
  const answer = await ask(served.origin, GraphSnapshotsDocument, { viewName: 'whatever' })
  expect(answer.errors).toEqual([])
  expect(answer.data.snapshots?.map(({ view }) => view)).toEqual([id === undefined ? null : { id }])
})

test('a view of a snapshot leads back to the website and its snapshots', async () => {
  await using served = await serve()
  const { data, errors } = await askText(
    served.origin,
    `{ snapshots(viewName: "/pricing", deviceType: "tablet", first: 1) {
      view { id website { name } snapshots(deviceType: "tablet", first: 1) { deviceType } }
    } }`,
  )
  expect(errors).toEqual([])
  expect(data).toEqual({
    snapshots: [
      {
        view: { id: 'View:shop:/pricing', website: { name: 'Shop' }, snapshots: [{ deviceType: 'tablet' }] },
      },
    ],
  })
})

function uuidOf(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
}

test.each(['/pricing/', '/pricing', '/%70ricing?from=mail#top'])(
  "a page's totals are found by its URL, however that is written: %s",
  async path => {
    await using served = await serve()
    const { data, errors } = await askText(
      served.origin,
      `{ view(by: { url: "https://shop.example.com${path}" }) { totalInteractions } }`,
    )
    expect(errors).toEqual([])
    expect(data).toEqual({ view: { totalInteractions: 8765 } })
  },
)

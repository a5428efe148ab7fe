import { expect, test } from 'vitest'
import {
  CountCreateThenListDocument,
  type CountCreateThenListMutation,
  CountDeleteThenListDocument,
  CountViewsWithSnapshotsDocument,
  EverythingDocument,
} from '../generated/graphql.ts'
import { callsOf } from '../support/calls.ts'
import { ask, askText } from '../support/client.ts'
import { type Served, serve } from '../support/serving.ts'

const pagesRoute = 'GET /api/external/v1/heatmaps/:websiteId/pages'
const snapshotsRoute = 'GET /api/v2/replay/heatmap/snapshots'
const savedRoute = 'GET /api/projects/:project_id/saved{/}?'
const contentRoute = 'GET /api/projects/:project_id/heatmap_screenshots/:id/content{/}?'

test('20 views with their snapshots for two devices cost one list of pages and at most 40 of snapshots', async () => {
  await using served = await serve()
  const { data, errors } = await ask(served.origin, CountViewsWithSnapshotsDocument, {})
  expect(errors).toEqual([])
  const views = data.website?.views?.nodes ?? []
  expect(views).toHaveLength(20)
  // Views that Datadog knows by one name are asked once.
  const names = new Set(views.map(({ name }) => name))
  expect(names.size).toBeLessThan(20)
  expect(callsOf(served.sandbox)).toEqual({
    zenovay: { [pagesRoute]: 1 },
    datadog: { [snapshotsRoute]: 2 * names.size },
  })
  for (const { desktop, mobile } of views) {
    expect(new Set(desktop?.map(({ deviceType }) => deviceType))).toEqual(new Set(['desktop']))
    expect(new Set(mobile?.map(({ deviceType }) => deviceType))).toEqual(new Set(['mobile']))
  }
})

test('20 views of as many names cost 40 lists of snapshots', async () => {
  await using served = await serve()
  const pages = Array.from({ length: 20 }, (_, index) => ({
    url: `/page-${index}`,
    total_interactions: index,
  }))
  served.sandbox.zenovay.journal.script({ answer: { body: { success: true, data: { pages } } } })
  const { errors } = await ask(served.origin, CountViewsWithSnapshotsDocument, {})
  expect(errors).toEqual([])
  expect(callsOf(served.sandbox)).toEqual({ zenovay: { [pagesRoute]: 1 }, datadog: { [snapshotsRoute]: 40 } })
})

test('views with different limits, and views by their paths, cost one list of pages', async () => {
  await using served = await serve()
  const { data, errors } = await askText<Record<'few' | 'more', { views: { nodes: unknown[] } }>>(
    served.origin,
    `{
      few: website(by: { id: "shop" }) { views(first: 3) { nodes { path totalInteractions } } }
      more: website(by: { zenovayId: "a1b2c3d4-e5f6-7890-abcd-ef1234567890" }) {
        views(first: 30) { nodes { path lastInteractionAt } }
      }
      view(by: { url: "https://shop.example.com/pricing?from=mail" }) { totalInteractions lastInteractionAt }
      node(id: "View:shop:/signup") { ... on View { totalInteractions } }
    }`,
  )
  expect(errors).toEqual([])
  expect(callsOf(served.sandbox)).toEqual({ zenovay: { [pagesRoute]: 1 } })
  expect(served.sandbox.zenovay.journal.calls[0]?.path).toContain('limit=100')
  expect([data.few.views.nodes.length, data.more.views.nodes.length]).toEqual([3, 30])
})

test('every page that Zenovay tells of is asked, however few are wanted: each may be a spelling of the first', async () => {
  await using served = await serve()
  await askText(
    served.origin,
    '{ website(by: { id: "shop" }) { a: views(first: 3) { nodes { path } } b: views(first: 30) { nodes { path } } } }',
  )
  expect(served.sandbox.zenovay.journal.calls.map(({ path }) => path.split('?')[1])).toEqual(['limit=100'])
})

test('websites that lack a name and an origin cost one list of websites together', async () => {
  await using served = await serve({ catalog: '' })
  const { errors } = await askText(
    served.origin,
    `{
      websites(first: 4) { nodes { name origin } }
      one: website(by: { zenovayId: "b2c3d4e5-f6a7-4901-8cde-f12345678901" }) { name origin view(path: "/") { url } }
      two: website(by: { origin: "https://shop.example.com" }) { name }
      view(by: { url: "https://journal.example.com/about" }) { id url }
    }`,
  )
  expect(errors).toEqual([])
  expect(callsOf(served.sandbox)).toEqual({ zenovay: { 'GET /api/external/v1/websites': 1 } })
})

test('different limits of one filter of snapshots cost one list, of the largest', async () => {
  await using served = await serve()
  const { data, errors } = await askText<Record<'one' | 'three', unknown[]>>(
    served.origin,
    `{
      one: snapshots(viewName: "/pricing", applicationId: "aaaaaaaa-1111-2222-3333-bbbbbbbbbbbb", first: 1) { id }
      three: snapshots(viewName: "/pricing", applicationId: "aaaaaaaa-1111-2222-3333-bbbbbbbbbbbb", first: 3) { id }
      view(by: { id: "View:shop:/pricing" }) { snapshots(first: 2) { id } }
    }`,
  )
  expect(errors).toEqual([])
  expect(callsOf(served.sandbox)).toEqual({ datadog: { [snapshotsRoute]: 1 } })
  expect(served.sandbox.datadog.journal.calls[0]?.path).toContain('page%5Blimit%5D=3')
  expect([data.one.length, data.three.length]).toEqual([1, 3])
})

test('one screenshot that is asked under five aliases costs one call in all', async () => {
  await using served = await serve()
  const uuid = await frontPageHeatmap(served)
  const aliases = ['a', 'b', 'c', 'd'].map(
    alias => `${alias}: pageHeatmap(projectId: "1", id: "${uuid}") { image { state width } }`,
  )
  const { data, errors } = await askText<object>(
    served.origin,
    `{ ${aliases.join('\n')} node(id: "PageHeatmap:project:1:${uuid}") { ... on Heatmap { provider image { state } } } }`,
  )
  expect(errors).toEqual([])
  expect(callsOf(served.sandbox)).toEqual({ posthog: { [contentRoute]: 1 } })
  expect(new Set(Object.values(data).map(({ image }) => image.state))).toEqual(new Set(['READY']))
})

test('each width of a screenshot costs a call, and the width that is served when none is asked costs none more', async () => {
  await using served = await serve()
  const uuid = await frontPageHeatmap(served)
  const { errors } = await askText(
    served.origin,
    `{ pageHeatmap(projectId: "1", id: "${uuid}") {
      image { width } same: image(width: 1024) { width } null: image(width: null) { width }
      small: image(width: 320) { width } large: image(width: 1440) { width }
    } }`,
  )
  expect(errors).toEqual([])
  expect(callsOf(served.sandbox)).toEqual({ posthog: { [contentRoute]: 3 } })
})

test('page heatmaps by UUID, those of a website and those of its views cost one list', async () => {
  await using served = await serve()
  const uuids = (await shopHeatmaps(served)).map(({ uuid }) => uuid)
  const { data, errors } = await askText<Record<string, { id: string }>>(
    served.origin,
    `{
      ${uuids.map((uuid, index) => `h${index}: pageHeatmap(projectId: "1", id: "${uuid}") { uuid name status }`).join('\n')}
      website(by: { id: "shop" }) {
        heatmaps(first: 3) { nodes { name createdBy { email } } }
        views(first: 5) { nodes { path heatmaps { name targetWidths } } }
      }
    }`,
  )
  expect(errors).toEqual([])
  expect(callsOf(served.sandbox)).toEqual({ posthog: { [savedRoute]: 1 }, zenovay: { [pagesRoute]: 1 } })
  expect(uuids.length).toBeGreaterThan(5)
  for (const [index, uuid] of uuids.entries()) expect(data[`h${index}`]).toMatchObject({ uuid })
})

test('what a mutation created is on the list that is read behind it in the same document', async () => {
  await using served = await serve()
  const { data, errors } = await ask(served.origin, CountCreateThenListDocument, {
    first: { ...creation, name: 'one' },
    second: { ...creation, name: 'two' },
  })
  expect(errors).toEqual([])
  expect(callsOf(served.sandbox)).toEqual({
    datadog: { 'POST /api/v2/replay/heatmap/snapshots': 2, [snapshotsRoute]: 2 },
  })
  const one = snapshotOf(data.first)
  const two = snapshotOf(data.second)
  expect(one.listed).toContain(one.id)
  expect(one.listed).not.toContain(two.id)
  expect(two.listed).toEqual(expect.arrayContaining([one.id, two.id]))
})

test('what a mutation changed or deleted is read afresh behind it in the same document', async () => {
  await using served = await serve()
  const created = await ask(served.origin, CountCreateThenListDocument, {
    first: { ...creation, name: 'gone' },
    second: { ...creation, name: 'kept' },
  })
  const [gone, kept] = [snapshotOf(created.data.first).id, snapshotOf(created.data.second).id]
  served.sandbox.datadog.journal.clear()
  const { eventId, isDeviceTypeSelectedByUser } = creation
  const { data, errors, upstream } = await ask(served.origin, CountDeleteThenListDocument, {
    gone: { id: gone },
    kept: { id: kept, eventId, isDeviceTypeSelectedByUser, start: 4711 },
  })
  expect(errors).toEqual([])
  expect(upstream.datadog).toMatchObject({ planned: 4, made: 4, shared: 0, cached: 0, repeated: 1 })
  expect(callsOf(served.sandbox)).toEqual({
    datadog: {
      'PATCH /api/v2/replay/heatmap/snapshots/:snapshotId': 2,
      'DELETE /api/v2/replay/heatmap/snapshots/:snapshotId': 1,
      [snapshotsRoute]: 2,
    },
  })
  const [before, after] = [snapshotOf(data.before), snapshotOf(data.after)]
  expect(before.listed).toEqual(expect.arrayContaining([gone, kept]))
  expect(before.starts.get(kept)).toBe(4711)
  expect(after.listed).toContain(kept)
  expect(after.listed).not.toContain(gone)
})

test('two requests share no answer: each asks again, but for token and socket', async () => {
  await using served = await serve()
  const range = { start: '2025-06-02T00:00:00Z', end: '2025-06-03T00:00:00Z' }
  const once = {
    'aura-vision': { 'POST /oauth/token': 1, connect: 1, 'detail/list': 1 },
    analytiks: { 'POST /token': 1, 'POST /json/v2': 1 },
    zenovay: { [pagesRoute]: 1 },
    datadog: { [snapshotsRoute]: 2 },
    posthog: { [savedRoute]: 1, [contentRoute]: 1 },
  }
  await ask(served.origin, EverythingDocument, { range })
  expect(callsOf(served.sandbox)).toEqual(once)
  await ask(served.origin, EverythingDocument, { range })
  expect(callsOf(served.sandbox)).toEqual({
    'aura-vision': { ...once['aura-vision'], 'detail/list': 2 },
    analytiks: { ...once.analytiks, 'POST /json/v2': 2 },
    zenovay: { [pagesRoute]: 2 },
    datadog: { [snapshotsRoute]: 4 },
    // An image that is being drawn is not looked at again before its time.
    posthog: { [savedRoute]: 2, [contentRoute]: 1 },
  })
})

test('what is not asked costs nothing', async () => {
  await using served = await serve()
  const { errors } = await askText(
    served.origin,
    `{
      providers { name status }
      locations(first: 12) { nodes { id name timeZone } }
      websites(first: 2) { nodes { id name origin view(path: "/") { id name url } } }
      brand(id: 1234) { id }
      pageHeatmap(projectId: "1", id: "497f6eca-6276-4993-bfeb-53cbbbba6f08") { id uuid provider }
    }`,
  )
  expect(errors).toEqual([])
  expect(callsOf(served.sandbox)).toEqual({})
})

const creation = {
  applicationId: 'aaaaaaaa-1111-2222-3333-bbbbbbbbbbbb',
  deviceType: 'desktop',
  viewName: '/pricing',
  eventId: 'event',
  isDeviceTypeSelectedByUser: true,
  start: 1,
}

/** The shop's saved heatmaps; what reading them cost is forgotten. */
async function shopHeatmaps({ origin, sandbox }: Served): Promise<readonly { uuid: string; name: string }[]> {
  const { data } = await askText<{
    website: { heatmaps: { nodes: readonly { uuid: string; name: string }[] } }
  }>(origin, '{ website(by: { id: "shop" }) { heatmaps(first: 100) { nodes { uuid name } } } }')
  sandbox.posthog.journal.clear()
  return data.website.heatmaps.nodes
}

/** The heatmap of the shop's first page, which is there in many widths. */
async function frontPageHeatmap(served: Served): Promise<string | undefined> {
  const heatmaps = await shopHeatmaps(served)
  return heatmaps.find(({ name }) => name === 'Shop /')?.uuid
}

/** What a mutation wrote, and the list of its view that was read behind it. */
function snapshotOf(result: CountCreateThenListMutation['first']) {
  const snapshot = result && 'snapshot' in result ? result.snapshot : undefined
  const listed = snapshot?.view?.snapshots ?? []
  return {
    id: snapshot?.id ?? '',
    listed: listed.map(({ id }) => id),
    starts: new Map(listed.map(({ id, start }) => [id, start])),
  }
}

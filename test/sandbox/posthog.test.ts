import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Emulator } from '../../src/sandbox/emulator.ts'
import { servePosthog } from '../../src/sandbox/posthog.ts'
import type { SavedHeatmap } from '../../src/sandbox/posthog-heatmaps.ts'

const start = Date.UTC(2026, 8, 1)

test('a stored width is served as JPEG, on both routes, with and without the slash', async () => {
  await using posthog = await serve()
  const { id } = await saved(posthog, 'ownerless')
  for (const path of [
    `/api/projects/1/heatmap_screenshots/${id}/content`,
    `/api/environments/1/heatmap_screenshots/${id}/content/`,
  ]) {
    const answer = await get(posthog, `${path}?width=768`)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('image/jpeg')
    expect(servedWidth(answer)).toBe(768)
    expect(await answer.text()).toBe(`${id} 768`)
  }
})

test('a width that is not stored gets the nearest one, named in Content-Disposition alone; the default is 1024', async () => {
  await using posthog = await serve()
  const { id } = await saved(posthog, 'ownerless')
  for (const [query, width] of [
    ['?width=800', 768],
    ['?width=4000', 1024],
    ['?width=-5', 768],
    ['', 1024],
  ] as const)
    expect(servedWidth(await content(posthog, id, query))).toBe(width)
})

test('the default image is a JPEG of the width that was asked for', async () => {
  await using posthog = await servePosthog()
  const { results } = await listed(posthog, '/api/projects/1/saved/?search=/pricing')
  const answer = await content(posthog, results[0]?.id ?? '', '?width=768')
  const bytes = new Uint8Array(await answer.arrayBuffer())
  expect([...bytes.subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff])
})

test('a width that is not an integer is refused without the envelope', async () => {
  await using posthog = await serve()
  const { id } = await saved(posthog, 'ownerless')
  for (const query of ['?width=wide', '?width=10.5', '?width=']) {
    const answer = await content(posthog, id, query)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toEqual(fixture('invalid-width.json'))
  }
})

test('a render stores one width at a time, so the same question gets another width later', async () => {
  let seconds = 0
  await using posthog = await serve({ now: () => new Date(start + seconds * 1000), renderSeconds: 5 })
  const { id } = await saved(posthog, 'rendering')
  const early = await content(posthog, id, '?width=1440')
  expect(early.status).toBe(202)
  expect(await early.json()).toMatchObject({ status: 'processing', has_content: false, snapshots: [] })
  seconds = 6
  expect(servedWidth(await content(posthog, id, '?width=1440'))).toBe(375)
  expect(await saved(posthog, 'rendering')).toMatchObject({ status: 'processing', has_content: true })
  seconds = 20
  expect(servedWidth(await content(posthog, id, '?width=1440'))).toBe(1440)
  expect(await saved(posthog, 'rendering')).toMatchObject({ status: 'completed' })
})

test('failed, iframe and recording heatmaps answer 202 for ever', async () => {
  await using posthog = await serve({ now: () => new Date(start * 2) })
  const failed = await content(posthog, (await saved(posthog, 'failed')).id)
  expect(failed.status).toBe(202)
  expect(await failed.json()).toMatchObject({
    status: 'failed',
    exception: expect.stringContaining('status 403'),
  })
  for (const type of ['iframe', 'recording']) {
    const answer = await content(posthog, (await saved(posthog, type)).id)
    expect(answer.status).toBe(202)
    expect(await answer.json()).toMatchObject({ type, status: 'completed', has_content: false })
  }
})

test("the vendor page's example is answered as it is printed there", async () => {
  await using posthog = await serve()
  const answer = await content(posthog, '497f6eca-6276-4993-bfeb-53cbbbba6f08')
  expect(answer.status).toBe(202)
  expect(await answer.text()).toBe(JSON.stringify(fixture('screenshot-202.json')))
})

test('content at an external location is 501 with the metadata and an error', async () => {
  await using posthog = await serve()
  const { id } = await saved(posthog, 'external')
  const answer = await content(posthog, id)
  expect(answer.status).toBe(501)
  expect(await answer.json()).toMatchObject({ id, error: 'Content location not implemented yet' })
})

test('a deleted heatmap is an empty 404; an unknown, foreign or wrongly named one has the envelope', async () => {
  await using posthog = await serve()
  const deleted = await content(posthog, (await saved(posthog, 'deleted')).id)
  expect([deleted.status, await deleted.text()]).toEqual([404, ''])
  const { id, short_id } = await saved(posthog, 'ownerless')
  for (const path of [
    '/api/projects/1/heatmap_screenshots/00000000-0000-4000-8000-000000000000/content/',
    `/api/projects/2/heatmap_screenshots/${id}/content/`,
    `/api/projects/1/heatmap_screenshots/${short_id}/content/`,
    `/api/projects/1/saved/${id}/`,
  ]) {
    const answer = await get(posthog, path)
    expect(answer.status).toBe(404)
    expect(await answer.json()).toEqual(fixture('not-found.json'))
  }
})

test('no key and a wrong key are 401; a missing scope or a closed project is 403', async () => {
  await using posthog = await serve()
  const path = '/api/projects/1/saved/'
  const none = await get(posthog, path, { authorization: '' })
  expect(none.status).toBe(401)
  expect(await none.json()).toMatchObject({ type: 'authentication_error', code: 'not_authenticated' })
  const wrong = await get(posthog, path, { authorization: 'Bearer phx_wrong' })
  expect(wrong.status).toBe(401)
  expect(await wrong.json()).toEqual(fixture('authentication-failed.json'))
  const unscoped = await get(posthog, path, { authorization: 'Bearer phx_sandbox_without_scopes' })
  expect(unscoped.status).toBe(403)
  expect(await unscoped.json()).toEqual(fixture('permission-denied.json'))
  const closed = await get(posthog, '/api/projects/403/saved/')
  expect(closed.status).toBe(403)
  expect(await closed.json()).toMatchObject({ type: 'authentication_error', code: 'permission_denied' })
})

test('an Accept without JSON is refused, even for an image', async () => {
  await using posthog = await serve()
  const { id } = await saved(posthog, 'ownerless')
  const path = `/api/projects/1/heatmap_screenshots/${id}/content/`
  expect((await get(posthog, path, { accept: 'image/jpeg' })).status).toBe(406)
  for (const accept of ['image/jpeg, application/json', 'image/jpeg, */*;q=0.1'])
    expect((await get(posthog, path, { accept })).status).toBe(200)
})

test('both windows count both routes of a key, and say in whole seconds how long to wait', async () => {
  let seconds = 0
  await using posthog = await serve({
    now: () => new Date(start + seconds * 1000),
    perMinute: 2,
    perHour: 4,
  })
  const ask = (scope: string) => get(posthog, `/api/${scope}/1/saved/`)
  expect((await ask('projects')).status).toBe(200)
  expect((await ask('environments')).status).toBe(200)
  const burst = await ask('projects')
  expect([burst.status, burst.headers.get('retry-after')]).toEqual([429, '60'])
  expect(await burst.json()).toEqual(fixture('throttled.json'))
  seconds = 60
  expect((await ask('environments')).status).toBe(200)
  const sustained = await ask('projects')
  expect([sustained.status, sustained.headers.get('retry-after')]).toEqual([429, '3540'])
})

test('the list pages by limit and offset, hides the deleted and names only results and count', async () => {
  await using posthog = await serve()
  const all = await listed(posthog, '/api/projects/1/saved')
  expect(Object.keys(all)).toEqual(['results', 'count'])
  expect(all.count).toBe(13)
  expect(all.results.map(({ short_id }) => short_id)).not.toContain('deleted')
  expect(all.results.find(({ short_id }) => short_id === 'ownerless')?.created_by).toBeNull()
  const times = all.results.map(({ updated_at }) => updated_at)
  expect(times).toEqual(times.toSorted().reverse())
  const page = await listed(posthog, '/api/environments/1/saved/?limit=5&offset=10')
  expect(page).toEqual({ results: all.results.slice(10), count: 13 })
  expect((await listed(posthog, '/api/projects/1/saved?limit=0&offset=-3')).results).toHaveLength(1)
})

test('the list is filtered and ordered, and refuses what it cannot read in two different shapes', async () => {
  await using posthog = await serve()
  const base = '/api/projects/1/saved/'
  expect((await listed(posthog, `${base}?type=iframe`)).count).toBe(1)
  expect((await listed(posthog, `${base}?status=failed`)).results[0]?.short_id).toBe('failed')
  expect((await listed(posthog, `${base}?search=PRICING`)).results[0]?.url).toBe(
    'https://shop.example.com/pricing',
  )
  const byUser = await listed(posthog, `${base}?created_by=11&order=url`)
  expect(byUser.results.every(({ created_by }) => created_by?.id === 11)).toBe(true)
  const order = await get(posthog, `${base}?order=size`)
  expect([order.status, await order.json()]).toEqual([400, { error: 'Invalid order field: size' }])
  const limit = await get(posthog, `${base}?limit=many`)
  expect([limit.status, await limit.json()]).toEqual([
    400,
    {
      type: 'validation_error',
      code: 'invalid_input',
      detail: 'A valid integer is required.',
      attr: 'limit',
    },
  ])
})

test('only reading a stale heatmap under its short id starts its render over, which drops its images', async () => {
  await using posthog = await serve()
  const { results } = await listed(posthog, '/api/projects/1/saved/?search=products/2')
  const id = results[0]?.id ?? ''
  expect(servedWidth(await content(posthog, id))).toBe(768)
  expect(await saved(posthog, 'stuck')).toMatchObject({ status: 'processing', snapshots: [] })
  expect((await content(posthog, id)).status).toBe(202)
})

test('every site has saved heatmaps whose urls are its pages, the same at every start', async () => {
  await using first = await serve()
  await using second = await serve()
  for (const [project, origin] of [
    ['2', 'https://help.example.com'],
    ['3', 'https://journal.example.com'],
  ]) {
    const { results, count } = await listed(first, `/api/projects/${project}/saved/`)
    expect(count).toBeGreaterThanOrEqual(5)
    expect(results.every(({ url }) => url.startsWith(`${origin}/`))).toBe(true)
    expect((await listed(second, `/api/projects/${project}/saved/`)).results).toEqual(results)
  }
})

function serve(options: Parameters<typeof servePosthog>[0] = {}): Promise<Emulator> {
  return servePosthog({
    now: () => new Date(start),
    image: async (seed, width) => Buffer.from(`${seed} ${width}`),
    ...options,
  })
}

function get(posthog: Emulator, path: string, headers: Record<string, string> = {}): Promise<Response> {
  const authorization = `Bearer ${posthog.environment.POSTHOG_PERSONAL_API_KEY}`
  return fetch(posthog.origin + path, { headers: { authorization, ...headers } })
}

function content(posthog: Emulator, id: string, query = ''): Promise<Response> {
  return get(posthog, `/api/projects/1/heatmap_screenshots/${id}/content/${query}`)
}

async function saved(posthog: Emulator, shortId: string): Promise<SavedHeatmap> {
  return (await get(posthog, `/api/projects/1/saved/${shortId}/`)).json() as Promise<SavedHeatmap>
}

async function listed(posthog: Emulator, path: string): Promise<{ results: SavedHeatmap[]; count: number }> {
  const answer = await get(posthog, path)
  return answer.json() as Promise<{ results: SavedHeatmap[]; count: number }>
}

function servedWidth(answer: Response): number {
  return Number(/-(\d+)\.jpg"$/.exec(answer.headers.get('content-disposition') ?? '')?.[1])
}

function fixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../fixtures/posthog/${name}`, import.meta.url), 'utf8'))
}

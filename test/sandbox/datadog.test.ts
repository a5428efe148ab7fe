import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { serveDatadog } from '../../src/sandbox/datadog.ts'
import type { Emulator } from '../../src/sandbox/emulator.ts'
import { sites } from '../../src/sandbox/world.ts'

const snapshots = '/api/v2/replay/heatmap/snapshots'
const exampleId = '00000000-0000-0000-0000-000000000001'
const shop = 'aaaaaaaa-1111-2222-3333-bbbbbbbbbbbb'
const home = `${snapshots}?${new URLSearchParams({ 'filter[view_name]': '/home' })}`

test('the example of the vendor page is listed under /home, with every documented attribute', async () => {
  await using datadog = await serveDatadog()
  const answer = await call(datadog, 'GET', home)
  expect(answer.status).toBe(200)
  const { data } = (await answer.json()) as Listed
  expect(data).toMatchObject([
    { id: exampleId, type: 'snapshots', attributes: { snapshot_name: 'My Snapshot', application_id: shop } },
  ])
  expect(data.map(names)).toEqual((fixture('list-response.json') as Listed).data.map(names))
})

test('int64 values past 2^53 are exact on the wire', async () => {
  await using datadog = await serveDatadog()
  const text = await (await call(datadog, 'GET', home)).text()
  expect(text).toContain('"org_id":9007199254741993')
  expect(text).toContain('"created_by_user_id":9007199254740993')
})

test("a snapshot is created from the vendor's example, listed first, and deleted once", async () => {
  await using datadog = await serveDatadog({ now: () => new Date('2026-09-01T08:00:00Z') })
  const made = await call(datadog, 'POST', snapshots, fixture('create-request.json'))
  expect(made.status).toBe(201)
  const { data } = (await made.json()) as Single
  expect(names(data)).toEqual(names((fixture('create-response.json') as Single).data))
  expect(data.attributes).toMatchObject({
    ...(fixture('create-request.json') as Single).data.attributes,
    created_at: '2026-09-01T08:00:00.000Z',
    modified_at: '2026-09-01T08:00:00.000Z',
    created_by_handle: 'owner@example.com',
  })
  const listed = (await (await call(datadog, 'GET', home)).json()) as Listed
  expect(listed.data.map(({ id }) => id)).toEqual([data.id, exampleId])

  const gone = await call(datadog, 'DELETE', `${snapshots}/${data.id}`)
  expect([gone.status, await gone.text()]).toEqual([204, ''])
  expect(gone.headers.get('content-type')).toMatch('text/plain')
  expect((await call(datadog, 'DELETE', `${snapshots}/${data.id}`)).status).toBe(404)
})

test("an update from the vendor's example changes what may change, and when it was modified", async () => {
  await using datadog = await serveDatadog({ now: () => new Date('2026-09-01T08:00:00Z') })
  const body = fixture('update-request.json') as Single
  const answer = await call(datadog, 'PATCH', `${snapshots}/${exampleId}`, {
    data: { ...body.data, attributes: { ...body.data.attributes, start: 1500, snapshot_name: 'Renamed' } },
  })
  expect(answer.status).toBe(200)
  const { data } = (await answer.json()) as Single
  expect(names(data)).toEqual(names((fixture('update-response.json') as Single).data))
  expect(data.attributes).toMatchObject({
    start: 1500,
    snapshot_name: 'My Snapshot',
    created_at: '2019-09-19T10:00:00.000Z',
    modified_at: '2026-09-01T08:00:00.000Z',
  })
})

test('an id in the body that differs from the path is 422, an unknown one 404 as objects', async () => {
  await using datadog = await serveDatadog()
  const body = fixture('update-request.json') as Single
  const differing = await call(datadog, 'PATCH', `${snapshots}/another`, body)
  expect(differing.status).toBe(422)
  expect(((await differing.json()) as Errors).errors).toEqual([expect.any(String)])
  const { id: _, ...data } = body.data
  const unknown = await call(datadog, 'PATCH', `${snapshots}/another`, { data })
  expect(unknown.status).toBe(404)
  expect(await unknown.json()).toEqual({
    errors: [{ status: '404', title: 'Not Found', detail: 'Snapshot not found' }],
  })
})

test.each([
  'application_id',
  'device_type',
  'event_id',
  'is_device_type_selected_by_user',
  'snapshot_name',
  'start',
  'view_name',
])('creating without %s is refused', async name => {
  await using datadog = await serveDatadog()
  const { data } = fixture('create-request.json') as Single
  const { [name]: _, ...attributes } = data.attributes
  const answer = await call(datadog, 'POST', snapshots, { data: { ...data, attributes } })
  expect(answer.status).toBe(400)
  expect(await answer.json()).toEqual({ errors: [`data.attributes.${name} is required`] })
})

test('a body of a wrong kind is refused: no JSON, another content type, another resource, a fraction', async () => {
  await using datadog = await serveDatadog()
  const { data } = fixture('create-request.json') as Single
  const status = async (body: unknown, type?: string) =>
    (await call(datadog, 'POST', snapshots, body, type)).status
  expect(await status('{')).toBe(400)
  expect(await status({ data }, 'text/plain')).toBe(415)
  expect(await status({ data: { ...data, type: 'monitors' } })).toBe(400)
  expect(await status({ data: { ...data, attributes: { ...data.attributes, start: 0.5 } } })).toBe(400)
  expect(await status({ data })).toBe(201)
})

test('a list needs a view name and a page limit within bounds', async () => {
  await using datadog = await serveDatadog({ maximumPage: 5 })
  const missing = await call(datadog, 'GET', `${snapshots}?page%5Blimit%5D=5`)
  expect(missing.status).toBe(400)
  expect(((await missing.json()) as Errors).errors).toEqual([expect.stringContaining('filter[view_name]')])
  for (const [limit, status] of [
    ['5', 200],
    ['6', 400],
    ['0', 400],
    ['all', 400],
  ] as const)
    expect((await call(datadog, 'GET', `${home}&page%5Blimit%5D=${limit}`)).status).toBe(status)
})

test('every view of every site has snapshots for three devices, newest first, the same at every start', async () => {
  await using first = await serveDatadog({ perPeriod: 1000 })
  await using second = await serveDatadog({ perPeriod: 1000 })
  for (const [site, view] of [
    ['shop', '/pricing'],
    ['shop', '/products/?'],
    ['help', '/articles/?'],
    ['journal', '/posts/12'],
  ] as const) {
    const application = sites.find(({ id }) => id === site)?.datadogApplicationId ?? ''
    for (const device of ['desktop', 'mobile', 'tablet']) {
      const query = new URLSearchParams({
        'filter[view_name]': view,
        'filter[device_type]': device,
        'filter[application_id]': application,
      })
      const { data } = (await (await call(first, 'GET', `${snapshots}?${query}`)).json()) as Listed
      expect(data.length).toBeGreaterThanOrEqual(1)
      expect(data.length).toBeLessThanOrEqual(3)
      const times = data.map(({ attributes }) => String(attributes.created_at))
      expect(times).toEqual(times.toSorted().reverse())
      expect(data.every(({ attributes }) => attributes.device_type === device)).toBe(true)
      expect(await (await call(second, 'GET', `${snapshots}?${query}`)).json()).toEqual({ data })
    }
  }
})

test('the filters and the limit narrow a view that several applications have', async () => {
  await using datadog = await serveDatadog()
  const ask = async (more: Record<string, string>) => {
    const query = new URLSearchParams({ 'filter[view_name]': '/', ...more })
    return ((await (await call(datadog, 'GET', `${snapshots}?${query}`)).json()) as Listed).data
  }
  const all = await ask({})
  expect(new Set(all.map(({ attributes }) => attributes.application_id)).size).toBe(3)
  expect(await ask({ 'filter[application_id]': shop })).toEqual(
    all.filter(({ attributes }) => attributes.application_id === shop),
  )
  expect(await ask({ 'page[limit]': '2' })).toEqual(all.slice(0, 2))
})

test('a missing or wrong key is 403', async () => {
  await using datadog = await serveDatadog()
  for (const keys of [
    {},
    { 'dd-api-key': datadog.environment.DD_API_KEY ?? '' },
    { 'dd-api-key': 'wrong', 'dd-application-key': datadog.environment.DD_APP_KEY ?? '' },
  ]) {
    const answer = await fetch(datadog.origin + home, { headers: keys })
    expect(answer.status).toBe(403)
    expect(await answer.json()).toEqual(fixture('forbidden.json'))
    expect(answer.headers.get('x-ratelimit-limit')).toBe('100')
  }
})

test('the limit counts each operation in calendar periods and says the seconds left, never Retry-After', async () => {
  let now = new Date('2026-09-01T08:00:07Z')
  await using datadog = await serveDatadog({ now: () => now, perPeriod: 2 })
  const headers = async () => {
    const answer = await call(datadog, 'GET', home)
    expect(answer.headers.has('retry-after')).toBe(false)
    const said = ['limit', 'period', 'remaining', 'reset'].map(name =>
      answer.headers.get(`x-ratelimit-${name}`),
    )
    return [answer.status, ...said]
  }
  expect(await headers()).toEqual([200, '2', '10', '1', '3'])
  expect(await headers()).toEqual([200, '2', '10', '0', '3'])
  expect(await headers()).toEqual([429, '2', '10', '0', '3'])
  expect((await call(datadog, 'POST', snapshots, fixture('create-request.json'))).status).toBe(201)
  now = new Date('2026-09-01T08:00:10Z')
  expect(await headers()).toEqual([200, '2', '10', '1', '10'])
})

test.each([
  ['strings', 'application/json', { errors: ['Snapshot not found'] }],
  [
    'objects',
    'application/json',
    { errors: [{ status: '404', title: 'Not Found', detail: 'Snapshot not found' }] },
  ],
  ['gateway', 'application/json', { status: 'error', code: 404, errors: ['Snapshot not found'] }],
  ['text', 'text/plain; charset=utf-8', { errors: ['Snapshot not found'] }],
] as const)('errors can take the shape %s', async (errorShape, type, body) => {
  await using datadog = await serveDatadog({ errorShape })
  const answer = await call(datadog, 'DELETE', `${snapshots}/unknown`)
  expect([answer.status, answer.headers.get('content-type')]).toEqual([404, type])
  expect(await answer.json()).toMatchObject(body)
})

test("the gateway's shape is the one that the vendor's gateway was seen to answer", async () => {
  await using datadog = await serveDatadog({ errorShape: 'gateway' })
  const answer = await fetch(datadog.origin + home)
  expect([answer.status, await answer.json()]).toEqual([403, fixture('forbidden-gateway.json')])
})

interface Resource {
  readonly id: string
  readonly attributes: Readonly<Record<string, unknown>>
}

interface Single {
  readonly data: Resource
}

interface Listed {
  readonly data: readonly Resource[]
}

interface Errors {
  readonly errors: readonly unknown[]
}

function call(
  datadog: Emulator,
  method: string,
  path: string,
  body?: unknown,
  type = 'application/json',
): Promise<Response> {
  const { DD_API_KEY = '', DD_APP_KEY = '' } = datadog.environment
  const keys = { 'dd-api-key': DD_API_KEY, 'dd-application-key': DD_APP_KEY }
  if (body === undefined) return fetch(datadog.origin + path, { method, headers: keys })
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return fetch(datadog.origin + path, { method, headers: { ...keys, 'content-type': type }, body: text })
}

function names({ attributes, ...rest }: Resource): object {
  return { attributes: Object.keys(attributes), rest: Object.keys(rest) }
}

function fixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../fixtures/datadog/${name}`, import.meta.url), 'utf8'))
}

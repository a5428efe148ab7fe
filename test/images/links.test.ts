import sharp from 'sharp'
import { request } from 'undici'
import { describe, expect, test } from 'vitest'
import { sentId } from '../support/request-ids.ts'
import { serve } from '../support/serving.ts'
import { arrival } from '../support/wiring.ts'
import { contentRoute, imageHostRoute, linkOf, spatialImages } from './serving-images.ts'

const dot = await sharp({ create: { width: 4, height: 4, channels: 3, background: '#c40' } })
  .png()
  .toBuffer()

const kinds = [
  { kind: 'spatial', type: 'image/png', seconds: 86_400, route: imageHostRoute },
  { kind: 'page', type: 'image/jpeg', seconds: 60, route: contentRoute },
] as const

describe.each(kinds)('the link of a $kind heatmap', ({ kind, type, seconds, route }) => {
  test('is one of Isotherm, and serves the image to anyone', async () => {
    await using served = await serve()
    const link = await linkOf(served, kind)
    expect(link).toMatch(new RegExp(`^${served.origin}/images/[\\w.-]+$`))
    const response = await fetch(link)
    const bytes = Buffer.from(await response.arrayBuffer())
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': type,
      'content-length': String(bytes.byteLength),
      'content-disposition': `inline; filename="heatmap.${type.slice(6)}"`,
      'cache-control': `private, max-age=${seconds}`,
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'cross-origin',
      'accept-ranges': 'bytes',
      etag: expect.stringMatching(/^"[\w-]+"$/),
    })
    expect(await sharp(bytes).metadata()).toMatchObject({ format: type.slice(6) })
  })

  test('has the same head and no body for HEAD', async () => {
    await using served = await serve()
    const link = await linkOf(served, kind)
    const sent = { headers: { 'x-request-id': sentId } }
    const [get, head] = [await fetch(link, sent), await fetch(link, { ...sent, method: 'HEAD' })]
    const headersOf = ({ headers }: Response) => {
      const { date, connection, 'keep-alive': alive, ...rest } = Object.fromEntries(headers)
      return rest
    }
    expect(head.status).toBe(200)
    expect(headersOf(head)).toEqual(headersOf(get))
    expect((await head.arrayBuffer()).byteLength).toBe(0)
  })

  test('sends nothing again to whoever has it', async () => {
    await using served = await serve()
    const link = await linkOf(served, kind)
    const etag = (await fetch(link)).headers.get('etag') ?? ''
    const ask = async (condition: string) => {
      // Unlike fetch, which asks caches to step aside when it is given a condition.
      const { statusCode, headers, body } = await request(link, { headers: { 'if-none-match': condition } })
      return { statusCode, etag: headers.etag, size: (await body.bytes()).byteLength }
    }
    for (const condition of [etag, `"other", ${etag}`, '*', `W/${etag}`])
      expect(await ask(condition)).toEqual({ statusCode: 304, etag, size: 0 })
    expect(await ask('"other"')).toMatchObject({ statusCode: 200, etag })
  })

  test('serves a part of it', async () => {
    await using served = await serve()
    const link = await linkOf(served, kind)
    const whole = await fetch(link)
    const bytes = Buffer.from(await whole.arrayBuffer())
    const size = bytes.byteLength
    const etag = whole.headers.get('etag') ?? ''
    const part = async (range: string, headers: Record<string, string> = {}) => {
      const response = await fetch(link, { headers: { range, ...headers } })
      const body = Buffer.from(await response.arrayBuffer())
      return { status: response.status, body, range: response.headers.get('content-range') }
    }
    expect(await part('bytes=0-99')).toEqual({
      status: 206,
      body: bytes.subarray(0, 100),
      range: `bytes 0-99/${size}`,
    })
    expect(await part('bytes=-10')).toMatchObject({ status: 206, body: bytes.subarray(-10) })
    expect(await part(`bytes=${size - 5}-`)).toMatchObject({ status: 206, body: bytes.subarray(-5) })
    expect(await part('bytes=0-99', { 'if-range': etag })).toMatchObject({ status: 206 })
    expect(await part('bytes=0-99', { 'if-range': '"older"' })).toMatchObject({ status: 200, body: bytes })
    for (const odd of ['bytes=0-1,5-6', 'lines=0-1', 'bytes'])
      expect(await part(odd)).toMatchObject({ status: 200, body: bytes })
    expect(await part(`bytes=${size}-`)).toMatchObject({ status: 416, range: `bytes */${size}` })
  })

  test('follows conditions and ranges in the order of RFC 9110, 13.2.2', async () => {
    await using served = await serve()
    const link = await linkOf(served, kind)
    const whole = await request(link)
    const bytes = await whole.body.bytes()
    const size = bytes.byteLength
    const etag = `${whole.headers.etag}`
    // No image has a date, so that conditions on dates are ignored (13.1.3, 13.1.4).
    const [past, future] = ['Mon, 01 Jan 2024 00:00:00 GMT', 'Mon, 01 Jan 2035 00:00:00 GMT']
    const cases: readonly (readonly [Record<string, string>, number])[] = [
      [{ 'if-match': etag }, 200],
      [{ 'if-match': '*' }, 200],
      [{ 'if-match': `"older", ${etag}` }, 200],
      [{ 'if-match': '"older"' }, 412],
      [{ 'if-match': `W/${etag}` }, 412],
      [{ 'if-match': '"older"', 'if-none-match': etag }, 412],
      [{ 'if-match': '"older"', 'if-none-match': '*', range: 'bytes=0-0' }, 412],
      [{ 'if-match': etag, 'if-none-match': etag }, 304],
      [{ 'if-match': etag, 'if-unmodified-since': past }, 200],
      [{ 'if-unmodified-since': past }, 200],
      [{ 'if-modified-since': future }, 200],
      [{ 'if-none-match': '"older"', 'if-modified-since': future }, 200],
      [{ 'if-none-match': etag, 'if-modified-since': past }, 304],
      [{ 'if-none-match': etag, range: 'bytes=0-0' }, 304],
      [{ 'if-none-match': etag, range: `bytes=${size}-` }, 304],
      [{ 'if-none-match': '"older"', range: 'bytes=0-0' }, 206],
      [{ 'if-match': etag, range: 'bytes=0-0', 'if-range': etag }, 206],
      [{ 'if-match': '"older"', range: 'bytes=0-0', 'if-range': etag }, 412],
      [{ range: 'bytes=0-0', 'if-range': `W/${etag}` }, 200],
      [{ range: 'bytes=0-0', 'if-range': future }, 200],
      [{ range: `bytes=${size}-`, 'if-range': '"older"' }, 200],
      [{ range: `bytes=${size}-`, 'if-range': etag }, 416],
      [{ range: 'bytes=-0' }, 416],
      [{ range: `bytes=-${size + 1}` }, 206],
      [{ range: `bytes=0-0,${size}-` }, 206],
      [{ range: `bytes=${size}-, ${size + 5}-` }, 416],
      [{ range: 'bytes=5-1' }, 200],
    ]
    for (const [headers, status] of cases) {
      const got = await request(link, { headers })
      const body = await got.body.bytes()
      expect([headers, got.statusCode]).toEqual([headers, status])
      if (status === 200) expect([headers, Buffer.compare(body, bytes)]).toEqual([headers, 0])
      if (status === 206) expect(got.headers['content-length']).toBe(`${body.byteLength}`)
      const head = await request(link, { method: 'HEAD', headers })
      // A range is defined for GET only (14.2).
      const headStatus = status === 206 || status === 416 ? 200 : status
      expect([headers, head.statusCode]).toEqual([headers, headStatus])
      if (headStatus === 200) expect(head.headers['content-length']).toBe(`${size}`)
      expect((await head.body.bytes()).byteLength).toBe(0)
    }
  })

  test('changes width and format as it is asked', async () => {
    await using served = await serve()
    const link = await linkOf(served, kind)
    for (const [query, expected] of [
      ['width=200', { width: 200, format: type.slice(6) }],
      ['format=webp', { format: 'webp' }],
      ['width=64&format=png', { width: 64, format: 'png' }],
      ['format=jpeg', { format: 'jpeg' }],
    ] as const) {
      const response = await fetch(`${link}?${query}`)
      const metadata = await sharp(await response.arrayBuffer()).metadata()
      expect(response.headers.get('content-type')).toBe(`image/${expected.format}`)
      expect(metadata).toMatchObject(expected)
    }
    const native = (await sharp(await (await fetch(link)).arrayBuffer()).metadata()).width
    const wider = await sharp(await (await fetch(`${link}?width=4096`)).arrayBuffer()).metadata()
    expect(wider.width).toBe(native)
  })

  test('asks its vendor once for all who want it at the same time, and not again while it is kept', async () => {
    await using served = await serve()
    const link = await linkOf(served, kind)
    const journal = kind === 'page' ? served.sandbox.posthog.journal : served.sandbox['aura-vision'].journal
    const before = journal.count(route)
    const variants = [link, `${link}?width=300`, `${link}?format=webp`]
    const statuses = await Promise.all(
      Array.from({ length: 30 }, async (_, index) => (await fetch(variants[index % 3] ?? link)).status),
    )
    expect(new Set(statuses)).toEqual(new Set([200]))
    for (const variant of variants) await fetch(variant)
    expect(journal.count(route) - before).toBe(1)
  })
})

test('an image that is not kept is asked for anew', async () => {
  await using served = await serve({ environment: { ISOTHERM_IMAGE_CACHE_BYTES: '0' } })
  const link = await linkOf(served, 'spatial')
  for (const _ of [1, 2]) expect((await fetch(link)).status).toBe(200)
  const { journal } = served.sandbox['aura-vision']
  expect([journal.count(imageHostRoute), journal.count('detail/list')]).toEqual([2, 3])
})

test('a link works after every URL behind it has expired', async () => {
  const clock = { offset: 0 }
  const now = () => new Date(Date.now() + clock.offset)
  await using served = await serve({
    environment: { ISOTHERM_IMAGE_CACHE_BYTES: '0' },
    sandbox: { 'aura-vision': { now, urlSeconds: 1 } },
  })
  const links = (await spatialImages(served)).slice(0, 3).map(({ link }) => link ?? '')
  const statuses = () => Promise.all(links.map(async link => (await fetch(link)).status))
  expect(await statuses()).toEqual([200, 200, 200])
  clock.offset = 600_000
  expect(await statuses()).toEqual([200, 200, 200])
})

test('a URL that was over before its turn came is signed anew, once', async () => {
  await using served = await serve()
  const link = await linkOf(served, 'spatial')
  const { journal } = served.sandbox['aura-vision']
  journal.script({ route: imageHostRoute, times: 1, answer: { status: 403, body: '<Error/>' } })
  expect((await fetch(link)).status).toBe(200)
  journal.script({ route: imageHostRoute, answer: { status: 403, body: '<Error/>' } })
  expect((await fetch(`${await linkOf(served, 'spatial')}?width=10`)).status).toBe(200)
  expect(journal.count(imageHostRoute)).toBe(2)
})

test('the images of a page, opened one after the other without a pause, share requests', async () => {
  await using served = await serve({ sandbox: { 'aura-vision': { image: async () => dot } } })
  const links = (await spatialImages(served)).map(({ link }) => link ?? '')
  expect(links.length).toBeGreaterThan(50)
  const { journal } = served.sandbox['aura-vision']
  expect(journal.count('detail/list')).toBe(1)
  const statuses = await Promise.all(links.map(async link => (await fetch(link)).status))
  expect(new Set(statuses)).toEqual(new Set([200]))
  expect(journal.count('detail/list') - 1).toBeLessThan(links.length / 5)
  expect(journal.count(imageHostRoute)).toBe(links.length)
})

test('a variant is drawn once and kept, and one that is there already is not drawn', async () => {
  const large = sharp({ create: { width: 3000, height: 3000, channels: 3, background: '#c40' } })
  const image = await large.png().toBuffer()
  await using served = await serve({ sandbox: { 'aura-vision': { image: async () => image } } })
  const link = await linkOf(served, 'spatial')
  const original = await (await fetch(link)).arrayBuffer()
  for (const same of ['width=3000', 'width=4096', 'format=png', 'width=4000&format=png'])
    expect(Buffer.from(await (await fetch(`${link}?${same}`)).arrayBuffer())).toEqual(Buffer.from(original))
  expect((await fetch(`${link}?width=1500`)).headers.get('etag')).toBe(
    (await fetch(`${link}?width=1500`)).headers.get('etag'),
  )
})

test('a page that is longer than a format can hold is told so', async () => {
  const tall = await sharp({ create: { width: 100, height: 17_000, channels: 3, background: '#c40' } })
    .jpeg()
    .toBuffer()
  await using served = await serve({ sandbox: { posthog: { image: async () => tall } } })
  const link = await linkOf(served, 'page')
  expect((await fetch(`${link}?format=webp&width=50`)).status).toBe(200)
  const refused = await fetch(`${link}?format=webp`)
  expect(refused.status).toBe(422)
  expect(await refused.json()).toMatchObject({ detail: 'A webp image has at most 16383 pixels a side.' })
})

test('a browser may keep an image no longer than its link works', async () => {
  await using served = await serve({ environment: { ISOTHERM_IMAGE_LINK_SECONDS: '700' } })
  const response = await fetch(await linkOf(served, 'spatial'))
  const [, seconds] = /max-age=(\d+)/.exec(response.headers.get('cache-control') ?? '') ?? []
  expect(Number(seconds)).toBeGreaterThan(0)
  expect(Number(seconds)).toBeLessThanOrEqual(800)
})

test('whoever leaves takes no image from those who wait with him', async () => {
  await using served = await serve()
  const links = (await spatialImages(served)).slice(0, 3).map(({ link }) => link ?? '')
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  served.sandbox['aura-vision'].journal.script({ route: 'detail/list', until: released })
  const arrived = arrival(served.sandbox['aura-vision'], 'detail/list')
  const caller = new AbortController()
  const left = fetch(links[0] ?? '', { signal: caller.signal }).catch((error: Error) => error.name)
  const stayed = links.slice(1).map(async link => (await fetch(link)).status)
  await arrived
  caller.abort()
  expect(await left).toBe('AbortError')
  release()
  expect(await Promise.all(stayed)).toEqual([200, 200])
})

test('pages that may ask may read a link as well, and others may show it', async () => {
  const origin = 'https://app.example.com'
  await using served = await serve({ environment: { ISOTHERM_CORS_ORIGINS: origin } })
  const link = await linkOf(served, 'spatial')
  const headersOf = async (from: string, method = 'GET') =>
    Object.fromEntries((await fetch(link, { method, headers: { origin: from } })).headers)
  expect(await headersOf(origin)).toMatchObject({
    'access-control-allow-origin': origin,
    'access-control-expose-headers': expect.stringContaining('Retry-After'),
    vary: 'Origin',
  })
  expect(await headersOf(origin, 'OPTIONS')).toMatchObject({ 'access-control-allow-methods': 'GET, HEAD' })
  const foreign = await headersOf('https://evil.example.com')
  expect(foreign).not.toHaveProperty('access-control-allow-origin')
  expect(foreign).toMatchObject({ 'cross-origin-resource-policy': 'cross-origin' })
})

test('a link follows no host that is none', async () => {
  await using served = await serve()
  const query =
    '{ pageHeatmap(projectId: "1", id: "497f6eca-6276-4993-bfeb-53cbbbba6f08") { image { link } } }'
  const { body } = await request(`${served.origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', host: '' },
    body: JSON.stringify({ query }),
  })
  expect(await body.text()).toContain(`"link":"${served.origin}/images/`)
})

test('a link begins with where browsers reach Isotherm', async () => {
  await using served = await serve({
    environment: { ISOTHERM_PUBLIC_URL: 'https://graph.example.com/isotherm/' },
  })
  expect(await linkOf(served, 'spatial')).toMatch(
    /^https:\/\/graph\.example\.com\/isotherm\/images\/[\w.-]+$/,
  )
})

import sharp from 'sharp'
import { request } from 'undici'
import { describe, expect, test } from 'vitest'
import { serve } from '../serving.ts'
import { contentRoute, imageHostRoute, linkOf, spatialImages } from './serving-pictures.ts'

const dot = await sharp({ create: { width: 4, height: 4, channels: 3, background: '#c40' } })
  .png()
  .toBuffer()

const kinds = [
  { kind: 'spatial', type: 'image/png', seconds: 86_400, route: imageHostRoute },
  { kind: 'page', type: 'image/jpeg', seconds: 60, route: contentRoute },
] as const

describe.each(kinds)('the link of a $kind heatmap', ({ kind, type, seconds, route }) => {
  test('is one of Isotherm, and serves the picture to anyone', async () => {
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
    const [get, head] = [await fetch(link), await fetch(link, { method: 'HEAD' })]
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
    const journal = kind === 'page' ? served.sandbox.posthog.journal : served.sandbox.auraVision.journal
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

test('a picture that is not kept is asked for anew', async () => {
  await using served = await serve({ environment: { ISOTHERM_IMAGE_CACHE_BYTES: '0' } })
  const link = await linkOf(served, 'spatial')
  for (const _ of [1, 2]) expect((await fetch(link)).status).toBe(200)
  const { journal } = served.sandbox.auraVision
  expect([journal.count(imageHostRoute), journal.count('detail/list')]).toEqual([2, 3])
})

test('a link works after every URL behind it has expired', async () => {
  const clock = { offset: 0 }
  const now = () => new Date(Date.now() + clock.offset)
  await using served = await serve({
    environment: { ISOTHERM_IMAGE_CACHE_BYTES: '0' },
    sandbox: { auraVision: { now, urlSeconds: 1 } },
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
  const { journal } = served.sandbox.auraVision
  journal.script({ route: imageHostRoute, times: 1, answer: { status: 403, body: '<Error/>' } })
  expect((await fetch(link)).status).toBe(200)
  journal.script({ route: imageHostRoute, answer: { status: 403, body: '<Error/>' } })
  expect((await fetch(`${await linkOf(served, 'spatial')}?width=10`)).status).toBe(200)
  expect(journal.count(imageHostRoute)).toBe(2)
})

test('the pictures of a page, opened one after the other without a pause, share requests', async () => {
  await using served = await serve({ sandbox: { auraVision: { picture: async () => dot } } })
  const links = (await spatialImages(served)).map(({ link }) => link ?? '')
  expect(links.length).toBeGreaterThan(50)
  const { journal } = served.sandbox.auraVision
  expect(journal.count('detail/list')).toBe(1)
  const statuses = await Promise.all(links.map(async link => (await fetch(link)).status))
  expect(new Set(statuses)).toEqual(new Set([200]))
  expect(journal.count('detail/list') - 1).toBeLessThan(links.length / 5)
  expect(journal.count(imageHostRoute)).toBe(links.length)
})

test('a link begins with where browsers reach Isotherm', async () => {
  await using served = await serve({
    environment: { ISOTHERM_PUBLIC_URL: 'https://graph.example.com/isotherm/' },
  })
  expect(await linkOf(served, 'spatial')).toMatch(
    /^https:\/\/graph\.example\.com\/isotherm\/images\/[\w.-]+$/,
  )
})

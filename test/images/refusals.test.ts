import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import sharp from 'sharp'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Environment } from '../../src/config/environment.ts'
import { referenceIn } from '../support/image-references.ts'
import { headerOf, requestText, sendRaw } from '../support/raw-http.ts'
import { sentId } from '../support/request-ids.ts'
import { type Served, serve } from '../support/serving.ts'
import { contentRoute, linkOf, pageImage } from './serving-images.ts'

const png = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#c40' } })
  .png()
  .toBuffer()

describe('a handle', () => {
  test('that was altered names nothing, and its vendor is not asked', async () => {
    await using served = await serve()
    const link = await linkOf(served, 'spatial')
    const payload = link.split('.').at(-2) ?? ''
    const other = Buffer.from(Buffer.from(payload, 'base64url').map(byte => 255 - byte))
    const forged = link.replace(payload, other.toString('base64url'))
    expect(forged).not.toBe(link)
    served.sandbox['aura-vision'].journal.clear()
    for (const wrong of [forged, link.slice(0, -5), `${served.origin}/images/`, `${served.origin}/images/a`])
      expect(await problemAt(wrong)).toMatchObject({ status: 404, detail: 'The link names no image.' })
    expect(served.sandbox['aura-vision'].journal.count()).toBe(0)
  })

  test('of another account names nothing', async () => {
    await using served = await serve()
    await using other = await serve()
    const link = new URL(await linkOf(other, 'page'))
    expect(await problemAt(served.origin + link.pathname)).toMatchObject({ status: 404 })
  })

  test('works on another instance of the same account, by the same key', async () => {
    const environment = { ISOTHERM_IMAGE_KEYS: 'k'.repeat(32) }
    await using served = await serve({ environment })
    const own = served.sandbox.environment()
    await using other = await serve({ environment: { ...environment, ...own } })
    const link = new URL(await linkOf(served, 'page'))
    expect((await fetch(other.origin + link.pathname)).status).toBe(200)
  })

  test('is asked by GET or HEAD, with a width and a format that there are', async () => {
    await using served = await serve()
    const link = await linkOf(served, 'page')
    const posted = await fetch(link, { method: 'POST', headers: { 'x-request-id': sentId } })
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS'])
    expect(posted.headers.get('content-type')).toBe('application/problem+json')
    expect(await posted.json()).toEqual({
      status: 405,
      title: 'Method Not Allowed',
      detail: expect.stringMatching(/^POST is no method of \/images\//),
      code: 'BAD_REQUEST',
      requestId: sentId,
    })
    for (const query of ['width=0', 'width=4097', 'width=1e3', 'width=-1', 'width=', 'format=svg', 'format='])
      expect(await problemAt(`${link}?${query}`)).toMatchObject({
        status: 422,
        title: 'Unprocessable Entity',
        detail: 'width is from 1 to 4096 pixels, and format one of webp, jpeg, png.',
      })
  })
})

test('what the front door refuses of a link is problem JSON, as all that is wrong with one', async () => {
  await using served = await serve()
  for (const [line, host, status, code] of [
    ['GET /images/x', 'evil.example', 421, 'MISDIRECTED_REQUEST'],
    ['HEAD http://evil.example/images/x', 'localhost', 421, undefined],
    ['GET /images/x', 'a b', 400, 'BAD_REQUEST'],
  ] as const) {
    const refused = await sendRaw(served.origin, requestText(`${line} HTTP/1.1`, [`host: ${host}`]))
    expect([refused.status, headerOf(refused, 'content-type')]).toEqual([status, 'application/problem+json'])
    if (code) expect(JSON.parse(refused.body)).toMatchObject({ status, code, detail: expect.any(String) })
  }
})

describe('a signed URL', () => {
  test('on another host is not followed', async () => {
    const other = await host((_request, response) => response.end(png))
    await using served = await serve()
    const link = await linkOf(served, 'spatial')
    await pointAt(served, link, `${other.origin}/heatmap.png`)
    expect(await problemAt(link)).toMatchObject({ status: 502, code: 'UPSTREAM_INVALID_RESPONSE' })
    expect(other.asked).toEqual([])
  })

  test('on an allowed host that leads to a private address is not followed', async () => {
    const inside = await host((_request, response) => response.end(png))
    const { port } = new URL(inside.origin)
    await using served = await serve({ environment: { AURA_VISION_IMAGE_HOSTS: `localhost:${port}` } })
    const link = await linkOf(served, 'spatial')
    await pointAt(served, link, `https://localhost:${port}/heatmap.png`)
    expect(await problemAt(link)).toMatchObject({ status: 502, code: 'UPSTREAM_UNAVAILABLE' })
    expect(served.log.join('\n')).toContain('PrivateAddress')
    expect(inside.connections()).toBe(0)
  })

  test('that redirects is not followed', async () => {
    const other = await host((_request, response) => response.end(png))
    const first = await host((_request, response) =>
      response.writeHead(302, { location: `${other.origin}/heatmap.png` }).end(),
    )
    await using served = await allowing(first.origin)
    const link = await linkOf(served, 'spatial')
    await pointAt(served, link, `${first.origin}/heatmap.png`)
    expect(await problemAt(link)).toMatchObject({ status: 502, upstreamStatus: 302 })
    expect(other.asked).toEqual([])
  })
})

const bodies: Record<string, { readonly listener: RequestListener; readonly status: number }> = {
  'of two gigabytes, as it says': {
    status: 502,
    listener: (_request, response) =>
      void response.writeHead(200, { 'content-length': 2 * 1024 ** 3 }).write(png),
  },
  'without an end': {
    status: 502,
    listener(_request, response) {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.concat([png, Buffer.alloc(65_536)])));
      }
      response.on('drain', more)
      more()
    },
  },
  'that is a page': {
    status: 502,
    listener: (_request, response) =>
      void response
        .writeHead(200, { 'content-type': 'image/png' })
        .end('<!doctype html><script>alert(1)</script>'),
  },
  'that is a drawing with scripts': {
    status: 502,
    listener: (_request, response) =>
      void response
        .writeHead(200, { 'content-type': 'image/svg+xml' })
        .end('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
  },
  'that unpacks to more than can be shown': {
    status: 422,
    listener: (_request, response) => void response.end(bomb),
  },
  'that is cut off': {
    status: 422,
    listener: (_request, response) => void response.end(png.subarray(0, 20)),
  },
  'that stalls': {
    status: 504,
    listener: (_request, response) =>
      void response.writeHead(200, { 'content-length': png.byteLength }).write(png.subarray(0, 40)),
  },
  'that breaks off': {
    status: 502,
    listener(_request, response) {
      response.writeHead(200, { 'content-length': png.byteLength }).write(png.subarray(0, 40))
      response.write(png.subarray(40, 50), () => response.destroy())
    },
  },
  'that is gone': { status: 404, listener: (_request, response) => void response.writeHead(404).end() },
  'that is limited': {
    status: 429,
    listener: (_request, response) => void response.writeHead(429, { 'retry-after': '7' }).end(),
  },
}

/** Twenty thousand pixels square, in a few kilobytes. */
const bomb = await sharp({
  create: { width: 20_000, height: 20_000, channels: 3, background: '#fff' },
  limitInputPixels: false,
})
  .png({ palette: true, compressionLevel: 9, colours: 2 })
  .toBuffer()

describe.each(Object.entries(bodies))('an image %s', (_name, { listener, status }) => {
  test('has its clear status, changed or not', async () => {
    const images = await host(listener)
    await using served = await allowing(images.origin, {
      ISOTHERM_UPSTREAM_TIMEOUT_MS: status === 504 ? '400' : '10000',
      ISOTHERM_IMAGE_MAX_BYTES: '2000000',
    })
    const link = await linkOf(served, 'spatial')
    await pointAt(served, link, `${images.origin}/heatmap.png?Signature=planted-signature`)
    const problem = await problemAt(link)
    expect(problem).toMatchObject({ status })
    expect(problem.retryAfter).toBe(status === 429 ? '7' : problem.retryable ? '5' : null)
    expect(await problemAt(`${link}?width=10`)).toMatchObject({ status })
    expect(JSON.stringify(problem) + served.log.join('\n')).not.toMatch(/planted|127\.0\.0\.1/)
  })
})

test.each([
  ['failed', 'Screenshot provider returned status 403 for https://shop.example.com/products/3'],
  ['iframe', 'A heatmap of type iframe has no screenshot.'],
  ['external', 'The image is stored outside PostHog.'],
])('the link of a heatmap that is %s says why there is no image', async (shortId, failure) => {
  await using served = await serve()
  expect(await pageImage(served, shortId)).toMatchObject({ state: 'FAILED', failure, link: null })
  const link = await handleOf(served, shortId)
  expect(await problemAt(link)).toMatchObject({ status: 422, detail: failure, state: 'FAILED' })
})

test('the link of a heatmap that was deleted is not found', async () => {
  await using served = await serve()
  const link = await linkOf(served, 'page')
  served.sandbox.posthog.journal.script({ route: contentRoute, answer: { status: 404 } })
  expect(await problemAt(link)).toMatchObject({
    status: 404,
    code: 'UPSTREAM_NOT_FOUND',
    provider: 'posthog',
  })
})

test('the link of a heatmap that its store has no more is not found', async () => {
  await using served = await serve()
  const link = await linkOf(served, 'spatial')
  served.sandbox['aura-vision'].journal.script({ route: 'detail/list', frames: ['{id}|0|0|[]'] })
  expect(await problemAt(link)).toMatchObject({ status: 404, provider: 'aura-vision' })
})

/** A link costs nothing and is there whatever becomes of its image. */
async function handleOf(served: Served, shortId: string): Promise<string> {
  const response = await fetch(`${served.origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query: `{ pageHeatmap(projectId: "1", id: "${shortId}") { image { link } } }`,
    }),
  })
  const { data } = await response.json()
  return data.pageHeatmap.image.link
}

async function problemAt(link: string) {
  const response = await fetch(link, { redirect: 'manual' })
  const text = await response.text()
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  expect(response.headers.get('cache-control')).toBe('no-store')
  const problem = JSON.parse(text)
  expect(problem).toMatchObject({ status: response.status, title: expect.any(String) })
  return { ...problem, retryAfter: response.headers.get('retry-after') }
}

/** From here on Aura Vision tells of a link's image that it is at that URL. */
async function pointAt({ sandbox }: Served, link: string, url: string): Promise<void> {
  const reference = await referenceIn(sandbox.environment(), link)
  if (reference.provider !== 'aura-vision') throw new Error(`It is a link of ${reference.provider}.`)
  const { locationId, recordingId, type, role, age, gender, createdAt } = reference
  const row = {
    location_id: locationId,
    recording_id: recordingId,
    heatmap_type: type,
    role,
    age,
    gender,
    created: createdAt.replace('Z', ''),
    url,
  }
  sandbox['aura-vision'].journal.script({
    route: 'detail/list',
    frames: [`{id}|0|0|${JSON.stringify([row])}`],
  })
}

async function host(listener: RequestListener) {
  const asked: string[] = []
  let connections = 0
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    listener(request, response)
  })
  server.on('connection', () => connections++)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { origin: `http://127.0.0.1:${port}`, asked, connections: () => connections }
}

async function allowing(origin: string, environment: Environment = {}): Promise<Served> {
  return serve({ environment: { AURA_VISION_IMAGE_HOSTS: origin, ...environment } })
}

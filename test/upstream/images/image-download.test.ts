import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import sharp from 'sharp'
import { expect, onTestFinished, test } from 'vitest'
import type { CallContext } from '../../../src/upstream/call-context.ts'
import { isPublic, publicLookup } from '../../../src/upstream/http/public-address.ts'
import { ArrivingImage } from '../../../src/upstream/images/arriving-image.ts'
import { openImageDownloader } from '../../../src/upstream/images/image-download.ts'
import { failureOf } from '../../support/wiring.ts'

const png = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#c40' } })
  .png()
  .toBuffer()

test("an image's type is detected from its bytes, whatever the upstream says", async () => {
  const { get } = await upstream((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(png)
  })
  const answer = await get('/image')
  expect(answer).toMatchObject({ status: 200, image: { contentType: 'image/png', parts: [png] } })
})

test("an image's tag is the upstream's if it is strong, else one of its bytes", async () => {
  const tags: Record<string, string> = { '/strong': '"abc"', '/weak': 'W/"abc"' }
  const { get } = await upstream(({ url = '' }, response) => {
    const etag = tags[url]
    response.writeHead(200, { ...(etag && { etag }) }).end(png)
  })
  const [strong, weak, none] = await Promise.all(['/strong', '/weak', '/none'].map(path => tagOf(get(path))))
  expect(strong).toBe('"abc"')
  expect(weak).toMatch(/^"[\w-]{22}"$/)
  expect(none).toBe(weak)
})

test('an image that arrives has its tag again at an address that was signed anew', async () => {
  const { get } = await upstream((_request, response) => {
    response.writeHead(200, { 'content-length': 200_000 }).end(Buffer.concat([png], 200_000))
  })
  const early: string[] = []
  const arriving = (image: object) => {
    if (image instanceof ArrivingImage) early.push(image.etag)
  }
  for (const signature of ['one', 'other']) await get(`/image?signature=${signature}`, { arriving })
  expect(early).toEqual([expect.any(String), early[0]])
})

test('a page in place of an image is rejected before the rest of it is read', async () => {
  let sent = 0
  const { get } = await upstream((_request, response) => {
    response.writeHead(200, { 'content-type': 'image/png' })
    const more = () => {
      while (!response.destroyed && response.write('<!doctype html>'.repeat(1000))) sent++
    }
    response.on('drain', more)
    more()
  })
  expect(await failureOf(get('/page'))).toMatchObject({
    code: 'UPSTREAM_INVALID_RESPONSE',
    message: 'posthog answered something other than an image.',
  })
  expect(sent).toBeLessThan(1000)
})

test('an image over the limit is rejected by its length, or as soon as it exceeds it', async () => {
  const { get } = await upstream(({ url }, response) => {
    response.writeHead(200, url === '/told' ? { 'content-length': 2 * 1024 ** 3 } : {})
    const more = () => {
      while (!response.destroyed && response.write(Buffer.concat([png, Buffer.alloc(16_384)])));
    }
    response.on('drain', more)
    more()
  })
  for (const path of ['/told', '/endless']) {
    expect(await failureOf(get(path))).toMatchObject({
      code: 'UPSTREAM_INVALID_RESPONSE',
      message: 'posthog answered an image of more than 1000000 bytes.',
      isOverBound: true,
    })
  }
})

test('a body that stalls is a timeout', async () => {
  const { get } = await upstream(
    (_request, response) => {
      response.writeHead(200, { 'content-length': png.byteLength }).write(png.subarray(0, 20))
    },
    { deadlineMilliseconds: 50 },
  )
  expect(await failureOf(get('/stalls'))).toMatchObject({ code: 'UPSTREAM_TIMEOUT' })
})

test('a body that breaks off is an error', async () => {
  const { get } = await upstream((_request, response) => {
    response.writeHead(200, { 'content-length': png.byteLength }).write(png.subarray(0, 20))
    response.once('drain', () => response.destroy())
    setImmediate(() => response.destroy())
  })
  expect(await failureOf(get('/breaks'))).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
})

test('redirects are not followed', async () => {
  const asked: string[] = []
  const { get } = await upstream(({ url = '' }, response) => {
    asked.push(url)
    response.writeHead(302, { location: '/elsewhere' }).end()
  })
  expect(await get('/here')).toMatchObject({ status: 302 })
  expect(asked).toEqual(['/here'])
})

test('a host name with a private address is not connected to', async () => {
  let asked = 0
  const { get } = await upstream(
    (_request, response) => {
      asked++
      response.writeHead(200).end(png)
    },
    { host: 'localhost', lookup: publicLookup },
  )
  expect(await failureOf(get('/inside'))).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
  expect(asked).toBe(0)
})

test.for([
  ['93.184.215.14', true],
  ['2606:2800:21f:cb07:6820:80da:af6b:8b2c', true],
  ['127.0.0.1', false],
  ['10.1.2.3', false],
  ['172.16.0.1', false],
  ['192.168.1.1', false],
  ['169.254.169.254', false],
  ['100.64.0.1', false],
  ['0.0.0.0', false],
  ['::1', false],
  ['::', false],
  ['fd00::1', false],
  ['fe80::1', false],
  ['::ffff:127.0.0.1', false],
  ['64:ff9b::7f00:1', false],
] as const)('%s is a public address: %s', ([address, expected]) => {
  expect(isPublic(address)).toBe(expected)
})

async function tagOf(answer: ReturnType<Awaited<ReturnType<typeof upstream>>['get']>): Promise<string> {
  const found = await answer
  return 'image' in found ? found.image.etag : ''
}

async function upstream(
  listener: RequestListener,
  {
    deadlineMilliseconds = 5000,
    host = '127.0.0.1',
    lookup,
  }: {
    readonly deadlineMilliseconds?: number
    readonly host?: string
    readonly lookup?: typeof publicLookup
  } = {},
) {
  const server = createServer(listener)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const bounds = { deadlineMilliseconds, maximumBytes: 1_000_000 }
  const images = openImageDownloader('posthog', bounds, lookup ? { lookup } : {})
  onTestFinished(() => images[Symbol.asyncDispose]())
  const { port } = server.address() as AddressInfo
  return {
    get: (path: string, callContext: Partial<CallContext> = {}) =>
      images.get({
        url: new URL(`http://${host}:${port}${path}`),
        callContext: { signal: new AbortController().signal, ...callContext },
      }),
  }
}

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { codingFor } from '../../src/server/http/body-coding.ts'
import { sendLongJson, sendPieces, sendText } from '../../src/server/http/response-body.ts'
import { headerOf, type RawResponse, requestText, sendRaw } from '../support/raw-http.ts'
import { type Served, serve } from '../support/serving.ts'

test.each([
  [undefined, undefined],
  ['', undefined],
  ['gzip', 'gzip'],
  ['GZip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['deflate, gzip', 'gzip'],
  ['gzip, br', 'br'],
  ['gzip, deflate, br, zstd', 'zstd'],
  ['br;q=0.5, gzip;q=0.8', 'gzip'],
  ['*', 'zstd'],
  ['zstd;q=0, *', 'br'],
  ['gzip;q=0', undefined],
  ['identity', undefined],
  ['identity, gzip;q=0.5', undefined],
  ['gzip, identity', 'gzip'],
  ['deflate', undefined],
  ['gzip;q=nonsense', undefined],
  ['constructor', undefined],
])('Accept-Encoding %j gets %s', (header, coding) => {
  expect(codingFor(header)).toBe(coding)
})

const decoders = {
  gzip: gunzipSync,
  br: brotliDecompressSync,
  zstd: zstdDecompressSync,
} as const

const codings = ['gzip', 'br', 'zstd'] as const

describe('a response', () => {
  const resources = new AsyncDisposableStack()
  let served: Served
  beforeAll(async () => {
    served = resources.use(await serve())
  })
  afterAll(() => resources.disposeAsync())

  const long =
    '{ locations(first: 12) { nodes { id name timeZone latitude: __typename } } websites(first: 3) { nodes { id name origin } } }'
  const get = (path: string, accept: string, coding?: string, method = 'GET') => {
    const headers = [`host: ${new URL(served.origin).host}`, `accept: ${accept}`]
    return sendRaw(
      served.origin,
      requestText(`${method} ${path} HTTP/1.1`, [
        ...headers,
        ...(coding ? [`accept-encoding: ${coding}`] : []),
      ]),
    )
  }
  const graphql = (query: string) => `/graphql?query=${encodeURIComponent(query)}`

  test.each(codings)('of more than a kilobyte is the same in %s', async coding => {
    const plain = await get(graphql(long), 'application/json')
    const packed = await get(graphql(long), 'application/json', coding)
    expect(Buffer.byteLength(plain.body, 'latin1')).toBeGreaterThan(1024)
    expect(headerOf(plain, 'content-encoding')).toBeUndefined()
    expect(headerOf(packed, 'content-encoding')).toBe(coding)
    expect(dataOf(unpacked(packed, coding))).toEqual(dataOf(Buffer.from(plain.body, 'latin1').toString()))
    expect(Buffer.byteLength(packed.body, 'latin1')).toBeLessThan(Buffer.byteLength(plain.body, 'latin1') / 2)
    for (const response of [plain, packed]) expect(varyOf(response)).toContain('accept-encoding')
  })

  test('of less is sent as it is', async () => {
    const small = await get(graphql('{ __typename }'), 'application/json', 'gzip, br, zstd')
    expect(headerOf(small, 'content-encoding')).toBeUndefined()
    expect(JSON.parse(small.body).data).toEqual({ __typename: 'Query' })
  })

  test('that is a page is compressed as well', async () => {
    const page = await get('/graphql', 'text/html', 'gzip')
    expect(headerOf(page, 'content-encoding')).toBe('gzip')
    expect(/<!doctype html>/i.test(unpacked(page, 'gzip'))).toBe(true)
    expect(varyOf(page)).toEqual(expect.arrayContaining(['accept', 'accept-encoding']))
  })

  test('that is a stream of events is not, nor is an image', async () => {
    const events = await get(graphql(long), 'text/event-stream', 'gzip')
    expect(headerOf(events, 'content-encoding')).toBeUndefined()
    expect(events.body).toContain('event: complete')
    const shop = '{ view(by: { url: "https://shop.example.com/pricing" }) { heatmaps { image { link } } } }'
    const { body } = await get(graphql(shop), 'application/json')
    const [, link = ''] = /"link":"([^"]+)"/.exec(body) ?? []
    const image = await fetch(link, { headers: { 'accept-encoding': 'gzip' } })
    expect(image.headers.get('content-encoding')).toBeNull()
    expect(image.headers.get('content-type')).toMatch(/^image\//)
    await image.body?.cancel()
  })
})

test('whatever a long value is, its JSON is the same in every coding, in chunks and whole', async () => {
  let value: unknown
  let isLong = false
  const server = createServer((request, response) => {
    const options = { request, response, status: 200, headers: {}, patience: 10_000 }
    void (isLong ? sendLongJson(value, options) : sendText(JSON.stringify(value), options))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const text = fc.string({ unit: 'binary', maxLength: 40 })
  const rows = fc.array(fc.record({ name: text, value: fc.double() }), { minLength: 100, maxLength: 300 })
  await fc.assert(
    fc.asyncProperty(rows, fc.constantFrom(...codings), fc.boolean(), async (list, coding, isInChunks) => {
      value = list
      isLong = isInChunks
      const response = await fetch(origin, { headers: { 'accept-encoding': coding } })
      expect(response.headers.get('content-encoding')).toBe(coding)
      expect(await response.text()).toBe(JSON.stringify(list).toWellFormed())
    }),
    { numRuns: 40 },
  )
  server.close()
  server.closeAllConnections()
})

test.each(codings)('each piece of a response by %s is read before the next is made', async coding => {
  const isRead = Promise.withResolvers<void>()
  async function* pieces() {
    yield 'one\n'
    await isRead.promise
    yield 'two\n'
  }
  const server = createServer((request, response) => {
    void sendPieces(pieces(), { request, response, status: 200, headers: {}, patience: 10_000 })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
    headers: { 'accept-encoding': coding },
  })
  expect(response.headers.get('content-encoding')).toBe(coding)
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  expect((await reader?.read())?.value).toBe('one\n')
  isRead.resolve()
  expect((await reader?.read())?.value).toBe('two\n')
  expect((await reader?.read())?.done).toBe(true)
  server.close()
})

test('a reader who leaves in the middle of a compressed response ends its compression', async () => {
  const ended = Promise.withResolvers<unknown>()
  const value = Array.from({ length: 200_000 }, (_, index) => ({ index, random: Math.random() }))
  const server = createServer((request, response) => {
    const options = { request, response, status: 200, headers: {}, patience: 60_000 }
    sendLongJson(value, options).then(ended.resolve, ended.resolve)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const leaving = new AbortController()
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
    headers: { 'accept-encoding': 'gzip' },
    signal: leaving.signal,
  })
  await response.body?.getReader().read()
  leaving.abort()
  expect(await ended.promise).toBeUndefined()
  server.close()
})

function unpacked({ body }: RawResponse, coding: (typeof codings)[number]): string {
  return decoders[coding](Buffer.from(body, 'latin1')).toString()
}

function dataOf(text: string): unknown {
  return JSON.parse(text).data
}

function varyOf({ head }: RawResponse): readonly string[] {
  return [...head.matchAll(/^vary: (.*)$/gim)].flatMap(([, names = '']) =>
    names.split(',').map(name => name.trim().toLowerCase()),
  )
}

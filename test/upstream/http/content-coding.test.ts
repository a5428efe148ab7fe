import { once } from 'node:events'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { UpstreamError } from '../../../src/upstream/error.ts'
import { type HttpUpstream, openHttp } from '../../../src/upstream/http/http.ts'
import { openImageDownloader } from '../../../src/upstream/images/image-download.ts'
import { type Loopback, rejection, serveHttp } from './loopback.ts'

const maximumBytes = 100_000
const bounds = { deadlineMilliseconds: 10_000, maximumBytes }
const never = new AbortController().signal

/** What the server answers to each path, one after the other. */
const answers: { status?: number; headers: Record<string, string | string[]>; parts: readonly Buffer[] }[] =
  []
let asked: (string | undefined)[] = []
let server: Loopback
let http: HttpUpstream

beforeAll(async () => {
  server = await serveHttp(async (request, response) => {
    asked.push(request.headers['accept-encoding'])
    const { status = 200, headers, parts } = answers.shift() ?? { headers: {}, parts: [] }
    response.writeHead(status, headers)
    for (const part of parts) {
      if (!response.write(part)) await once(response, 'drain').catch(() => undefined)
    }
    if (headers['x-endless'] === undefined) response.end()
  })
  http = openHttp('zenovay', bounds)
})

afterAll(async () => {
  await http[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

type Encode = (body: Buffer) => Buffer
const codings = {
  gzip: body => gzipSync(body),
  'x-gzip': body => gzipSync(body),
  deflate: body => deflateSync(body),
  br: body => brotliCompressSync(body),
  zstd: body => zstdCompressSync(body),
  identity: body => body,
} satisfies Readonly<Record<string, Encode>>

test('compressed answers are asked for', async () => {
  asked = []
  await get({}, Buffer.from('{}'))
  expect(asked).toEqual(['gzip, br, zstd'])
})

test('a body is read in whatever codings, however it is cut and however they are written', async () => {
  const coding = fc.constantFrom(...Object.entries(codings)).map(([name, encode]) => ({ name, encode }))
  const raw = fc.constant({ name: 'deflate', encode: (body: Buffer): Buffer => deflateRawSync(body) })
  const spelling = fc.tuple(fc.boolean(), fc.constantFrom('', ' ', '\t'))
  const property = fc.asyncProperty(
    fc.array(fc.oneof({ weight: 6, arbitrary: coding }, raw), { maxLength: 3 }),
    fc.string({ unit: 'grapheme', maxLength: 200 }),
    fc.integer({ min: 1, max: 500 }),
    spelling,
    fc.integer({ min: 1, max: 5 }),
    async (applied, text, times, [isUpper, space], cuts) => {
      const body = text.repeat(times).slice(0, 20_000).toWellFormed()
      const encoded = applied.reduce<Buffer>((bytes, { encode }) => encode(bytes), Buffer.from(body))
      const names = applied.map(({ name }) => (isUpper ? name.toUpperCase() : name))
      const headers = names.length > 0 ? { 'content-encoding': names.join(`${space},${space}`) } : {}
      const told: number[] = []
      const answer = await get(headers, ...cut(encoded, cuts), bytes => told.push(bytes))
      expect(answer.body).toBe(body.replace(/^\ufeff/, ''))
      expect(told).toEqual([encoded.byteLength])
    },
  )
  await fc.assert(property, { numRuns: 80 })
})

test('members of gzip that follow each other are one body, and so are frames of zstd', async () => {
  const [one, other] = [Buffer.from('[1,'), Buffer.from('2]')]
  for (const name of ['gzip', 'zstd'] as const) {
    const body = Buffer.concat([codings[name](one), codings[name](other)])
    expect((await get({ 'content-encoding': name }, body)).body).toBe('[1,2]')
  }
})

test('codings in several headers are applied in their order', async () => {
  const body = brotliCompressSync(gzipSync(Buffer.from('words')))
  expect((await get({ 'content-encoding': ['gzip', 'br'] }, body)).body).toBe('words')
})

test('a body that is not there needs no decoding', async () => {
  for (const status of [200, 204, 404])
    expect((await get({ 'content-encoding': 'gzip' }, { status })).body).toBe('')
})

test.each(['gzip', 'br', 'zstd', 'deflate'] as const)(
  'a body of %s that is cut, broken or followed by something else is no answer',
  async name => {
    const whole = codings[name](Buffer.from('{"pages":["one","two","three"]}'.repeat(50)))
    const broken = Buffer.concat([whole.subarray(0, 4), Buffer.from('no such thing'), whole.subarray(17)])
    const longer = Buffer.concat([whole, Buffer.from('garbage')])
    for (const body of [whole.subarray(0, -5), whole.subarray(0, 3), broken, longer]) {
      const error = await failure(get({ 'content-encoding': name }, body))
      expect(error).toMatchObject({
        code: 'UPSTREAM_INVALID_RESPONSE',
        message: 'zenovay answered a body that cannot be decompressed.',
      })
      expect(error.cause).toBeInstanceOf(Error)
    }
  },
)

test.each([
  ['compress', 'zenovay answered a body with a content coding that is not read.'],
  ['gzip, secret-word', 'zenovay answered a body with a content coding that is not read.'],
  ['gzip, gzip, gzip, gzip, gzip', 'zenovay answered a body with too many content codings.'],
])('the coding "%s" is an invalid answer, whose words are not repeated', async (name, message) => {
  const error = await failure(get({ 'content-encoding': name }, Buffer.from('whatever')))
  expect(error).toMatchObject({ code: 'UPSTREAM_INVALID_RESPONSE', retryable: false, message })
})

test('a refusal whose words cannot be read is still that refusal', async () => {
  const garbled = { headers: { 'content-encoding': 'gzip' }, body: Buffer.from('not gzip at all') }
  for (const headers of [garbled.headers, { 'content-encoding': 'compress' }, {}]) {
    const answer = await get(headers, { status: 503 }, Buffer.from([0xff, 0xfe, 0x80]))
    expect(answer.status).toBe(503)
  }
  expect(await get({ 'content-encoding': 'br' }, { status: 404 }, brotliCompressSync('words'))).toMatchObject(
    {
      status: 404,
      body: 'words',
    },
  )
})

test.each(['gzip', 'br', 'zstd', 'deflate'] as const)(
  'what %s unpacks to more than is allowed is refused while it comes, not after',
  async name => {
    const bomb = codings[name](Buffer.alloc(50 * maximumBytes))
    // The answer never ends: whoever waited for it would wait for the deadline.
    const error = await failure(get({ 'content-encoding': name, 'x-endless': 'yes' }, bomb))
    expect(error).toMatchObject({
      code: 'UPSTREAM_INVALID_RESPONSE',
      message: `zenovay answered more than ${maximumBytes} bytes.`,
    })
  },
)

test('a body that is too large on its way through several codings is refused as well', async () => {
  const bomb = gzipSync(
    gzipSync(Buffer.alloc(200 * maximumBytes))
      .toString('hex')
      .repeat(2),
  )
  const error = await failure(get({ 'content-encoding': 'gzip, gzip', 'x-endless': 'yes' }, bomb))
  expect(error.code).toBe('UPSTREAM_INVALID_RESPONSE')
})

test('exactly as much as is allowed is read', async () => {
  const body = gzipSync(Buffer.alloc(maximumBytes, 'x'))
  expect((await get({ 'content-encoding': 'gzip' }, body)).body).toHaveLength(maximumBytes)
})

test('text that is not UTF-8 is an invalid answer; a byte order mark is none of it', async () => {
  const error = await failure(get({}, Buffer.from([0x22, 0xe9, 0x22])))
  expect(error).toMatchObject({
    code: 'UPSTREAM_INVALID_RESPONSE',
    message: 'zenovay answered text that is not UTF-8.',
  })
  expect((await get({}, Buffer.from('\ufeff{"a":"ü"}'))).body).toBe('{"a":"ü"}')
})

test('an image is unpacked too, within its bounds', async () => {
  await using images = openImageDownloader('posthog', bounds)
  const png = Buffer.concat([
    Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex'),
    Buffer.alloc(10_000),
  ])
  const headers = { 'content-encoding': 'gzip' }
  answers.push({ headers, parts: [gzipSync(png)] })
  const answer = await images.get({ url: server.url, callContext: { signal: never } })
  expect('image' in answer && Buffer.concat(answer.image.parts).equals(png)).toBe(true)
  answers.push({
    headers: { ...headers, 'x-endless': 'yes' },
    parts: [gzipSync(Buffer.concat([png, Buffer.alloc(maximumBytes)]))],
  })
  const error = await rejection(images.get({ url: server.url, callContext: { signal: never } }))
  expect(error).toMatchObject({ code: 'UPSTREAM_INVALID_RESPONSE' })
})

type Part = Buffer | { readonly status: number } | ((bytes: number) => void)

/** The answer of such headers and parts. */
function get(headers: Record<string, string | string[]>, ...parts: readonly Part[]) {
  const status = parts.find(part => 'status' in part)
  const received = parts.find(part => typeof part === 'function')
  answers.push({
    ...(status && { status: status.status }),
    headers,
    parts: parts.flatMap(part => (part instanceof Buffer ? [part] : [])),
  })
  return http.call({
    method: 'GET',
    url: server.url,
    callContext: { signal: never, ...(received && { received }) },
  })
}

function cut(bytes: Buffer, count: number): Buffer[] {
  const size = Math.max(1, Math.ceil(bytes.byteLength / count))
  return Array.from({ length: Math.ceil(bytes.byteLength / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  )
}

async function failure(answer: Promise<unknown>): Promise<UpstreamError> {
  const error = await rejection(answer)
  if (!(error instanceof UpstreamError)) throw error
  return error
}

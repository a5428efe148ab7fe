import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import sharp from 'sharp'
import { expect, onTestFinished, test } from 'vitest'
import { askText } from '../support/client.ts'
import { serve } from '../support/serving.ts'

const raw = { width: 1000, height: 400, channels: 3 } as const
const noise = (seed: Buffer) => sharp(seed, { raw }).jpeg({ quality: 95 }).toBuffer()
const image = await noise(randomBytes(raw.width * raw.height * raw.channels))
/** Of the same length and with the same first half. */
const redrawn = Buffer.concat([image.subarray(0, -1000), randomBytes(998), image.subarray(-2)])
const half = Math.floor(image.byteLength / 2)
/** The same but for its middle. */
const changed = Buffer.from(image).fill(7, half - 1000, half - 900)

type Answer = (response: ServerResponse, request: IncomingMessage) => unknown

const whole: Answer = response => head(response).end(image)
const another: Answer = response => head(response).end(redrawn)
const cut: Answer = response => head(response).write(image.subarray(0, half), () => response.destroy())

function head(response: ServerResponse, length = image.byteLength): ServerResponse {
  return response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': length })
}

/** Isotherm before a PostHog that answers its calls in turn; the last answer stays. */
async function linkTo(answers: readonly Answer[], environment: Readonly<Record<string, string>> = {}) {
  const calls: ServerResponse[] = []
  const server = createServer((request, response) => {
    const answer = answers[calls.length] ?? answers.at(-1)
    calls.push(response)
    answer?.(response, request)
    server.emit('called')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const served = await serve({
    environment: {
      POSTHOG_HOST: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      ISOTHERM_IMAGE_CACHE_BYTES: '0',
      ...environment,
    },
  })
  onTestFinished(() => served[Symbol.asyncDispose]())
  const query = 'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on PageHeatmap { image { link } } } }'
  const ids = ['PageHeatmap:project:1:497f6eca-6276-4993-bfeb-53cbbbba6f08']
  const { data } = await askText<{ nodes: { image: { link: string } }[] }>(served.origin, query, { ids })
  return { link: data.nodes[0]?.image.link ?? '', calls, server, served }
}

async function read(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer())
}

test('its first bytes are sent before the last have come, with the head of the whole', async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const { link, calls } = await linkTo([
    async response => {
      head(response).write(image.subarray(0, half))
      await released
      response.end(image.subarray(half))
    },
  ])
  const response = await fetch(link)
  const reader = response.body?.getReader()
  const first = await reader?.read()
  expect(first?.value?.byteLength).toBeGreaterThan(0)
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-length': String(image.byteLength),
    'content-type': 'image/jpeg',
    'cache-control': 'private, max-age=60',
    etag: expect.stringMatching(/^"[\w-]{22}"$/),
  })
  // Who comes later begins with the first byte, and asks nobody.
  const later = fetch(link)
  const early = await later
  release()
  const parts = [first?.value ?? new Uint8Array()]
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read())
    parts.push(next.value)
  expect(Buffer.concat(parts).equals(image)).toBe(true)
  expect((await read(early)).equals(image)).toBe(true)
  expect(calls).toHaveLength(1)
})

test('it has the same tag each time, by which it is not sent again', async () => {
  const { link } = await linkTo([whole])
  const [one, other] = [await fetch(link), await fetch(link)]
  const etag = one.headers.get('etag') ?? ''
  expect([other.headers.get('etag'), (await read(other)).equals(image)]).toEqual([etag, true])
  await read(one)
  const statusOf = async (headers: Record<string, string>, method = 'GET') => {
    const response = await fetch(link, { headers, method })
    return [response.status, response.headers.get('etag'), (await read(response)).byteLength]
  }
  expect(await statusOf({ 'if-none-match': etag })).toEqual([304, etag, 0])
  expect(await statusOf({ range: 'bytes=10-19', 'if-range': etag })).toEqual([206, etag, 10])
  expect(await statusOf({}, 'HEAD')).toEqual([200, etag, 0])
})

test('of the vendor, its tag is passed on', async () => {
  const { link } = await linkTo([response => head(response.setHeader('etag', '"theirs"')).end(image)])
  const response = await fetch(link)
  expect(response.headers.get('etag')).toBe('"theirs"')
  await read(response)
})

test('one that breaks off goes on where its call is made again', async () => {
  const { link, calls } = await linkTo([cut, whole])
  expect((await read(await fetch(link))).equals(image)).toBe(true)
  expect(calls).toHaveLength(2)
})

const other: Answer = response => head(response).end(changed)
const gone: Answer = response => response.writeHead(404).end()

test.each([
  ['breaks off twice', cut, image],
  ['breaks off and is gone then', gone, image],
  ['breaks off and comes again with other bytes', other, changed],
] as const)('one that %s ends the connection, and no part of it is kept', async (_name, second, kept) => {
  const environment = { ISOTHERM_IMAGE_CACHE_BYTES: '100000000' }
  const { link, served } = await linkTo([cut, second, whole], environment)
  const response = await fetch(link)
  expect(response.status).toBe(200)
  await expect(response.arrayBuffer()).rejects.toThrow()
  expect(served.log).toHaveLength(1)
  const next = await fetch(link)
  // A tag with which the two parts could be joined is only that of the same image.
  if (kept !== image) expect(next.headers.get('etag')).not.toBe(response.headers.get('etag'))
  expect((await read(next)).equals(kept)).toBe(true)
})

test('whoever comes after it broke off waits for what its second call brings', async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const late: Answer = async (response, request) => {
    await released
    gone(response, request)
  }
  const { link, calls, server } = await linkTo([cut, late, gone])
  const response = await fetch(link)
  while (calls.length < 2) await once(server, 'called')
  const joining = fetch(link)
  // It has joined by then.
  await fetch(new URL('/livez', link))
  release()
  expect((await joining).status).toBe(404)
  await expect(response.arrayBuffer()).rejects.toThrow()
})

test('one that stalls ends the connection once its deadline is over', async () => {
  const stall: Answer = response => head(response).write(image.subarray(0, half))
  const { link } = await linkTo([stall], { ISOTHERM_UPSTREAM_TIMEOUT_MS: '1500' })
  const response = await fetch(link)
  expect(response.status).toBe(200)
  await expect(response.arrayBuffer()).rejects.toThrow()
})

test('one that was drawn anew with the same beginning is never sent under the old tag', async () => {
  const { link } = await linkTo([whole, another])
  const old = await fetch(link)
  await read(old)
  // Told by its beginning, it is the old one; that it is not is seen at its end.
  const mistaken = await fetch(link)
  expect(mistaken.headers.get('etag')).toBe(old.headers.get('etag'))
  await expect(mistaken.arrayBuffer()).rejects.toThrow()
  const anew = await fetch(link)
  expect(anew.headers.get('etag')).not.toBe(old.headers.get('etag'))
  expect((await read(anew)).equals(redrawn)).toBe(true)
  const stale = await fetch(link, { headers: { 'if-none-match': old.headers.get('etag') ?? '' } })
  expect([stale.status, (await read(stale)).equals(redrawn)]).toEqual([200, true])
})

test('whoever leaves takes it from nobody, and when all have left its call ends', async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const { link, calls } = await linkTo([
    async response => {
      head(response).write(image.subarray(0, half))
      await released
      response.end(image.subarray(half))
    },
    response => head(response).write(image.subarray(0, half)),
  ])
  const leaving = new AbortController()
  const [one, other] = [await fetch(link, { signal: leaving.signal }), await fetch(link)]
  leaving.abort()
  release()
  expect((await read(other)).equals(image)).toBe(true)
  await expect(one.arrayBuffer()).rejects.toThrow()
  const all = new AbortController()
  await Promise.all([fetch(link, { signal: all.signal }), fetch(link, { signal: all.signal })])
  expect(calls).toHaveLength(2)
  const closed = once(calls[1] as ServerResponse, 'close')
  all.abort()
  await closed
})

test('a reader who takes nothing does not keep the vendor', async () => {
  const large = Buffer.concat([image, Buffer.alloc(20_000_000)])
  const { link, calls, server } = await linkTo([response => head(response, large.byteLength).end(large)])
  const { pathname, port } = new URL(link)
  const called = once(server, 'called')
  const socket = connect(Number(port), '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.write(`GET ${pathname} HTTP/1.1\r\nhost: localhost\r\n\r\n`)
  await once(socket, 'data')
  socket.pause()
  await called
  const [response] = calls
  if (response && !response.writableFinished) await once(response, 'finish')
  expect((await read(await fetch(link))).equals(large)).toBe(true)
})

test('one with too many pixels, or that is to be drawn, is looked at first', async () => {
  const { link } = await linkTo([whole], { ISOTHERM_IMAGE_MAX_PIXELS: '1000' })
  expect((await fetch(link)).status).toBe(422)
  const { link: allowed } = await linkTo([whole])
  const drawn = await fetch(`${allowed}?width=100`)
  expect(await sharp(await read(drawn)).metadata()).toMatchObject({ width: 100, format: 'jpeg' })
  for (const same of ['width=1000', 'width=2000&format=jpeg'])
    expect((await read(await fetch(`${allowed}?${same}`))).equals(image)).toBe(true)
})

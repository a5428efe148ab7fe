import { once } from 'node:events'
import { ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { UpstreamError, type UpstreamErrorCode } from '../../../src/upstream/error.ts'
import { type HttpUpstream, openHttp } from '../../../src/upstream/http/http.ts'
import { readJson, refusingUrl, rejection, serveHttp, serveSockets } from './loopback.ts'

const never = new AbortController().signal
const bounds = { deadlineMilliseconds: 10_000, maximumBytes: 100_000 }

test('a call arrives with its method, path, query, headers and JSON body', async () => {
  await using server = await serveHttp(async (request, response) => {
    const { method, url, headers } = request
    response.end(JSON.stringify({ method, url, headers, json: await readJson(request) }))
  })
  await using http = openHttp('zenovay', bounds)
  const url = new URL('/some/route?limit=4', server.url)
  const json = { text: 'é “quoted”', list: [1, null, { deep: true }] }
  const { status, body } = await http.call({ method: 'PATCH', url, headers: { 'x-api-key': 'key' }, json })
  expect(status).toBe(200)
  expect(JSON.parse(body)).toMatchObject({
    method: 'PATCH',
    url: '/some/route?limit=4',
    headers: { 'x-api-key': 'key', 'content-type': 'application/json', accept: 'application/json' },
    json,
  })
})

test('a call without a JSON body has neither a body nor a content type', async () => {
  await using server = await serveHttp(async (request, response) => {
    response.end(JSON.stringify({ headers: request.headers, body: await text(request) }))
  })
  await using http = openHttp('zenovay', bounds)
  const { headers, body } = JSON.parse((await http.call({ method: 'GET', url: server.url })).body)
  expect(headers).not.toHaveProperty('content-type')
  expect(body).toBe('')
})

test("a call's own headers win over the usual ones", async () => {
  await using server = await serveHttp((request, response) => response.end(request.headers.accept))
  await using http = openHttp('posthog', bounds)
  const answer = await http.call({ method: 'GET', url: server.url, headers: { accept: '*/*' } })
  expect(answer.body).toBe('*/*')
})

test.each([200, 202, 204, 400, 401, 404, 429, 500, 503])(
  'an answer is an answer whatever its status: %i',
  async status => {
    await using server = await serveHttp((_request, response) => {
      response.writeHead(status, { 'x-request-id': 'abc' }).end(status === 204 ? undefined : 'words')
    })
    await using http = openHttp('datadog', bounds)
    const answer = await http.call({ method: 'GET', url: server.url })
    expect(answer).toMatchObject({
      status,
      headers: { 'x-request-id': 'abc' },
      body: status === 204 ? '' : 'words',
    })
  },
)

test.each([301, 302, 303, 307, 308])('a redirect (%i) is answered and not followed', async status => {
  let followed = 0
  await using other = await serveHttp((_request, response) => {
    followed++
    response.end()
  })
  await using server = await serveHttp((_request, response) => {
    response.writeHead(status, { location: other.url.href }).end()
  })
  await using http = openHttp('zenovay', bounds)
  expect(await http.call({ method: 'GET', url: server.url })).toMatchObject({ status, body: '' })
  expect(followed).toBe(0)
})

test('no answer within the deadline is a timeout, and the connection ends', async () => {
  const { promise: gone, resolve } = Promise.withResolvers<void>()
  await using server = await serveHttp((_request, response) => void response.once('close', resolve))
  await using http = openHttp('zenovay', { ...bounds, deadlineMilliseconds: 50 })
  await expectFailure(http, server.url, 'UPSTREAM_TIMEOUT', true)
  await gone
})

test('the deadline holds until the last byte', async () => {
  await using server = await serveHttp((_request, response) => {
    response.writeHead(200).write('the first half')
  })
  await using http = openHttp('zenovay', { ...bounds, deadlineMilliseconds: 50 })
  await expectFailure(http, server.url, 'UPSTREAM_TIMEOUT', true)
})

test('a caller who goes away ends the call upstream', async () => {
  const scope = new AbortController()
  const { promise: gone, resolve } = Promise.withResolvers<void>()
  await using server = await serveHttp((_request, response) => {
    response.once('close', resolve)
    scope.abort(new Error('The browser was closed.'))
  })
  await using http = openHttp('zenovay', bounds)
  const error = await expectFailure(http, server.url, 'UPSTREAM_UNAVAILABLE', true, scope.signal)
  expect(error.message).toBe('The question to zenovay was cancelled.')
  await gone
})

test('a caller who goes away in the middle of the body ends the call too', async () => {
  const scope = new AbortController()
  await using server = await serveHttp((_request, response) => {
    response.writeHead(200)
    response.write('the first half', () => scope.abort())
  })
  await using http = openHttp('zenovay', bounds)
  const error = await expectFailure(http, server.url, 'UPSTREAM_UNAVAILABLE', true, scope.signal)
  expect(error.message).toBe('The question to zenovay was cancelled.')
})

test('a caller who goes away before there is a connection is told at once, and the call never arrives', async () => {
  const arrived: unknown[] = []
  const { promise: busy, resolve } = Promise.withResolvers<void>()
  await using server = await serveHttp((request, response) => {
    if (request.url !== '/hang') return void response.end(String(arrived.push(request.url)))
    if (arrived.push(response) === 64) resolve()
  })
  await using http = openHttp('zenovay', bounds)
  const url = new URL('/hang', server.url)
  const hanging = Array.from({ length: 64 }, () => http.call({ method: 'GET', url }))
  await busy
  const scope = new AbortController()
  const given = expectFailure(http, server.url, 'UPSTREAM_UNAVAILABLE', true, scope.signal)
  scope.abort()
  await given
  for (const response of arrived.splice(0)) if (response instanceof ServerResponse) response.end()
  await Promise.all(hanging)
  await http.call({ method: 'GET', url: new URL('/after', server.url) })
  expect(arrived).toEqual(['/after'])
})

test('a caller who was gone before makes no call', async () => {
  await using server = await serveHttp((_request, response) => response.end())
  await using http = openHttp('zenovay', bounds)
  await expectFailure(http, server.url, 'UPSTREAM_UNAVAILABLE', true, AbortSignal.abort())
  expect(server.sockets).toHaveLength(0)
})

test.each([
  ['with a length', { 'content-length': '1024' }],
  ['in chunks', { 'transfer-encoding': 'chunked' }],
])('a body of exactly the ceiling is read (%s)', async (_how, headers) => {
  await using server = await serveHttp((_request, response) => {
    response.writeHead(200, headers).end('x'.repeat(1024))
  })
  await using http = openHttp('zenovay', { ...bounds, maximumBytes: 1024 })
  expect((await http.call({ method: 'GET', url: server.url })).body).toHaveLength(1024)
})

test.each([
  ['with a length', { 'content-length': '1025' }],
  ['in chunks', { 'transfer-encoding': 'chunked' }],
])('a body of one byte more than the ceiling is an invalid answer (%s)', async (_how, headers) => {
  await using server = await serveHttp((_request, response) => {
    response.writeHead(200, headers).end('x'.repeat(1025))
  })
  await using http = openHttp('zenovay', { ...bounds, maximumBytes: 1024 })
  const error = await expectFailure(http, server.url, 'UPSTREAM_INVALID_RESPONSE', false)
  expect(error).toMatchObject({ message: 'zenovay answered more than 1024 bytes.', isOverBound: true })
})

test('what lies behind the ceiling is not read', async () => {
  const { promise: gone, resolve } = Promise.withResolvers<void>()
  await using server = await serveHttp((_request, response) => {
    response.once('close', resolve)
    const pour = () => {
      while (!response.destroyed && response.write('x'.repeat(4096)));
    }
    response.on('drain', pour)
    pour()
  })
  await using http = openHttp('zenovay', { ...bounds, maximumBytes: 1024 })
  await expectFailure(http, server.url, 'UPSTREAM_INVALID_RESPONSE', false)
  await gone
})

test('a refused connection is an upstream that could not be reached', async () => {
  await using http = openHttp('zenovay', bounds)
  const error = await expectFailure(http, refusingUrl, 'UPSTREAM_UNAVAILABLE', true)
  expect(error.message).toBe('zenovay could not be reached.')
})

test('a connection that is cut before the answer is an upstream that could not be reached', async () => {
  await using server = await serveHttp(request => request.socket.destroy())
  await using http = openHttp('zenovay', bounds)
  await expectFailure(http, server.url, 'UPSTREAM_UNAVAILABLE', true)
})

test.each([
  ['with a length', { 'content-length': '100' }],
  ['in chunks', { 'transfer-encoding': 'chunked' }],
])('an answer that is cut half-way never comes back short (%s)', async (_how, headers) => {
  await using server = await serveHttp((request, response) => {
    response.writeHead(200, headers)
    response.write('[1, 2, 3]', () => request.socket.destroy())
  })
  await using http = openHttp('zenovay', bounds)
  await expectFailure(http, server.url, 'UPSTREAM_UNAVAILABLE', true)
})

test('an answer that is not HTTP is an invalid answer', async () => {
  await using server = await serveSockets(socket => void socket.end('SSH-2.0-OpenSSH_9.9\r\n'))
  await using http = openHttp('zenovay', bounds)
  const error = await expectFailure(http, server.url, 'UPSTREAM_INVALID_RESPONSE', false)
  expect(error.message).toBe('zenovay answered something that is not HTTP.')
})

test.each([
  ['with a length', { 'content-length': '100' }],
  ['in chunks', { 'transfer-encoding': 'chunked' }],
  ['longer than the ceiling', { 'content-length': '20000000' }],
])('a body that is not wanted is not waited for (%s)', async (_how, headers) => {
  const { promise: gone, resolve } = Promise.withResolvers<void>()
  await using server = await serveHttp((_request, response) => {
    response.once('close', resolve)
    response.writeHead(200, { 'content-type': 'image/jpeg', ...headers }).flushHeaders()
  })
  // Whoever waits for the body waits longer than a test may take.
  await using http = openHttp('posthog', { deadlineMilliseconds: 600_000, maximumBytes: 1024 })
  const answer = await http.call({
    method: 'GET',
    url: server.url,
    skipBody: ({ status, headers }) => status === 200 && headers['content-type'] === 'image/jpeg',
  })
  expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'image/jpeg' }, body: '' })
  await gone
})

test('a body is read where it is wanted, by what the head says', async () => {
  await using server = await serveHttp((_request, response) => response.writeHead(202).end('rendering'))
  await using http = openHttp('posthog', bounds)
  const skipBody = ({ status }: { readonly status: number }) => status === 200
  const answer = await http.call({ method: 'GET', url: server.url, skipBody })
  expect(answer).toMatchObject({ status: 202, body: 'rendering' })
})

test('a call after a skipped body goes well', async () => {
  await using server = await serveHttp((request, response) => response.end(request.url))
  await using http = openHttp('posthog', bounds)
  for (let round = 0; round < 3; round++) {
    const skipped = new URL('/skipped', server.url)
    expect((await http.call({ method: 'GET', url: skipped, skipBody: () => true })).body).toBe('')
    expect((await http.call({ method: 'GET', url: new URL('/read', server.url) })).body).toBe('/read')
  }
})

test.each([
  ['with a length', (text: string) => ({ 'content-length': String(Buffer.byteLength(text)) })],
  ['in chunks', () => ({ 'transfer-encoding': 'chunked' })],
])('an answer tells once how many bytes its body took (%s)', async (_how, headersOf) => {
  for (const text of ['', 'words', 'é “quoted” 🦊', '\ufeff{}', 'x'.repeat(99_999)]) {
    await using server = await serveHttp((_request, response) => {
      response.writeHead(404, headersOf(text)).end(text)
    })
    await using http = openHttp('zenovay', bounds)
    const told: number[] = []
    const callContext = { signal: never, received: (bytes: number) => told.push(bytes) }
    await http.call({ method: 'GET', url: server.url, callContext })
    expect(told).toEqual([Buffer.byteLength(text)])
  }
})

test('a body that is not wanted counts nothing, whatever its length', async () => {
  await using server = await serveHttp((_request, response) => response.end('x'.repeat(50_000)))
  await using http = openHttp('posthog', bounds)
  const told: number[] = []
  const callContext = { signal: never, received: (bytes: number) => told.push(bytes) }
  await http.call({ method: 'GET', url: server.url, callContext, skipBody: () => true })
  expect(told).toEqual([0])
})

test('connections are used again', async () => {
  await using server = await serveHttp((_request, response) => response.end('words'))
  await using http = openHttp('zenovay', bounds)
  for (let round = 0; round < 10; round++) await http.call({ method: 'GET', url: server.url })
  expect(server.sockets.length).toBeLessThan(10)
})

test('disposing ends the connections, idle and busy ones', async () => {
  const { promise: hanging, resolve: arrived } = Promise.withResolvers<void>()
  await using server = await serveHttp((request, response) => {
    if (request.url === '/hang') return arrived()
    response.end('words')
  })
  const http = openHttp('zenovay', bounds)
  const busy = rejection(http.call({ method: 'GET', url: new URL('/hang', server.url) }))
  await hanging
  await http.call({ method: 'GET', url: server.url })
  expect(server.sockets).toHaveLength(2)
  const closed = server.sockets.map(socket => once(socket, 'close'))
  await http[Symbol.asyncDispose]()
  await Promise.all(closed)
  expect(await busy).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
  await expectFailure(http, server.url, 'UPSTREAM_UNAVAILABLE', true)
})

/** The error of a GET with a secret in its query and its headers, neither of which it may tell. */
async function expectFailure(
  http: HttpUpstream,
  url: URL,
  code: UpstreamErrorCode,
  retryable: boolean,
  signal?: AbortSignal,
): Promise<UpstreamError> {
  const secret = 'hush-hush'
  const headers = { authorization: `Bearer ${secret}` }
  const call = http.call({
    method: 'GET',
    url: new URL(`/path?token=${secret}`, url),
    headers,
    callContext: signal && { signal },
  })
  const error = await rejection(call)
  if (!(error instanceof UpstreamError)) throw error
  expect(error).toMatchObject({ provider: 'zenovay', code, retryable })
  const told = String(error) + JSON.stringify(error.extensions)
  for (const hidden of [secret, url.host, '/path']) expect(told).not.toContain(hidden)
  return error
}

import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { UpstreamError } from '../../../src/upstream/error.ts'
import { type HttpCall, openHttp } from '../../../src/upstream/http/http.ts'
import { noResponse } from '../../../src/upstream/http/no-response.ts'
import { openImageDownloader } from '../../../src/upstream/images/image-download.ts'
import { refusingUrl, rejection, serveHttp, serveSockets } from './loopback.ts'

const never = new AbortController().signal
const bounds = { deadlineMilliseconds: 10_000, maximumBytes: 100_000, idleMilliseconds: 0 }

describe('a connection that ends when it is used again after a while', () => {
  test.each<[string, Partial<HttpCall>, boolean]>([
    ['a read', { method: 'GET' }, true],
    ['a read by POST', { method: 'POST', json: {}, isRead: true }, true],
    ['a creation', { method: 'POST', json: {}, isCreation: true }, false],
    ['another change', { method: 'PATCH', json: {} }, false],
    ['a deletion', { method: 'DELETE' }, false],
  ])('%s is sent again where that does no harm, on a new one', async (_, call, isSentAgain) => {
    const arrived: Socket[] = []
    await using server = await serveHttp(async (request, response) => {
      const isUsed = arrived.includes(request.socket)
      arrived.push(request.socket)
      for await (const _chunk of request);
      if (isUsed) request.socket.destroy()
      else response.end('words')
    })
    await using http = openHttp('zenovay', bounds)
    let repeated = 0
    const callContext = { signal: never, repeated: () => repeated++ }
    const asked = { method: 'GET', url: server.url, callContext, ...call } as const
    // All that are kept were used before, so that another kept one would end as well.
    await Promise.all([http.call(asked), http.call(asked), http.call(asked)])
    await idle()
    expect(repeated).toBe(0)
    arrived.splice(0, arrived.length, ...new Set(arrived))
    const before = arrived.length
    if (isSentAgain) {
      expect((await http.call(asked)).body).toBe('words')
      expect([repeated, arrived.length - before]).toEqual([1, 2])
      expect(arrived.at(-1)).not.toBe(arrived.at(-2))
    } else {
      const error = await rejection(http.call(asked))
      expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryable: call.isCreation !== true })
      expect([repeated, arrived.length - before]).toEqual([0, 1])
    }
  })

  test('an image is asked for again too', async () => {
    const seen = new Set<Socket>()
    let calls = 0
    await using server = await serveHttp((request, response) => {
      calls++
      if (seen.has(request.socket)) return void request.socket.destroy()
      seen.add(request.socket)
      response.writeHead(404).end('none')
    })
    await using images = openImageDownloader('posthog', bounds)
    const ask = () => images.get({ url: server.url, callContext: { signal: never } })
    for (let round = 0; round < 2; round++) {
      expect(await ask()).toMatchObject({ status: 404, body: 'none' })
      await idle()
    }
    expect(calls).toBe(3)
  })

  test('once: what ends a second time is a failure', async () => {
    let calls = 0
    await using server = await serveHttp((request, response) => {
      if (++calls === 1) response.end()
      else request.socket.destroy()
    })
    await using http = openHttp('zenovay', bounds)
    await http.call({ method: 'GET', url: server.url })
    await idle()
    const error = await rejection(http.call({ method: 'GET', url: server.url }))
    expect(error).toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      retryable: true,
      message: 'zenovay closed the connection before it answered.',
    })
    expect(calls).toBe(3)
  })

  test.each(['HTTP/1.1 200 OK\r\n', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nwo'])(
    'nothing is sent again where an answer had begun: %j',
    async begun => {
      let calls = 0
      await using server = await serveSockets(socket => {
        let isUsed = false
        socket.on('data', () => {
          calls++
          if (isUsed) socket.end(begun)
          else socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}')
          isUsed = true
        })
      })
      await using http = openHttp('zenovay', bounds)
      await http.call({ method: 'GET', url: server.url })
      await idle()
      await idle()
      const error = await rejection(http.call({ method: 'GET', url: server.url }))
      expect(error).toMatchObject({
        code: 'UPSTREAM_UNAVAILABLE',
        message: 'zenovay closed the connection in the middle of its answer.',
      })
      expect(calls).toBe(2)
    },
  )

  test('while it is in use, its end is a failure like any other: nothing is sent again', async () => {
    let calls = 0
    await using server = await serveHttp((request, response) => {
      if (++calls % 3 === 0) request.socket.destroy()
      else response.end()
    })
    await using http = openHttp('zenovay', { ...bounds, idleMilliseconds: 60_000 })
    const asked = { method: 'GET', url: server.url } as const
    for (const isCut of [false, false, true, false, false, true]) {
      const call = http.call(asked)
      if (isCut)
        expect(await rejection(call)).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryable: true })
      else expect(await call).toMatchObject({ status: 200 })
      await idle()
    }
    expect(calls).toBe(6)
  })

  test('nothing is sent again on a connection that was new', async () => {
    let calls = 0
    await using server = await serveHttp((request: IncomingMessage) => {
      calls++
      request.socket.destroy()
    })
    await using http = openHttp('zenovay', bounds)
    await rejection(http.call({ method: 'GET', url: server.url }))
    expect(calls).toBe(1)
  })

  test('nothing is sent again for a caller who left, or when the time is over', async () => {
    let calls = 0
    const scope = new AbortController()
    await using server = await serveHttp((_request, response) => {
      if (++calls === 1) response.end()
      else scope.abort()
    })
    await using http = openHttp('zenovay', bounds)
    const callContext = { signal: scope.signal }
    await http.call({ method: 'GET', url: server.url, callContext })
    await idle()
    await rejection(http.call({ method: 'GET', url: server.url, callContext }))
    expect(calls).toBe(2)
  })
})

describe('a creation', () => {
  const creation = { method: 'POST', json: {}, isCreation: true } as const

  test('that left and had no answer is not retryable, and says that it may be done', async () => {
    await using server = await serveHttp(request => {
      if (request.url === '/cut') request.socket.destroy()
    })
    await using http = openHttp('datadog', { ...bounds, deadlineMilliseconds: 300 })
    for (const path of ['/cut', '/hang']) {
      const error = await rejection(http.call({ ...creation, url: new URL(path, server.url) }))
      expect(error).toMatchObject({ retryable: false })
      expect(String(error)).toContain('What was to be created may be there all the same')
    }
  })

  test('that never left may be sent again', async () => {
    await using http = openHttp('datadog', bounds)
    const gone = { signal: AbortSignal.abort() }
    for (const call of [
      { ...creation, url: refusingUrl },
      { ...creation, url: refusingUrl, callContext: gone },
    ]) {
      const error = await rejection(http.call(call))
      expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryable: true })
      expect(String(error)).not.toContain('created')
    }
  })
})

test('only HTTP/1.1 is offered, as each call has a connection and is sent by nobody else', async () => {
  const { promise: hello, resolve } = Promise.withResolvers<string | Buffer>()
  await using server = await serveSockets(socket => {
    socket.once('data', data => {
      resolve(data)
      socket.destroy()
    })
  })
  await using http = openHttp('zenovay', bounds)
  await rejection(http.call({ method: 'GET', url: new URL(server.url.href.replace('http:', 'https:')) }))
  // The extension by which protocols are offered: its length, the list's, and one name after its own.
  expect((await hello).includes('\0\x0b\0\x09\x08http/1.1')).toBe(true)
})

test('headers of 60 kB are read, and larger ones are an invalid answer', async () => {
  await using server = await serveHttp((request, response) => {
    response.writeHead(200, { 'x-long': 'x'.repeat(Number(request.url?.slice(1))) }).end('words')
  })
  await using http = openHttp('zenovay', bounds)
  const ask = (size: number) => http.call({ method: 'GET', url: new URL(`/${size}`, server.url) })
  expect((await ask(20_000)).body).toBe('words')
  expect((await ask(60_000)).body).toBe('words')
  expect(await rejection(ask(70_000))).toMatchObject({
    code: 'UPSTREAM_INVALID_RESPONSE',
    retryable: false,
    message: 'zenovay answered with headers of more than 65536 bytes.',
    isOverBound: true,
  })
})

describe('what prevents an answer has its own sentence', () => {
  test.each<[string, string, string, boolean]>([
    [
      'bad length',
      'HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n',
      'answered something that is not HTTP',
      false,
    ],
    [
      'bad status',
      'HTTP/1.1 099 Odd\r\ncontent-length: 0\r\n\r\n',
      'answered something that is not HTTP',
      false,
    ],
    [
      'upgrade',
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
      'answered something that does not belong to the question',
      false,
    ],
    [
      'too early an end',
      'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nwords',
      'closed the connection in the middle of its answer',
      true,
    ],
    ['nothing', '', 'closed the connection before it answered', true],
  ])('%s', async (_, sent, sentence, retryable) => {
    await using server = await serveSockets(socket => void socket.once('data', () => socket.end(sent)))
    await using http = openHttp('zenovay', bounds)
    const error = await rejection(http.call({ method: 'GET', url: server.url }))
    expect(error).toMatchObject({ retryable, message: `zenovay ${sentence}.` })
  })

  test('a host without TLS, an unknown one, and headers that cannot be sent', async () => {
    await using server = await serveHttp((_request, response) => response.end())
    await using http = openHttp('zenovay', bounds)
    const url = server.url.href.replace('http:', 'https:')
    for (const [call, retryable, sentence] of [
      [{ url: new URL(url) }, false, 'could not be reached: it does not speak TLS as it should'],
      [{ url: new URL('http://no-such-host.invalid/') }, true, 'could not be reached'],
      [
        { url: server.url, headers: { authorization: 'a\nb' } },
        false,
        'cannot be asked this: it fits into no request',
      ],
    ] as const) {
      const error = await rejection(http.call({ method: 'GET', ...call }))
      expect(error).toBeInstanceOf(UpstreamError)
      expect(error).toMatchObject({
        code: 'UPSTREAM_UNAVAILABLE',
        retryable,
        message: `zenovay ${sentence}.`,
      })
    }
  })

  test.each([
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'could not be reached: its certificate is not valid', false],
    ['CERT_HAS_EXPIRED', 'could not be reached: its certificate is not valid', false],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'could not be reached: its certificate is not valid', false],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'could not be reached: its certificate is not valid', false],
    ['EAI_AGAIN', 'could not be reached', true],
    ['EHOSTUNREACH', 'could not be reached', true],
    ['ECONNRESET', 'closed the connection before it answered', true],
    ['EPIPE', 'closed the connection before it answered', true],
  ])('the code %s of the platform', (code, sentence, retryable) => {
    const cause = Object.assign(new Error('at host.internal'), { code })
    const error = noResponse('zenovay', cause, { maximumBytes: 1, hasBegun: false })
    expect(error).toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      message: `zenovay ${sentence}.`,
      retryable,
      cause,
    })
  })
})

/** Until the connection of a call that was answered is free for another. */
async function idle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await setImmediate()
}

import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import { openConnection } from '../../../src/providers/aura-vision/connection.ts'
import type { CallOutcome } from '../../../src/upstream/observer.ts'
import { failureOf } from '../../support/wiring.ts'

const never = { signal: new AbortController().signal }
const passed = new DOMException('passed', 'TimeoutError')

import { leave, lossOf, serve } from './socket-server.ts'

describe('answers', () => {
  test('go to the request of their id, in whichever order they come', async () => {
    await using upstream = await serve()
    const { connection, peer } = await upstream.connect()
    const answers = ['a', 'b', 'c'].map(id => connection.ask(id, `ask ${id}`, never))
    expect(await peer.messages(3)).toEqual(['ask a', 'ask b', 'ask c'])
    for (const frame of ['c|0|1|[3', 'a|0|0|[1]', 'c|1|1|]', 'b|0|0|[2]']) peer.socket.send(frame)
    expect(await Promise.all(answers)).toEqual(['[1]', '[2]', '[3]'])
  })

  test('that nobody waits for any more are ignored', async () => {
    await using upstream = await serve()
    const { connection, peer } = await upstream.connect()
    const caller = new AbortController()
    const gone = failureOf(connection.ask('gone', 'ask', { signal: caller.signal }))
    const staying = connection.ask('staying', 'ask', never)
    caller.abort()
    expect(await gone).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', provider: 'aura-vision' })
    for (const frame of ['gone|0|0|["late"]', 'unknown|0|0|[]', 'gone|0|0|["again"]', 'staying|0|0|[]'])
      peer.socket.send(frame)
    expect(await staying).toBe('[]')
    expect(connection.isOpen).toBe(true)
  })

  test('tell the bytes of their own frames, once they are whole', async () => {
    await using upstream = await serve()
    const { connection, peer } = await upstream.connect()
    const told = new Map<string, number[]>()
    const [a, b] = ['a', 'b'].map(id => {
      const bytes: number[] = []
      told.set(id, bytes)
      return connection.ask(id, 'ask', { ...never, received: count => bytes.push(count) })
    })
    const frames = ['a|0|1|["é', 'b|0|0|[2]', 'a|0|1|["é', 'nobody|0|0|[]', 'a|1|1|🦊"]']
    for (const frame of frames.slice(0, 4)) peer.socket.send(frame)
    expect(await b).toBe('[2]')
    await peer.roundTrip()
    expect(told).toEqual(
      new Map([
        ['a', []],
        ['b', [9]],
      ]),
    )
    peer.socket.send(frames[4] ?? '')
    expect(await a).toBe('["é🦊"]')
    expect(told.get('a')).toEqual([10 + 10 + 12])
  })

  test('that are too large in sum fail their own request alone', async () => {
    await using upstream = await serve()
    const { connection, peer } = await upstream.connect({ maximumBytes: 100 })
    const large = failureOf(connection.ask('large', 'ask', never))
    const small = connection.ask('small', 'ask', never)
    for (const part of [0, 1, 2]) peer.socket.send(`large|${part}|9|${'x'.repeat(50)}`)
    expect(await large).toMatchObject({
      code: 'UPSTREAM_INVALID_RESPONSE',
      message: 'aura-vision answered more than 100 bytes.',
      isOverBound: true,
    })
    peer.socket.send('small|0|0|[]')
    expect(await small).toBe('[]')
  })

  test('that are too large in one message fail their own request alone, and the connection stays', async () => {
    await using upstream = await serve()
    const { connection, peer } = await upstream.connect({ maximumBytes: 100 })
    const large = failureOf(connection.ask('large', 'ask', never))
    const small = connection.ask('small', 'ask', never)
    peer.socket.send(`large|0|0|${'x'.repeat(101)}`)
    expect(await large).toMatchObject({ message: 'aura-vision answered more than 100 bytes.' })
    peer.socket.send('small|0|0|[]')
    expect(await small).toBe('[]')
    expect(connection.isOpen).toBe(true)
  })

  test('that are beyond all measure end the connection: whoever is alone brought it about', async () => {
    await using upstream = await serve()
    const { connection, peer } = await upstream.connect({ maximumBytes: 100 })
    const failure = failureOf(connection.ask('a', 'ask', never))
    peer.socket.send(`a|0|0|${'x'.repeat(100_000)}`)
    expect(await failure).toMatchObject({ code: 'UPSTREAM_INVALID_RESPONSE', cause: expect.any(RangeError) })
    expect(connection.isOpen).toBe(false)
    const { connection: other, peer: otherPeer } = await upstream.connect({ maximumBytes: 100 })
    const losses = ['b', 'c'].map(id => other.ask(id, 'ask', never).catch(error => error))
    otherPeer.socket.send(`b|0|0|${'x'.repeat(100_000)}`)
    for (const loss of await Promise.all(losses))
      expect(loss).toMatchObject({ name: 'ConnectionLost', isShared: true })
  })

  test.each([
    ['in parts that hold nothing', (part: number) => `a|${part}|99999|`],
    ['in one part over and over', () => `a|0|9|${'x'.repeat(90)}`],
  ])('that never end, %s, are given up', async (_, frame) => {
    await using upstream = await serve()
    const { connection, peer } = await upstream.connect({ maximumBytes: 100 })
    const failure = failureOf(connection.ask('a', 'ask', never))
    for (let part = 0; part < 11_000; part++) peer.socket.send(frame(part))
    expect(await failure).toMatchObject({ code: 'UPSTREAM_INVALID_RESPONSE' })
    expect(connection.isOpen).toBe(true)
  })

  test('that are no text fail their own request alone, and those in binary messages are read', async () => {
    await using upstream = await serve()
    const { connection, peer } = await upstream.connect()
    const broken = failureOf(connection.ask('broken', 'ask', never))
    const binary = connection.ask('binary', 'ask', never)
    peer.socket.send(Buffer.from('broken|0|0|["\xff"]', 'latin1'), { binary: false })
    peer.socket.send(Buffer.from('binary|0|0|["é"]'), { binary: true })
    expect(await broken).toMatchObject({
      code: 'UPSTREAM_INVALID_RESPONSE',
      message: 'aura-vision sent a message that is not UTF-8.',
    })
    expect(await binary).toBe('["é"]')
  })
})

describe('a connection', () => {
  test.each([
    ['closes', (socket: WebSocket) => socket.close(1001)],
    ['is cut', (socket: WebSocket) => socket.terminate()],
  ])('that %s loses what is in flight, and takes no more', async (_, end) => {
    await using upstream = await serve()
    const { connection, peer } = await upstream.connect()
    const losses = ['a', 'b'].map(id => lossOf(connection.ask(id, 'ask', never)))
    await peer.messages(2)
    end(peer.socket)
    for (const reason of await Promise.all(losses))
      expect(reason).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryable: true })
    expect(connection.isOpen).toBe(false)
    expect(await lossOf(connection.ask('c', 'ask', never))).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
  })

  test('that ends in the middle of an answer loses it whole', async () => {
    await using upstream = await serve()
    const { connection, peer } = await upstream.connect()
    const loss = lossOf(connection.ask('a', 'ask', never))
    peer.socket.send('a|0|1|[')
    peer.socket.close(1001)
    expect(await loss).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryable: true })
  })

  test.each([
    [1003, { code: 'UPSTREAM_REJECTED', retryable: false }],
    [1007, { code: 'UPSTREAM_REJECTED', retryable: false }],
    [1008, { name: 'ConnectionLost', isShared: false }],
    [1009, { code: 'UPSTREAM_REJECTED', retryable: false }],
    [1011, { name: 'ConnectionLost', isShared: false }],
  ])('that is closed with %i lets each of several be asked by itself', async (code, whenAlone) => {
    await using upstream = await serve()
    const lossesOf = async (...ids: readonly string[]) => {
      const { connection, peer } = await upstream.connect()
      const losses = ids.map(id => connection.ask(id, 'ask', never).catch(error => error))
      await peer.messages(ids.length)
      peer.socket.close(code)
      return Promise.all(losses)
    }
    expect(await lossesOf('a')).toMatchObject([whenAlone])
    const shared = { name: 'ConnectionLost', isShared: true }
    expect(await lossesOf('b', 'c')).toMatchObject([shared, shared])
  })

  test('that is retired answers what is in flight, then closes', async () => {
    await using upstream = await serve()
    const { connection, peer } = await upstream.connect()
    const answer = connection.ask('a', 'ask', never)
    await peer.messages(1)
    connection.retire()
    expect(connection.isOpen).toBe(false)
    expect(peer.socket.readyState).toBe(peer.socket.OPEN)
    peer.socket.send('a|0|0|[]')
    expect(await answer).toBe('[]')
    await peer.closed
  })

  test('that is retired while nothing is in flight closes at once', async () => {
    await using upstream = await serve()
    const { connection, peer } = await upstream.connect()
    connection.retire()
    await peer.closed
  })

  test('that is retired closes when an un-framed error ended what was in flight', async () => {
    await using upstream = await serve()
    const { connection, peer } = await upstream.connect()
    const failure = failureOf(connection.ask('a', 'ask', never))
    connection.retire()
    peer.socket.send('{"message":"Internal server error"}')
    expect(await failure).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
    await peer.closed
  })

  test('on which nothing came until a deadline takes no more, and closes behind what is in flight', async () => {
    await using upstream = await serve()
    const { connection, peer } = await upstream.connect()
    const earlier = connection.ask('earlier', 'ask', never)
    await leave(connection, 'late', passed)
    expect(connection.isOpen).toBe(false)
    peer.socket.send('earlier|0|0|[]')
    expect(await earlier).toBe('[]')
    await peer.closed
  })

  test('on which anything came before a deadline stays in use', async () => {
    await using upstream = await serve()
    const { connection, peer } = await upstream.connect()
    for (const arrive of [
      () => peer.roundTrip(),
      async () => {
        const answer = connection.ask('other', 'ask', never)
        peer.socket.send('other|0|0|[]')
        await answer
      },
    ]) {
      const caller = new AbortController()
      const late = failureOf(connection.ask('late', 'ask', { signal: caller.signal }))
      await arrive()
      caller.abort(passed)
      expect(await late).toMatchObject({ code: 'UPSTREAM_TIMEOUT' })
      expect(connection.isOpen).toBe(true)
    }
  })

  test('that is quiet while a question waits is pinged, and left when no word comes back', async () => {
    await using upstream = await serve()
    const { connection, peer } = await upstream.connect({ quietMilliseconds: 50 })
    const pinged = once(peer.socket, 'ping')
    peer.socket.pong = () => undefined
    const lost = lossOf(connection.ask('a', 'ask', never))
    await pinged
    expect(await lost).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryable: true })
    expect(connection.isOpen).toBe(false)
  })

  test('whose other end answers pings is waited for', async () => {
    await using upstream = await serve()
    const { connection, peer } = await upstream.connect({ quietMilliseconds: 100 })
    const answer = connection.ask('a', 'ask', never)
    for (const _ of [1, 2, 3]) await once(peer.socket, 'ping')
    peer.socket.send('a|0|0|[]')
    expect(await answer).toBe('[]')
  })

  test('stays in use when a caller went away', async () => {
    await using upstream = await serve()
    const { connection } = await upstream.connect()
    await leave(connection, 'gone', new Error('gone'))
    expect(connection.isOpen).toBe(true)
  })

  test('sends nothing for a caller who is gone already', async () => {
    await using upstream = await serve()
    const { connection, peer } = await upstream.connect()
    const reason = new Error('gone')
    expect(await failureOf(connection.ask('a', 'gone', { signal: AbortSignal.abort(reason) }))).toMatchObject(
      {
        cause: reason,
      },
    )
    void connection.ask('b', 'here', never).catch(() => undefined)
    expect(await peer.messages(1)).toEqual(['here'])
  })

  test('ends with its signal, retired or not', async () => {
    await using upstream = await serve()
    for (const retired of [false, true]) {
      const closing = new AbortController()
      const { connection, peer } = await upstream.connect({ closing: closing.signal })
      const lost = lossOf(connection.ask('a', 'ask', never))
      if (retired) connection.retire()
      closing.abort()
      expect(await lost).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
      await peer.closed
    }
  })

  test('is not opened once its signal has ended', async () => {
    await using upstream = await serve()
    const closing = AbortSignal.abort(new Error('closed'))
    expect(await failureOf(openConnection({ ...upstream.options, closing }))).toMatchObject({
      cause: new Error('closed'),
    })
    await upstream.connect()
    expect(upstream.upgrades).toBe(1)
  })

  test('to a URL that no socket can be opened at is an error', async () => {
    await using upstream = await serve()
    const url = new URL('#fragment', upstream.options.url)
    expect(await failureOf(openConnection({ ...upstream.options, url }))).toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      retryable: false,
      cause: expect.any(SyntaxError),
    })
  })

  test.each([
    [401, 'UPSTREAM_UNAUTHENTICATED'],
    [200, 'UPSTREAM_UNAVAILABLE'],
  ])('that is answered %i in place of an upgrade is an error', async (status, code) => {
    await using upstream = await serve({ refusal: status })
    const error = await failureOf(openConnection(upstream.options))
    expect(error).toMatchObject({ code, provider: 'aura-vision', upstreamStatus: status })
  })

  test('that has no way tells why, as other calls do', async () => {
    await using upstream = await serve()
    const { port } = upstream.options.url
    for (const [address, message, retryable] of [
      [`wss://127.0.0.1:${port}`, 'could not be reached: it does not speak TLS as it should', false],
      ['ws://no-such-host.invalid', 'could not be reached', true],
    ] as const) {
      const error = await failureOf(openConnection({ ...upstream.options, url: new URL(address) }))
      expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryable })
      expect(error.message).toBe(`aura-vision ${message}.`)
    }
  })

  test.each([
    [403, { status: 403, bytes: 0 }],
    [503, { status: 503, bytes: 0 }],
    [200, { failure: 'UPSTREAM_UNAVAILABLE' }],
  ])('that is answered %i ends as a call with that status does', async (refusal, outcome) => {
    await using upstream = await serve({ refusal })
    const outcomes: CallOutcome[] = []
    const end = (ended: CallOutcome) => void outcomes.push(ended)
    const observer = { begin: () => ({ traceparent: undefined, end }) }
    await failureOf(openConnection({ ...upstream.options, observer }))
    expect(outcomes).toEqual([outcome])
  })
})

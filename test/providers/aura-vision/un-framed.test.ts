import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { failureOf } from '../../support/wiring.ts'
import { leave, lossOf, serve } from './socket-server.ts'

const never = { signal: new AbortController().signal }
const passed = new DOMException('passed', 'TimeoutError')
const internal = '{"message":"Internal server error"}'

describe('a message without a frame', () => {
  test('fails the only request in flight', async () => {
    await using upstream = await serve()
    const { connection, peer } = await upstream.connect()
    const failure = failureOf(connection.ask('a', 'ask', never))
    peer.socket.send(internal)
    expect(await failure).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryable: true })
    const next = connection.ask('b', 'ask', never)
    peer.socket.send('b|0|0|[]')
    expect(await next).toBe('[]')
  })

  test('fails the one of several that is left when the others have their answers', async () => {
    await using upstream = await serve()
    const { connection, peer } = await upstream.connect()
    const first = connection.ask('a', 'ask', never)
    const failure = failureOf(connection.ask('b', 'ask', never))
    const third = connection.ask('c', 'ask', never)
    for (const message of ['a|0|1|[', internal, 'c|0|0|[3]', 'a|1|1|1]']) peer.socket.send(message)
    expect(await first).toBe('[1]')
    expect(await third).toBe('[3]')
    expect(await failure).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
  })

  test('spares a request that was sent after it', async () => {
    await using upstream = await serve()
    const { connection, peer } = await upstream.connect()
    const answer = connection.ask('a', 'ask', never)
    const failure = failureOf(connection.ask('b', 'ask', never))
    peer.socket.send(internal)
    await peer.roundTrip()
    const later = connection.ask('later', 'ask', never)
    peer.socket.send('a|0|0|[1]')
    expect(await answer).toBe('[1]')
    expect(await failure).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
    peer.socket.send('later|0|0|[]')
    expect(await later).toBe('[]')
  })

  test('is ignored while nothing is in flight', async () => {
    await using upstream = await serve()
    const { connection, peer } = await upstream.connect()
    const caller = new AbortController()
    const gone = failureOf(connection.ask('gone', 'ask', { signal: caller.signal }))
    caller.abort()
    await gone
    peer.socket.send(internal)
    await peer.roundTrip()
    const answer = connection.ask('a', 'ask', never)
    peer.socket.send('a|0|0|[]')
    expect(await answer).toBe('[]')
  })

  test('comes once for each request that failed', async () => {
    await using upstream = await serve()
    const { connection, peer } = await upstream.connect()
    const answer = connection.ask('a', 'ask', never)
    const failures = ['b', 'c'].map(id => failureOf(connection.ask(id, 'ask', never)))
    for (const message of [internal, '{"message":"Forbidden"}', 'a|0|0|[]']) peer.socket.send(message)
    expect(await answer).toBe('[]')
    expect(await Promise.all(failures)).toHaveLength(2)
  })

  test('is not blamed on a live request while it may be about one that was left', async () => {
    await using upstream = await serve()
    const { connection, peer } = await upstream.connect()
    await leave(connection, 'gone')
    const answer = connection.ask('a', 'ask', never)
    peer.socket.send(internal)
    peer.socket.send('a|0|0|[]')
    expect(await answer).toBe('[]')
    const failure = failureOf(connection.ask('b', 'ask', never))
    peer.socket.send(internal)
    expect(await failure).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
  })

  test.each([
    ['after', [internal, 'gone|0|0|[]']],
    ['before', ['gone|0|0|[]', internal]],
  ])("is a live request's when the one that was left was answered %s it", async (_, messages) => {
    await using upstream = await serve()
    const { connection, peer } = await upstream.connect()
    await leave(connection, 'gone')
    const failure = failureOf(connection.ask('a', 'ask', never))
    for (const message of messages) peer.socket.send(message)
    expect(await failure).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
  })

  test("about one of two is nobody else's when one of them left after it came", async () => {
    await using upstream = await serve()
    const { connection, peer } = await upstream.connect()
    const caller = new AbortController()
    const gone = failureOf(connection.ask('gone', 'ask', { signal: caller.signal }))
    const answer = connection.ask('a', 'ask', never)
    peer.socket.send(internal)
    await peer.roundTrip()
    caller.abort()
    await gone
    peer.socket.send('a|0|0|[]')
    expect(await answer).toBe('[]')
  })

  test('is about the only request, though an earlier one had no answer in its time', async () => {
    await using upstream = await serve()
    const { connection, peer } = await upstream.connect()
    const late = new AbortController()
    const silent = failureOf(connection.ask('silent', 'ask', { signal: late.signal }))
    await peer.roundTrip()
    late.abort(passed)
    await silent
    const failure = failureOf(connection.ask('a', 'ask', never))
    peer.socket.send(internal)
    expect(await failure).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
  })

  test('that something took too long is about the one that had no answer in its time', async () => {
    await using upstream = await serve()
    const { connection, peer } = await upstream.connect()
    const late = new AbortController()
    const silent = failureOf(connection.ask('silent', 'ask', { signal: late.signal }))
    await peer.roundTrip()
    late.abort(passed)
    await silent
    const answer = connection.ask('a', 'ask', never)
    peer.socket.send('{"message":"Endpoint request timed out"}')
    peer.socket.send('a|0|0|[]')
    expect(await answer).toBe('[]')
    const failure = failureOf(connection.ask('b', 'ask', never))
    peer.socket.send('{"message":"Endpoint request timed out"}')
    expect(await failure).toMatchObject({ code: 'UPSTREAM_TIMEOUT' })
  })

  test('about one of several is told to each that is left after a moment, to be asked by itself', async () => {
    await using upstream = await serve()
    const { connection, peer } = await upstream.connect({ graceMilliseconds: 50 })
    const answer = connection.ask('a', 'ask', never)
    const losses = ['b', 'c'].map(id => connection.ask(id, 'ask', never).catch(error => error))
    peer.socket.send(internal)
    peer.socket.send('a|0|0|[1]')
    expect(await answer).toBe('[1]')
    for (const loss of await Promise.all(losses))
      expect(loss).toMatchObject({ isShared: true, reason: { code: 'UPSTREAM_UNAVAILABLE' } })
    expect(connection.isOpen).toBe(true)
  })

  test.each(['{"type":"ping"}', 'hello', ''])(
    'without words of an error harms nobody: %s',
    async greeting => {
      await using upstream = await serve()
      const strays: unknown[] = []
      const { connection, peer } = await upstream.connect({
        graceMilliseconds: 1,
        onStray: error => strays.push(error),
      })
      const alone = connection.ask('alone', 'ask', never)
      for (const message of [greeting, 'alone|0|0|[]']) peer.socket.send(message)
      expect(await alone).toBe('[]')
      const answers = ['a', 'b'].map(id => connection.ask(id, 'ask', never))
      for (const message of [greeting, greeting]) peer.socket.send(message)
      await peer.roundTrip()
      await setTimeout(20)
      for (const message of ['b|0|0|[2]', 'a|0|0|[1]']) peer.socket.send(message)
      expect(await Promise.all(answers)).toEqual(['[1]', '[2]'])
      expect(strays).toEqual([])
    },
  )

  test('without words of an error is what is told of a request that has no answer in its time', async () => {
    await using upstream = await serve()
    const { connection, peer } = await upstream.connect()
    const late = new AbortController()
    const failure = failureOf(connection.ask('a', 'ask', { signal: late.signal }))
    peer.socket.send('{"error":"of another shape"}')
    await peer.roundTrip()
    late.abort(passed)
    expect(await failure).toMatchObject({ code: 'UPSTREAM_INVALID_RESPONSE' })
  })

  test('about the token ends the connection', async () => {
    await using upstream = await serve()
    const { connection, peer } = await upstream.connect()
    const losses = ['a', 'b'].map(id => lossOf(connection.ask(id, 'ask', never)))
    peer.socket.send('{"message":"Unauthorized"}')
    for (const reason of await Promise.all(losses))
      expect(reason).toMatchObject({ code: 'UPSTREAM_UNAUTHENTICATED' })
    expect(connection.isOpen).toBe(false)
  })
})

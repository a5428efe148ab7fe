import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { UpstreamError } from '../../../src/upstream/error.ts'
import { openHttp } from '../../../src/upstream/http/http.ts'
import { openTokenSource } from '../../../src/upstream/http/oauth-token.ts'
import { refusingUrl, rejection } from './loopback.ts'
import { bounds, credentials, serveTokens } from './token-server.ts'

const start = Date.parse('2026-02-07T12:00:00Z')
const waiting = { signal: new AbortController().signal }

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: start })
})

afterEach(() => {
  vi.useRealTimers()
})

test('a token is asked for by the client-credentials grant', async () => {
  await using tokens = await serveTokens()
  expect((await tokens.source.current(waiting)).text).toBe('token 1')
  expect(tokens.asked).toEqual([
    {
      method: 'POST',
      url: '/oauth/token',
      json: {
        client_id: 'client',
        client_secret: 'hush-hush',
        audience: 'https://gql.example.com',
        grant_type: 'client_credentials',
      },
    },
  ])
})

test('nothing is fetched before somebody asks', async () => {
  await using tokens = await serveTokens()
  expect(tokens.sockets).toHaveLength(0)
})

test('many concurrent callers cost one fetch', async () => {
  await using tokens = await serveTokens()
  const all = await Promise.all(Array.from({ length: 50 }, () => tokens.source.current(waiting)))
  expect(new Set(all.map(token => token.text))).toEqual(new Set(['token 1']))
  expect(tokens.asked).toHaveLength(1)
})

test('a token is used until three quarters of its life are over', async () => {
  await using tokens = await serveTokens({ expiresIn: 1000 })
  await tokens.source.current(waiting)
  vi.setSystemTime(start + 749_999)
  expect((await tokens.source.current(waiting)).text).toBe('token 1')
  vi.setSystemTime(start + 750_000)
  expect((await tokens.source.current(waiting)).text).toBe('token 2')
  vi.setSystemTime(start + 1_499_999)
  expect((await tokens.source.current(waiting)).text).toBe('token 2')
  expect(tokens.asked).toHaveLength(2)
})

test('callers who find a token near its end cost one fetch together', async () => {
  await using tokens = await serveTokens({ expiresIn: 1000 })
  await tokens.source.current(waiting)
  vi.setSystemTime(start + 800_000)
  await Promise.all(Array.from({ length: 20 }, () => tokens.source.current(waiting)))
  expect(tokens.asked).toHaveLength(2)
})

test('whatever its life, a token is renewed at three quarters of it', async () => {
  const life: { seconds: unknown } = { seconds: 1 }
  await using tokens = await serveTokens({ life })
  const property = fc.asyncProperty(
    fc.integer({ min: 1, max: 10_000_000 }),
    fc.boolean(),
    async (n, asText) => {
      life.seconds = asText ? String(n) : n
      const { renewAt, expiresAt } = await tokens.reopen().current(waiting)
      expect([renewAt, expiresAt]).toEqual([start + n * 750, start + n * 1000])
    },
  )
  await fc.assert(property, { numRuns: 50 })
})

test.each([[undefined], [null], [0], [-5], ['soon'], [''], [true], [[60]], ['-1'], ['Infinity']])(
  'a life that says nothing (%j) counts as an hour',
  async seconds => {
    await using tokens = await serveTokens({ life: { seconds } })
    expect((await tokens.source.current(waiting)).renewAt).toBe(start + 2_700_000)
  },
)

test('a life of less than a second is one, and a longer one than a year is a year', async () => {
  const life: { seconds: unknown } = { seconds: 0.001 }
  await using tokens = await serveTokens({ life })
  expect((await tokens.reopen().current(waiting)).expiresAt).toBe(start + 1000)
  for (const seconds of [1e300, '99999999999999999999', 31_536_001]) {
    life.seconds = seconds
    expect((await tokens.reopen().current(waiting)).expiresAt).toBe(start + 31_536_000_000)
  }
})

test.each([
  ['fails', { status: 503, body: '' }],
  ['is refused', { status: 401, body: '' }],
  ['makes no sense', { status: 200, body: '{}' }],
  ['never ends', 'hang'],
] as const)('a token whose renewal %s is used until its life is over', async (_, answer) => {
  await using tokens = await serveTokens({
    expiresIn: 1000,
    answers: [undefined, answer, answer],
    // Also on a busy machine the first one comes in that time.
    deadlineMilliseconds: 2000,
  })
  const old = await tokens.source.current(waiting)
  vi.setSystemTime(start + 750_000)
  expect(await tokens.source.current(waiting)).toBe(old)
  vi.setSystemTime(start + 999_999)
  expect(await tokens.source.current(waiting)).toBe(old)
  vi.setSystemTime(start + 1_000_000)
  expect((await tokens.source.current(waiting)).text).toBe('token 4')
})

test('a renewal that failed is tried again after ten seconds, or when the token ends', async () => {
  const failure = { status: 503, body: '' }
  await using tokens = await serveTokens({ expiresIn: 1000, answers: [undefined, failure, failure, failure] })
  await tokens.source.current(waiting)
  const asked = []
  for (const seconds of [750, 750, 759.999, 760, 769.999, 995, 999.999]) {
    vi.setSystemTime(start + seconds * 1000)
    expect((await tokens.source.current(waiting)).text).toBe('token 1')
    asked.push(tokens.asked.length)
  }
  expect(asked).toEqual([2, 2, 2, 3, 3, 4, 4])
  vi.setSystemTime(start + 1_000_000)
  expect((await tokens.source.current(waiting)).text).toBe('token 5')
})

test('a renewal that hangs leaves its caller time to ask', async () => {
  await using tokens = await serveTokens({ answers: [undefined, 'hang'], deadlineMilliseconds: 3_000 })
  const old = await tokens.source.current(waiting)
  vi.setSystemTime(old.renewAt)
  const signal = AbortSignal.timeout(3_000)
  expect(await tokens.source.current({ signal })).toBe(old)
  expect(signal.aborted).toBe(false)
})

test('a renewal that fails when the token has ended meanwhile is tried once more', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const gates = [Promise.resolve(), promise]
  await using tokens = await serveTokens({ answers: [undefined, { status: 503, body: '' }], gates })
  const old = await tokens.source.current(waiting)
  vi.setSystemTime(old.renewAt)
  const renewed = tokens.source.current(waiting)
  vi.setSystemTime(old.expiresAt)
  resolve()
  expect((await renewed).text).toBe('token 3')
})

test('a caller who leaves during a renewal gets no token', async () => {
  await using tokens = await serveTokens({ answers: [undefined, 'hang'] })
  const { renewAt } = await tokens.source.current(waiting)
  vi.setSystemTime(renewAt)
  const scope = new AbortController()
  const leaving = rejection(tokens.source.current({ signal: scope.signal }))
  scope.abort(new Error('gone'))
  expect(await leaving).toMatchObject({ cause: new Error('gone') })
})

test('a token that no header can hold is refused when it comes', async () => {
  const unfit = ['a\nb', 'a\r\nx: y', '\u0000', 'tok\u20acn', '\ud83d', '   ', 'x'.repeat(8193)]
  const answers = unfit.map(text => ({
    status: 200,
    body: JSON.stringify({ access_token: text, expires_in: 60 }),
  }))
  await using tokens = await serveTokens({ answers })
  for (const _ of unfit) {
    expect(await rejection(tokens.source.current(waiting))).toMatchObject({
      code: 'UPSTREAM_INVALID_RESPONSE',
      message: 'analytiks answered a token that no request can carry.',
      upstreamStatus: 200,
    })
    await setImmediate()
  }
  expect((await tokens.source.current(waiting)).text).toBe(`token ${unfit.length + 1}`)
})

test('a caller who goes away does not cancel the others', async () => {
  const gate = Promise.withResolvers<void>()
  await using tokens = await serveTokens({ gate: gate.promise })
  const scope = new AbortController()
  const leaving = rejection(tokens.source.current({ signal: scope.signal }))
  const staying = tokens.source.current(waiting)
  await tokens.arrived
  scope.abort()
  expect(await leaving).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', provider: 'analytiks' })
  gate.resolve()
  expect((await staying).text).toBe('token 1')
  expect(tokens.asked).toHaveLength(1)
})

test('a fetch that all its callers left serves the next one', async () => {
  const gate = Promise.withResolvers<void>()
  await using tokens = await serveTokens({ gate: gate.promise })
  const scope = new AbortController()
  const leaving = rejection(tokens.source.current({ signal: scope.signal }))
  await tokens.arrived
  scope.abort()
  await leaving
  const next = tokens.source.current(waiting)
  gate.resolve()
  expect((await next).text).toBe('token 1')
  expect(tokens.asked).toHaveLength(1)
})

test('a caller who was gone before fetches nothing', async () => {
  await using tokens = await serveTokens()
  expect(await rejection(tokens.source.current({ signal: AbortSignal.abort() }))).toBeInstanceOf(
    UpstreamError,
  )
  await tokens.reopen().current(waiting)
  expect(tokens.asked).toHaveLength(1)
})

test('a fetch has a deadline of its own', async () => {
  await using tokens = await serveTokens({ gate: new Promise(() => undefined), deadlineMilliseconds: 50 })
  expect(await rejection(tokens.source.current(waiting))).toMatchObject({ code: 'UPSTREAM_TIMEOUT' })
})

test.each([400, 401, 403])('refused credentials (%i) are told as such, and never quoted', async status => {
  await using tokens = await serveTokens({ answers: [{ status, body: 'hush-hush is wrong' }] })
  const error = await rejection(tokens.source.current(waiting))
  expect(error).toMatchObject({
    code: 'UPSTREAM_UNAUTHENTICATED',
    retryable: false,
    upstreamStatus: status,
    message: 'analytiks did not accept the client id, secret and audience.',
  })
})

test.each([
  [500, '', 'UPSTREAM_UNAVAILABLE'],
  [429, '', 'UPSTREAM_RATE_LIMITED'],
  [302, '', 'UPSTREAM_INVALID_RESPONSE'],
  [200, 'hush-hush', 'UPSTREAM_INVALID_RESPONSE'],
  [200, '{}', 'UPSTREAM_INVALID_RESPONSE'],
  [200, '{"access_token":"","expires_in":60}', 'UPSTREAM_INVALID_RESPONSE'],
])('a token endpoint that answers %i "%s" is %s', async (status, body, code) => {
  await using tokens = await serveTokens({ answers: [{ status, body }] })
  const error = await rejection(tokens.source.current(waiting))
  expect(error).toMatchObject({ code, provider: 'analytiks' })
  expect(String(error)).not.toContain('hush-hush')
})

test.each([404, 405, 410, 422])(
  'a token endpoint that answers %i says nothing of the question',
  async status => {
    await using tokens = await serveTokens({ answers: [{ status, body: 'hush-hush' }] })
    expect(await rejection(tokens.source.current(waiting))).toMatchObject({
      code: 'UPSTREAM_INVALID_RESPONSE',
      retryable: false,
      upstreamStatus: status,
      message: `analytiks gives no token: its token endpoint answered status ${status}.`,
    })
  },
)

test('a token endpoint at its limit is asked again once its wait is over, which grows if it names none', async () => {
  const refused = { status: 429, body: '' }
  await using tokens = await serveTokens({ answers: [refused, refused, refused] })
  for (const [asked, wait] of [
    [1, 1],
    [2, 2],
    [3, 4],
  ] as const) {
    for (let question = 0; question < 30; question++)
      expect(await rejection(tokens.source.current(waiting))).toMatchObject({ code: 'UPSTREAM_RATE_LIMITED' })
    expect(tokens.asked).toHaveLength(asked)
    expect(await rejection(tokens.source.current(waiting))).toMatchObject({ retryAfterSeconds: wait })
    vi.setSystemTime(Date.now() + 1000 * wait)
  }
  expect((await tokens.source.current(waiting)).text).toBe('token 4')
})

test('a failed fetch fails all who wait for it and is forgotten', async () => {
  await using tokens = await serveTokens({ answers: [{ status: 503, body: '' }] })
  const failed = await Promise.allSettled([tokens.source.current(waiting), tokens.source.current(waiting)])
  expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(tokens.asked).toHaveLength(1)
  await setImmediate()
  expect((await tokens.source.current(waiting)).text).toBe('token 2')
})

test('a failed renewal leaves the refused token in use', async () => {
  await using tokens = await serveTokens({ answers: [undefined, { status: 503, body: '' }] })
  const refused = await tokens.source.current(waiting)
  expect(await rejection(tokens.source.renew(refused, 'a question', waiting))).toMatchObject({
    retryable: true,
  })
  expect(await tokens.source.current(waiting)).toBe(refused)
})

test('an endpoint that cannot be reached is an upstream that is not available', async () => {
  await using http = openHttp('analytiks', bounds)
  const source = openTokenSource('analytiks', http, { ...credentials, tokenUrl: refusingUrl }, 10_000)
  expect(await rejection(source.current(waiting))).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
})

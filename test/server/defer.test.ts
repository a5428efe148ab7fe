import { once } from 'node:events'
import type { Socket } from 'node:net'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { startBroken } from '../support/broken-server.ts'
import { askText } from '../support/client.ts'
import { upstreamWords } from '../support/failures.ts'
import { recordLog } from '../support/recorded-log.ts'
import { expectRefused, takeCalls } from '../support/refused.ts'
import { sentId } from '../support/request-ids.ts'
import { type Served, serve } from '../support/serving.ts'
import { arrival } from '../support/wiring.ts'
import { serveHttp } from '../upstream/http/loopback.ts'

const resources = new AsyncDisposableStack()
let served: Served

beforeAll(async () => {
  served = resources.use(await serve())
  return () => resources.disposeAsync()
})

beforeEach(() => {
  const { emulators } = served.sandbox
  for (const { journal } of emulators) journal.clear()
})

const analytiksRoute = 'POST /json/v2'
const tokenRoute = 'POST /token'
const pages =
  'website(by: { zenovayId: "a1b2c3d4-e5f6-7890-abcd-ef1234567890" }) { views(first: 1) { nodes { totalInteractions } } }'
const range = 'range: { utc: { start: "2026-11-01T00:00:00Z", end: "2026-11-02T00:00:00Z" } }'
const deferredTraffic = `location(by: { analytiksId: "1" }) { id ... @defer(label: "counts") { traffic(${range}, metrics: [VISITS]) { metric } } }`
const query = `{ ${pages} ${deferredTraffic} }`
const websitePart = { views: { nodes: [{ totalInteractions: expect.any(Number) }] } }

interface Payload {
  readonly data?: Readonly<Record<string, unknown>>
  readonly hasNext?: boolean
  readonly errors?: readonly unknown[]
  readonly incremental?: readonly Readonly<Record<string, unknown>>[]
  readonly extensions?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

function post(
  text: string,
  {
    origin = served.origin,
    headers = {},
    variables = {},
    signal = null,
  }: {
    readonly origin?: string
    readonly headers?: Readonly<Record<string, string>>
    readonly variables?: unknown
    readonly signal?: AbortSignal | null
  } = {},
): Promise<Response> {
  return fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'multipart/mixed',
      'x-request-id': sentId,
      ...headers,
    },
    body: JSON.stringify({ query: text, variables }),
    signal,
  })
}

/** The parts of a multipart answer, each as soon as it is there. */
async function* payloadsOf(response: Response): AsyncGenerator<Payload, void> {
  expect(response.headers.get('content-type')).toBe('multipart/mixed; boundary="-"')
  let text = ''
  for await (const chunk of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    const parts = (text + chunk).split('\r\n---')
    text = parts.pop() ?? ''
    for (const part of parts) {
      const [, body] = part.split('\r\n\r\n')
      if (body) yield JSON.parse(body)
    }
  }
}

async function rest(payloads: AsyncGenerator<Payload, void>): Promise<readonly Payload[]> {
  return Array.fromAsync(payloads)
}

test('what is there is sent while a slow vendor is waited for, and the deferred part once it answers', async () => {
  const { promise: until, resolve: release } = Promise.withResolvers<void>()
  served.sandbox.analytiks.journal.script({ route: analytiksRoute, until })
  const arrived = arrival(served.sandbox.analytiks, analytiksRoute)
  const payloads = payloadsOf(await post(query))
  const { value: first } = await payloads.next()
  expect(first).toMatchObject({
    data: { website: websitePart, location: { id: expect.any(String) } },
    hasNext: true,
  })
  await arrived
  release()
  const later = await rest(payloads)
  expect(later.flatMap(({ incremental = [] }) => incremental)).toEqual([
    { label: 'counts', path: ['location'], data: { traffic: [{ metric: 'VISITS' }] } },
  ])
  expect(later.at(-1)).toMatchObject({
    hasNext: false,
    extensions: { upstream: { analytiks: { made: 1 }, zenovay: { made: 1 } }, freshness: { analytiks: {} } },
  })
})

test('the rows of a list are streamed', async () => {
  const payloads = payloadsOf(
    await post('{ locations(first: 3) { nodes @stream(initialCount: 1) { name } } }'),
  )
  const [first, ...later] = await rest(payloads)
  expect(first?.data).toEqual({ locations: { nodes: [{ name: 'Oxford Street' }] } })
  const rows = later.flatMap(({ incremental = [] }) => incremental)
  expect(rows.map(({ path }) => path)).toEqual([
    ['locations', 'nodes', 1],
    ['locations', 'nodes', 2],
  ])
})

test('a part that a fragment defers comes later, however often it came with the rest to others', async () => {
  const text =
    '{ ...F } fragment F on Query { providers { name } ... @defer { locations(first: 1) { nodes { id } } } }'
  for (const _time of [1, 2, 3, 4]) await askText(served.origin, text)
  const payloads = await rest(payloadsOf(await post(text)))
  expect(payloads.map(({ hasNext }) => hasNext)).toEqual([true, false])
})

test('an error of a deferred part says what any other says', async () => {
  const body = JSON.stringify({ error: upstreamWords })
  served.sandbox.analytiks.journal.script({ route: analytiksRoute, answer: { status: 403, body } })
  const text = await (await post(query)).text()
  expect(text).not.toContain(upstreamWords)
  expect(text).toContain('"code":"UPSTREAM_FORBIDDEN","provider":"analytiks"')
})

test('the last part names the sandbox too', async () => {
  await using made = await serve({ environment: { ISOTHERM_SANDBOX: 'on', ISOTHERM_CATALOG: undefined } })
  const later = await rest(payloadsOf(await post(query, made)))
  expect(later.at(-1)?.extensions?.sandbox).toEqual(expect.arrayContaining(['analytiks', 'zenovay']))
})

test('a deferred part that is late is an error by the deadline of the answer', async () => {
  const environment = { ISOTHERM_ANSWER_TIMEOUT_MS: '1', ISOTHERM_UPSTREAM_TIMEOUT_MS: '600000' }
  await using hasty = await serve({ environment })
  hasty.sandbox.analytiks.journal.script({ hang: true })
  const text = `{ providers { name } ${deferredTraffic} }`
  const [first, ...later] = await rest(payloadsOf(await post(text, hasty)))
  expect(first).toMatchObject({
    data: { providers: expect.any(Array), location: { id: expect.any(String) } },
    hasNext: true,
  })
  const incremental = later.flatMap(({ incremental = [] }) => incremental)
  expect(incremental).toMatchObject([
    {
      label: 'counts',
      path: ['location'],
      data: { traffic: null },
      errors: [{ extensions: { code: 'UPSTREAM_TIMEOUT' } }],
    },
  ])
})

test('a caller that goes away ends the deferred part', async () => {
  const asked = Promise.withResolvers<Socket>()
  await using upstream = await serveHttp(request => asked.resolve(request.socket))
  const environment = { ANALYTIKS_EXPORTS_URL: upstream.url.origin, ISOTHERM_UPSTREAM_TIMEOUT_MS: '600000' }
  await using patient = await serve({ environment })
  const caller = new AbortController()
  const closed = asked.promise.then(socket => once(socket, 'close'))
  const payloads = payloadsOf(await post(query, { signal: caller.signal, origin: patient.origin }))
  await payloads.next()
  await asked.promise
  caller.abort()
  await expect(payloads.next()).rejects.toThrow('aborted')
  await closed
})

test.each([
  ['deferred', `{ providers { name } ${deferredTraffic} }`],
  [
    'streamed',
    `{ providers { name } locations(first: 1) { nodes @stream(initialCount: 0) { traffic(${range}) { metric } } } }`,
  ],
])('what is %s makes no further call once its caller has left', async (_how, text) => {
  await using fresh = await serve()
  const { analytiks } = fresh.sandbox
  const { promise: until, resolve: release } = Promise.withResolvers<void>()
  analytiks.journal.script({ route: tokenRoute, until })
  const arrived = arrival(analytiks, tokenRoute)
  const caller = new AbortController()
  const payloads = payloadsOf(await post(text, { signal: caller.signal, origin: fresh.origin }))
  await payloads.next()
  await arrived
  // Waits for the same token, and keeps it coming.
  const other = askText(
    fresh.origin,
    `{ location(by: { analytiksId: "2" }) { traffic(${range}) { metric } } }`,
  )
  caller.abort()
  await expect(payloads.next()).rejects.toThrow('aborted')
  expect((await fetch(`${fresh.origin}/healthz`)).ok).toBe(true)
  release()

  expect((await other).errors).toEqual([])
  const later = `{ location(by: { analytiksId: "3" }) { traffic(${range}) { metric } } }`
  expect((await askText(fresh.origin, later)).errors).toEqual([])
  expect(analytiks.journal.count(tokenRoute)).toBe(1)
  expect(analytiks.journal.count(analytiksRoute)).toBe(2)
})

test.each(['application/json', 'application/graphql-response+json'])(
  'a caller that takes %s alone gets everything at once',
  async accept => {
    const { status, data, errors } = await askText(served.origin, query, {}, { headers: { accept } })
    expect(status).toBe(200)
    expect(errors).toEqual([])
    expect(data).toMatchObject({ website: websitePart, location: { traffic: [{ metric: 'VISITS' }] } })
  },
)

test.each([
  ['a comma', '@,defer', '@,stream'],
  ['a comment', '@ # so that nobody waits\n defer', '@#\nstream'],
])('%s within a directive changes nothing', async (_name, defer, stream) => {
  const headers = { accept: 'application/json' }
  const whole = await askText(served.origin, query.replace('@defer', defer), {}, { headers })
  expect(whole).toMatchObject({ status: 200, errors: [], data: { location: { traffic: [{}] } } })
  takeCalls(served.sandbox)
  const rows = `{ ${pages} locations { nodes ${stream}(initialCount: -1) { id } } }`
  expectRefused(served.sandbox, await askText(served.origin, rows), /0 or more/)
})

test('a plan is told at once', async () => {
  const payloads = await rest(payloadsOf(await post(query, { headers: { 'isotherm-explain': 'plan' } })))
  const plan = { zenovay: expect.anything(), analytiks: expect.anything() }
  expect(payloads).toEqual([{ data: null, extensions: { plan } }])
  expect(takeCalls(served.sandbox)).toEqual([])
})

test('an unexpected error of a deferred part is told without its words', async () => {
  const { log, messages } = recordLog()
  await using server = await startBroken(() => {
    throw new TypeError(`cannot read at ${upstreamWords}`)
  }, log)
  const text = '{ providers { name } ... @defer { location(by: { id: "one" }) { id } } }'
  const [, ...later] = await rest(payloadsOf(await post(text, server)))
  const error = {
    message: 'Something unexpected went wrong.',
    path: ['location'],
    locations: [expect.anything()],
    extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: sentId },
  }
  expect(later.flatMap(({ incremental = [] }) => incremental)).toEqual([
    { path: [], data: { location: null }, errors: [error] },
  ])
  expect(messages).toEqual([expect.stringMatching(/^unexpected error at location: TypeError/)])
  expect(messages.join()).not.toContain(upstreamWords)
})

test.each([
  [
    'a field of a deferred fragment',
    `{ ${pages} ... @defer { locations(first: 0) { nodes { id } } } }`,
    /first/,
  ],
  ['rows', '{ locations { nodes @stream(initialCount: -1) { id } } }', /0 or more/],
  ['a switch', 'query ($on: Boolean) { ... @defer(if: $on) { providers { name } } }', /non-null/],
])('bad input to %s is refused before anything is asked', async (_name, text, says) => {
  const answer = await askText(served.origin, text, { on: null })
  expectRefused(served.sandbox, answer, says)
  expect((await post(text, { variables: { on: null } })).status).toBe(400)
  expect(takeCalls(served.sandbox)).toEqual([])
})

import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { requestIdOf } from '../../src/server/http/request-id.ts'
import { linkOf } from '../images/serving-images.ts'
import { headerOf, requestText, sendRaw } from '../support/raw-http.ts'
import { type Served, serve } from '../support/serving.ts'

const dashboard = 'https://dashboard.example'
const resources = new AsyncDisposableStack()
let served: Served
let image = ''

beforeAll(async () => {
  served = resources.use(await serve({ environment: { ISOTHERM_CORS_ORIGINS: dashboard } }))
  image = new URL(await linkOf(served, 'page')).pathname
  return () => resources.disposeAsync()
})

const json = 'content-type: application/json'
const subscription = 'subscription { heatmapImage(id: "nothing") { state } }'

interface Sent {
  readonly line: string
  readonly headers?: readonly string[]
  readonly body?: string
}

/** One of each kind of response, with its status. */
const requests: readonly (readonly [what: string, status: number, sent: () => Sent])[] = [
  ['an operation', 200, () => posted('{ __typename }')],
  ['an operation by GET', 200, () => ({ line: 'GET /graphql?query={__typename}' })],
  [
    'an operation that is refused',
    400,
    () => posted('{ nothing }', 'accept: application/graphql-response+json'),
  ],
  ['an operation in parts', 200, () => posted('{ __typename }', 'accept: multipart/mixed')],
  ['an operation as events', 200, () => posted(subscription, 'accept: text/event-stream')],
  ['no operation', 400, () => ({ line: 'POST /graphql', headers: [json], body: '{' })],
  ['a body that is no JSON', 415, () => ({ line: 'POST /graphql', body: '{}' })],
  ['GraphiQL', 200, () => ({ line: 'GET /graphql', headers: ['accept: text/html'] })],
  ['an image', 200, () => ({ line: `GET ${image}` })],
  ['an image that is there', 304, () => ({ line: `GET ${image}`, headers: ['if-none-match: *'] })],
  ['a part of an image', 206, () => ({ line: `GET ${image}`, headers: ['range: bytes=0-9'] })],
  ['a range that is none', 416, () => ({ line: `GET ${image}`, headers: ['range: bytes=9999999-'] })],
  ['no image', 404, () => ({ line: 'GET /images/x' })],
  ['health', 200, () => ({ line: 'GET /healthz' })],
  ['readiness', 200, () => ({ line: 'HEAD /readyz' })],
  ['an unknown path', 404, () => ({ line: 'GET /nowhere' })],
  ['a wrong method', 405, () => ({ line: 'PUT /graphql' })],
  ['a preflight', 204, () => ({ line: 'OPTIONS /graphql', headers: [`origin: ${dashboard}`] })],
  ['the whole server', 204, () => ({ line: 'OPTIONS *' })],
  ['an unknown host', 421, () => ({ line: 'GET http://stranger/graphql' })],
  [
    'an unlisted origin',
    403,
    () => ({ line: 'GET /graphql', headers: ['origin: https://stranger.example'] }),
  ],
  ['a bad target', 400, () => ({ line: 'GET http://%/' })],
  ['a tunnel', 405, () => ({ line: 'CONNECT localhost:80' })],
]

function posted(query: string, ...headers: readonly string[]): Sent {
  return { line: 'POST /graphql', headers: [json, ...headers], body: JSON.stringify({ query }) }
}

function send({ line, headers = [], body = '' }: Sent, ...more: readonly string[]) {
  const length = body === '' ? [] : [`content-length: ${Buffer.byteLength(body)}`]
  return sendRaw(
    served.origin,
    requestText(`${line} HTTP/1.1`, ['host: localhost', ...length, ...headers, ...more], body),
  )
}

describe('a response has the id of its request', () => {
  test.each(requests)('%s', async (_what, status, sent) => {
    const given = await send(sent(), 'x-request-id: Of_the.caller-1')
    expect([given.status, headerOf(given, 'x-request-id')]).toEqual([status, 'Of_the.caller-1'])
    const made = headerOf(await send(sent()), 'x-request-id')
    expect(made).toMatch(/^[\w.-]{16,128}$/)
    expect(headerOf(await send(sent()), 'x-request-id')).not.toBe(made)
    if (status >= 400 && given.body) expect(given.body).toContain('"requestId":"Of_the.caller-1"')
  })
})

test('pages of a listed origin may read it, and send it', async () => {
  const origin = `origin: ${dashboard}`
  const response = await send(posted('{ __typename }'), origin)
  expect(headerOf(response, 'access-control-expose-headers')).toContain('X-Request-Id')
  const asked = 'access-control-request-headers: x-request-id'
  const preflight = await send({ line: 'OPTIONS /graphql' }, origin, asked)
  expect(headerOf(preflight, 'access-control-allow-headers')).toBe('x-request-id')
})

test('an id that a log or a header could not hold as it is gets another one', () => {
  const texts = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.stringMatching(/^[\w.-]{0,140}$/))
  const isSafe = fc.property(texts, given => {
    const id = requestIdOf({ headers: { 'x-request-id': given } })
    expect(id).toMatch(/^[A-Za-z0-9._-]{1,128}$/)
    expect(id === given).toBe(/^[A-Za-z0-9._-]{1,128}$/.test(given))
  })
  fc.assert(isSafe)
})

test('an id that is sent twice is none', async () => {
  const twice = await send(posted('{ __typename }'), 'x-request-id: one', 'x-request-id: two')
  expect(headerOf(twice, 'x-request-id')).toMatch(/^[\da-f-]{36}$/)
})

describe('an error has the id of its request', () => {
  const id = 'x-request-id: failing'
  const unknown = '{ pageHeatmap(projectId: "1", id: "nowhere") { url } }'

  test.each([
    ['of a vendor', unknown, 'application/json'],
    ['of a vendor, among events', unknown, 'text/event-stream'],
    ['of a vendor, in parts', unknown, 'multipart/mixed'],
    ['of an operation that does not parse', '{', 'application/json'],
    ['of an operation that is not valid', '{ nothing { at all } }', 'application/json'],
    ['of bad input', '{ location(by: {}) { id } }', 'application/json'],
    [
      'of an operation that is too deep',
      `{ a: ${'nodes { '.repeat(60)} id ${'}'.repeat(60)} }`,
      'application/json',
    ],
    ['of a subscription', subscription, 'text/event-stream'],
    [
      'of a deferred part',
      '{ __typename ... @defer { pageHeatmap(projectId: "1", id: "nowhere") { url } } }',
      'multipart/mixed',
    ],
    [
      'of a deferred part by id',
      '{ __typename ... @defer { pageHeatmap(projectId: "1", id: "nowhere") { url } } }',
      'multipart/mixed;incrementalSpec=v0.2',
    ],
  ])('%s', async (_what, query, accept) => {
    const { body } = await send(posted(query, `accept: ${accept}`), id)
    const errors = errorsIn(body)
    expect(errors.length).toBeGreaterThan(0)
    expect(errors).toEqual(errors.map(() => expect.objectContaining({ requestId: 'failing' })))
  })

  /** The extensions of all errors of a body, whatever its form. */
  function errorsIn(body: string): readonly unknown[] {
    const found: unknown[] = []
    const texts = body.startsWith('{')
      ? [body]
      : body.matchAll(/^(?:data: )?(\{.*\})\r?$/gm).map(([, text = '']) => text)
    for (const text of texts)
      JSON.parse(text, (key, value) => {
        if (key === 'errors') for (const error of value) found.push(error.extensions)
        return value
      })
    return found
  }
})

test('a whole response says how long it took, and how long vendors did where one was waited for', async () => {
  const timingOf = async (query: string) => headerOf(await send(posted(query)), 'server-timing')
  expect(await timingOf('{ __typename }')).toMatch(/^total;dur=\d+\.\d$/)
  const asked = '{ website(by: { id: "shop" }) { heatmaps(first: 1) { nodes { name } } } }'
  const [, total, upstream] =
    /^total;dur=(\d+\.\d), upstream;dur=(\d+\.\d)$/.exec((await timingOf(asked)) ?? '') ?? []
  expect(Number(upstream)).toBeGreaterThan(0)
  expect(Number(upstream)).toBeLessThanOrEqual(Number(total))
  expect(await timingOf('mutation { deleteSnapshot(input: { id: "one" }) { __typename } }')).toContain(
    'upstream',
  )
})

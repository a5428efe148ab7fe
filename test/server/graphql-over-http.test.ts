import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import fc from 'fast-check'
import { createYoga } from 'graphql-yoga'
import { beforeAll, describe, expect, test } from 'vitest'
import { openTo } from '../../src/access/access.ts'
import { anyone } from '../../src/access/caller.ts'
import { openAccount } from '../../src/account.ts'
import { Catalog } from '../../src/catalog/catalog.ts'
import { readConfig } from '../../src/config/config.ts'
import { type Exchange, frontDoor } from '../../src/server/front-door.ts'
import { graphqlOverHttp } from '../../src/server/graphql/graphql-over-http.ts'
import { operationRunner } from '../../src/server/graphql/operation-runner.ts'
import { maskErrors } from '../../src/server/graphql/plugins/masked-errors.ts'
import type { ServerContext } from '../../src/server/graphql/server-context.ts'
import { silentLog } from '../../src/upstream/log.ts'
import { madeUpGraph } from '../execution/made-up-graph.ts'
import { madeUpQueries } from '../execution/made-up-queries.ts'
import { startBroken } from '../support/broken-server.ts'
import { idleHandlers } from '../support/idle-handlers.ts'
import { requestText, sendRaw } from '../support/raw-http.ts'
import { recordLog } from '../support/recorded-log.ts'
import { sentId } from '../support/request-ids.ts'

const maximumBytes = 4096
const resources = new AsyncDisposableStack()
/** Isotherm, and Yoga with a made-up graph: behind Isotherm's HTTP, and by its own. */
let [isotherm, ours, yogas] = ['', '', '']
/** How often a location was looked for. */
let located = 0
const { log, messages } = recordLog()

beforeAll(async () => {
  const server = resources.use(
    await startBroken(() => {
      located++
      throw new TypeError('broken')
    }, log),
  )
  isotherm = server.origin
  const yoga = createYoga<ServerContext>({ schema: madeUpGraph, logging: false })
  const maskedErrors = maskErrors(silentLog)
  const graphql = graphqlOverHttp(operationRunner(yoga, { maskedErrors }), {
    bytes: maximumBytes,
    freshSeconds: 30,
    patience: 10_000,
    maximumCost: 1000,
  })
  const broken = async () => {
    throw new TypeError('in /home/of/isotherm')
  }
  const halfway = ({ response }: Exchange) => {
    response.writeHead(200).write('half')
    return broken()
  }
  const account = openAccount(readConfig({}).providers, new Catalog())
  const door = frontDoor({
    access: openTo(anyone, () => account),
    corsOrigins: [],
    publicUrl: undefined,
    checkHost: () => undefined,
    handlers: {
      ...idleHandlers,
      graphql,
      health: halfway,
      readiness: broken,
    },
    patience: 10_000,
    logError: (error, place) => messages.push(`${place}: ${error}`),
  })
  ours = await listen(door)
  yogas = await listen(yoga)
  return () => resources.disposeAsync()
})

async function listen(listener: RequestListener): Promise<string> {
  const http = createServer(listener).listen(0, '127.0.0.1')
  await once(http, 'listening')
  resources.defer(() => void http.close().closeAllConnections())
  const { port } = http.address() as AddressInfo
  return `http://127.0.0.1:${port}`
}

interface Asked {
  readonly body: string | Buffer<ArrayBuffer>
  readonly accept?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** All that a caller sees of a response but its time. */
async function seen(origin: string, { body, accept = 'application/json', headers = {} }: Asked) {
  const response = await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept, 'x-request-id': sentId, ...headers },
    body,
  })
  const { 'content-type': type, allow } = Object.fromEntries(response.headers)
  return { status: response.status, type, allow, text: await response.text() }
}

/** What Yoga answers, with the id of the request in each error, which Yoga knows nothing of. */
async function seenOfYoga(asked: Asked) {
  const { text, ...rest } = await seen(yogas, asked)
  const named = text.replace(/(?:Content-Length: \d+(\r\n\r\n))?(\{.*\})/, (_, gap, json) => {
    const value = JSON.parse(json)
    for (const error of value.errors ?? []) error.extensions = { ...error.extensions, requestId: sentId }
    const body = JSON.stringify(value)
    return gap ? `Content-Length: ${Buffer.byteLength(body)}${gap}${body}` : body
  })
  return { ...rest, text: named }
}

function operation(query: string, variables?: unknown): string {
  return JSON.stringify({ query, variables })
}

const accepts = ['application/json', '*/*', 'application/graphql-response+json', 'multipart/mixed']

test('whatever is asked is answered as by the HTTP of Yoga', async () => {
  const answersAreAlike = fc.asyncProperty(
    madeUpQueries,
    fc.constantFrom(...accepts),
    async ({ text, variables }, accept) => {
      const asked = { body: operation(text, variables), accept }
      // Yoga has no such maximum; once in some thousand queries one is longer.
      fc.pre(Buffer.byteLength(asked.body) <= maximumBytes)
      expect(await seen(ours, asked)).toEqual(await seenOfYoga(asked))
    },
  )
  await fc.assert(answersAreAlike, { numRuns: 300 })
})

const bodies: readonly (readonly [what: string, body: string])[] = [
  ['one that is not there', JSON.stringify({ query: 'query A { __typename }', operationName: 'B' })],
  ['a text that does not parse', operation('{')],
  ['a field that is unknown', operation('{ nothing }')],
  ['a query that is no text', '{"query":5}'],
  ['variables that are no object', JSON.stringify({ query: '{ __typename }', variables: [] })],
]

test.each(bodies)('%s is answered as by the HTTP of Yoga', async (_what, body) => {
  for (const accept of accepts)
    expect(await seen(ours, { body, accept })).toEqual(await seenOfYoga({ body, accept }))
})

test.each([
  '{}',
  '{"query":null,"variables":{}}',
  '{"qeury":"{ __typename }"}',
  '{"documentId":5}',
  '{"extensions":{"persistedQuery":{"version":2,"sha256Hash":"x"}}}',
  '{"extensions":5}',
])('what asks nothing is refused, whatever type it accepts: %s', async body => {
  for (const accept of [...accepts, 'text/event-stream']) {
    const { status, text } = await seen(isotherm, { body, accept })
    expect([status, JSON.parse(text)]).toEqual([
      400,
      {
        errors: [
          {
            message: expect.stringContaining('"query"'),
            extensions: { code: 'BAD_REQUEST', requestId: sentId },
          },
        ],
      },
    ])
    expect((await fetch(`${isotherm}/graphql?qeury={__typename}`, { headers: { accept } })).status).toBe(400)
  }
})

test('whatever error escapes is a plain 500, or ends the response that has begun', async () => {
  const response = await fetch(`${ours}/readyz`, { headers: { 'x-request-id': sentId } })
  expect([response.status, await response.json()]).toEqual([
    500,
    {
      errors: [
        {
          message: 'Something unexpected went wrong.',
          extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: sentId },
        },
      ],
    },
  ])
  await expect(fetch(`${ours}/healthz`).then(response => response.text())).rejects.toThrow('terminated')
  expect(messages.splice(0)).toEqual(Array(2).fill('the front door: TypeError: in /home/of/isotherm'))
})

test('what comes to an error is run once', async () => {
  located = 0
  const { text } = await seen(isotherm, { body: operation('{ location(by: { id: "once" }) { id } }') })
  expect(text).toContain('"data":{"location":null}')
  expect(located).toBe(1)
  messages.splice(0)
})

describe('a body that cannot be read is refused', () => {
  test.each([
    ['no JSON', '{', 400],
    ['a space', ' ', 400],
    ['nothing', '', 400],
    ['null', 'null', 400],
    ['a number', '5', 400],
    ['a list', `[${operation('{ __typename }')}]`, 400],
    ['what is no UTF-8', Buffer.from('{"query":"{ __typename # \xff }"}', 'latin1'), 400],
    ['half a character of UTF-8', Buffer.from(operation('{ __typename } # ä')).subarray(0, -3), 400],
    ['more than is read', operation('{ __typename }'.padEnd(5000)), 413],
  ])('%s', async (_what, body, status) => {
    for (const accept of ['application/json', 'application/graphql-response+json', 'text/event-stream']) {
      const refused = await seen(isotherm, { body, accept })
      expect(refused.status).toBe(status)
      expect(JSON.parse(refused.text)).toEqual({ errors: [expect.anything()] })
    }
    expect(messages).toEqual([])
  })

  test.each(['query', 'operationName', 'documentId', 'extensions'])(
    'half of a surrogate pair in %s, as a value or a key',
    async name => {
      for (const half of ['\\ud800', '\\uDC00', 'x\\udbff\\ud83d\\ude00']) {
        const value = name.endsWith('s') ? `{"a":[{"${half}":1}],"b":1}` : `"${half}"`
        const member = name === 'query' ? '' : '"query":"{ __typename }",'
        const refused = await seen(isotherm, { body: `{${member}"${name}":${value}}` })
        expect(refused).toMatchObject({ status: 400, text: expect.stringContaining('surrogate') })
      }
      const pair = name === 'extensions' ? { a: '\ud83d\ude00' } : '\ud83d\ude00'
      const whole = JSON.stringify({ query: '{ __typename }', [name]: pair })
      expect((await seen(isotherm, { body: whole })).text).not.toContain('surrogate')
    },
  )

  test.each([
    ['query ($text: ID!) { location(by: { id: $text }) { id } }', '"x\\ud800"'],
    ['query ($text: LocationBy!) { location(by: $text) { id } }', '{"\\ud800":"a"}'],
    [
      'query ($text: [SpatialHeatmapType!]!) { location(by: { id: "one" }) { heatmaps(range: { start: "2026-01-01T00:00:00Z", end: "2026-01-02T00:00:00Z" }, types: $text) { type } } }',
      '["\\ud800"]',
    ],
  ])('half of a surrogate pair in a variable of %s', async (query, value) => {
    const body = `{"query":${JSON.stringify(query)},"variables":{"text":${value}}}`
    const url = `${isotherm}/graphql?query=${encodeURIComponent(query)}&variables=${encodeURIComponent(`{"text":${value}}`)}`
    const texts = [(await seen(isotherm, { body })).text, await (await fetch(url)).text()]
    for (const text of texts) {
      expect(text).toContain('BAD_USER_INPUT')
      expect(text).not.toMatch(/\\ud8/i)
    }
  })
})

test.each([
  'application/json; charset=utf-8',
  'Application/JSON',
  'application/json ; Charset="UTF-8"',
  'application/json;charset=utf8;x=y',
])('a body of the type %s is read', async type => {
  const body = operation('{ __typename }')
  expect((await seen(isotherm, { body, headers: { 'content-type': type } })).status).toBe(200)
})

test.each([
  'application/json; charset=latin1',
  'application/json;charset="utf-16"',
  'text/json',
  'application/jsonx',
  '',
])('a body of the type "%s" is refused', async type => {
  const body = operation('{ __typename }')
  expect((await seen(isotherm, { body, headers: { 'content-type': type } })).status).toBe(415)
})

test('a body that is encoded is refused, and one that says it is not is read', async () => {
  const send = (coding: string) =>
    fetch(`${isotherm}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': coding },
      body: operation('{ __typename }'),
    })
  for (const coding of ['gzip', 'br', 'identity, gzip', 'x']) {
    const refused = await send(coding)
    expect([refused.status, refused.headers.get('accept-encoding')]).toEqual([415, 'identity'])
  }
  expect((await send('Identity')).status).toBe(200)
})

test('members that are not known are left alone', async () => {
  const body = JSON.stringify({ query: '{ __typename }', colour: 'red', id: { half: '\ud800' } })
  expect((await seen(isotherm, { body })).text).toBe('{"data":{"__typename":"Query"}}')
  const response = await fetch(`${isotherm}/graphql?colour=red&query={__typename}&colour`)
  expect(await response.text()).toBe('{"data":{"__typename":"Query"}}')
})

describe('a GET', () => {
  test('is answered as the same POST', async () => {
    const query = '{ website(by: { id: "größe 🎈+&%" }) { id } }'
    const posted = await seen(isotherm, { body: operation(query) })
    const got = await fetch(`${isotherm}/graphql?${new URLSearchParams({ query })}`, {
      headers: { 'x-request-id': sentId },
    })
    expect({ status: got.status, text: await got.text() }).toEqual({
      status: posted.status,
      text: posted.text,
    })
  })

  test.each([
    '%',
    '%zz',
    'query=%ff',
    'query={__typename}&x=%c3',
    'query=%ed%a0%80',
    'variables={',
    'extensions=%7B',
  ])('of ?%s is refused', async query => {
    expect((await fetch(`${isotherm}/graphql?${query}`)).status).toBe(400)
  })

  test('whose target is not encoded is refused', async () => {
    const text = requestText('GET /graphql?query={a:__typename}%23ä HTTP/1.1', ['host: localhost'])
    for (const encoding of ['utf8', 'latin1'] as const)
      expect((await sendRaw(isotherm, Buffer.from(text, encoding))).status).toBe(400)
  })

  test.each(['{__typename}', '{', '{nothing}'])('of a text is kept by no cache: %s', async query => {
    const address = `${isotherm}/graphql?query=${encodeURIComponent(query)}`
    for (const accept of ['application/json', 'application/graphql-response+json', '*/*']) {
      const { headers } = await fetch(address, { headers: { accept } })
      expect(headers.get('cache-control')).toBe('no-store')
    }
  })

  test('by id that is kept is kept by its caller alone, for what decides it', async () => {
    const response = await fetch(`${isotherm}/graphql?documentId=unknown`)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('vary')).toBe(
      'accept, authorization, isotherm-account, isotherm-explain, origin, apollo-federation-include-trace, sec-fetch-site',
    )
  })
})

test('a caller who leaves in the middle of the body is no error, and leaves the others as they were', async () => {
  const { hostname, port } = new URL(isotherm)
  for (const length of ['content-length: 100\r\n\r\n{', 'transfer-encoding: chunked\r\n\r\n5\r\n{']) {
    const socket = connect(Number(port), hostname)
    socket.write(`POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n${length}`)
    await once(socket, 'ready')
    socket.destroy()
    await once(socket, 'close')
  }
  expect((await seen(isotherm, { body: operation('{ __typename }') })).status).toBe(200)
  expect(messages).toEqual([])
})

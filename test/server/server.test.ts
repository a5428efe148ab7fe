import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { beforeAll, describe, expect, test } from 'vitest'
import { startBroken } from '../support/broken-server.ts'
import { askText } from '../support/client.ts'
import { recordLog } from '../support/recorded-log.ts'
import { takeCalls } from '../support/refused.ts'
import { type Served, serve } from '../support/serving.ts'

const dashboard = 'https://dashboard.example'
const resources = new AsyncDisposableStack()
let served: Served

beforeAll(async () => {
  served = resources.use(
    await serve({ environment: { ISOTHERM_BODY_LIMIT: '4096', ISOTHERM_CORS_ORIGINS: dashboard } }),
  )
  return () => resources.disposeAsync()
})

const json = { 'content-type': 'application/json' }
const strict = { ...json, accept: 'application/graphql-response+json' }
const query = '{ locations(first: 1) { nodes { id } } }'
const answered = { data: { locations: { nodes: [{ id: 'Location:oxford-street' }] } } }

function call(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(served.origin + path, init)
}

function post(body: unknown, headers: HeadersInit = strict): Promise<Response> {
  return call('/graphql', { method: 'POST', headers, body: JSON.stringify(body) })
}

function get(parameters: Readonly<Record<string, string>>, headers: HeadersInit = {}): Promise<Response> {
  return call(`/graphql?${new URLSearchParams(parameters)}`, { headers })
}

/** Status and codes of a refusal. */
async function refusalOf(response: Response) {
  const { errors }: { errors: { extensions: { code: string } }[] } = await response.json()
  return { status: response.status, codes: errors.map(({ extensions }) => extensions.code) }
}

describe('an operation', () => {
  test.each(['application/graphql-response+json', 'application/json'])(
    'is posted, and answered as %s',
    async accept => {
      const response = await post({ query }, { ...json, accept })
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe(`${accept}; charset=utf-8`)
      expect(await response.json()).toEqual(answered)
    },
  )

  test('is answered as JSON to whoever accepts anything', async () => {
    const response = await post({ query }, { ...json, accept: '*/*' })
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
  })

  test('is asked by GET, with its variables', async () => {
    const response = await get({
      query: 'query ($first: Int) { locations(first: $first) { nodes { id } } }',
      variables: '{"first":1}',
    })
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual(answered)
  })

  test.each([
    ['a POST', () => post({ query }, { ...json, accept: 'text/event-stream' })],
    ['a GET', () => get({ query }, { accept: 'text/event-stream' })],
  ])('of %s is answered as a stream of events', async (_name, asking) => {
    const response = await asking()
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    const events = (await response.text()).split('\n\n').filter(event => event.startsWith('event:'))
    expect(events).toEqual([`event: next\ndata: ${JSON.stringify(answered)}`, 'event: complete\ndata:'])
  })
})

test('a GET changes nothing', async () => {
  const response = await get({ query: 'mutation { deleteSnapshot(input: { id: "one" }) { __typename } }' })
  expect(response.status).toBe(405)
  expect(response.headers.get('allow')).toBe('POST')
  expect(takeCalls(served.sandbox)).toEqual([])
})

test.each(['PUT', 'PATCH', 'DELETE', 'HEAD'])('%s is no method of it', async method => {
  const response = await call('/graphql', { method, headers: json })
  expect(response.status).toBe(405)
  expect(response.headers.get('allow')).toBe('GET, POST')
})

describe('what cannot be understood', () => {
  const bodies: readonly (readonly [what: string, body: string, status: number, code: string])[] = [
    ['no JSON', '{', 400, 'BAD_REQUEST'],
    ['nothing', '', 400, 'BAD_REQUEST'],
    ['null', 'null', 400, 'BAD_REQUEST'],
    ['a list', JSON.stringify([{ query }]), 400, 'BAD_REQUEST'],
    ['no query', '{}', 400, 'BAD_REQUEST'],
    ['a query that is no text', '{"query":5}', 400, 'BAD_REQUEST'],
    ['variables that are no object', JSON.stringify({ query, variables: 'x' }), 400, 'BAD_REQUEST'],
    ['a query that does not parse', JSON.stringify({ query: '{' }), 400, 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', JSON.stringify({ query: '{ nothing }' }), 400, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'a missing argument',
      JSON.stringify({ query: '{ location { id } }' }),
      400,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'an operation that is not there',
      JSON.stringify({ query, operationName: 'Other' }),
      400,
      'OPERATION_RESOLUTION_FAILURE',
    ],
    ['more than is read', JSON.stringify({ query: query.padEnd(5000) }), 413, 'REQUEST_ENTITY_TOO_LARGE'],
  ]

  test.each(bodies)('%s is refused', async (_what, body, status, code) => {
    const response = await call('/graphql', { method: 'POST', headers: strict, body })
    expect(await refusalOf(response)).toEqual({ status, codes: [code] })
    expect(served.log).toEqual([])
  })

  test.each([
    '{ nothing }',
    '{ locations(first: "x") { nodes { id } } }',
    '{ ...A } fragment A on Query { ...A }',
  ])('%s is refused alike however often it is asked', async wrong => {
    const ask = async () =>
      (await post({ query: wrong }, { ...strict, 'x-request-id': 'sent-by-a-test' })).text()
    const first = await ask()
    expect([await ask(), await ask()]).toEqual([first, first])
  })

  test.each([true, false])(
    'a caller who writes far too much learns why, with a length: %s',
    async hasLength => {
      const socket = connect(Number(new URL(served.origin).port), '127.0.0.1')
      const body = Buffer.alloc(6_000_000, 'x')
      const length = hasLength ? `content-length: ${body.length}` : 'transfer-encoding: chunked'
      socket.write(
        `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n${length}\r\n\r\n`,
      )
      if (!hasLength) socket.write(`${body.length.toString(16)}\r\n`)
      socket.write(body)
      if (!hasLength) socket.write('\r\n0\r\n\r\n')
      expect(await text(socket)).toMatch(/^HTTP\/1\.1 413 /)
    },
  )

  test('a body without a length is read no further than the limit, and its connection is closed', async () => {
    const { hostname, port } = new URL(served.origin)
    const socket = connect(Number(port), hostname)
    const chunk = 'x'.repeat(5000)
    socket.write(
      `POST /graphql HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`,
    )
    socket.write(`${chunk.length.toString(16)}\r\n${chunk}\r\n`)
    const [head = ''] = (await text(socket)).split('\r\n\r\n')
    expect(head).toMatch(/^HTTP\/1\.1 413 /)
    expect(head).toMatch(/^connection: close$/im)
  })

  test.each([
    ['POST /nowhere', 404],
    ['DELETE /graphql', 405],
    ['POST /graphql', 415],
    ['GET /healthz', 200],
  ])('nor is a body without an end that nobody wants: %s', { timeout: 30_000 }, async (line, status) => {
    const { hostname, port } = new URL(served.origin)
    const socket = connect(Number(port), hostname).setEncoding('latin1')
    let received = ''
    socket.on('data', chunk => {
      received += chunk
    })
    // Whoever still writes sees a reset.
    socket.on('error', () => undefined)
    socket.write(`${line} HTTP/1.1\r\nhost: ${hostname}\r\ntransfer-encoding: chunked\r\n\r\n`)
    const writing = setInterval(() => socket.write('5\r\nhello\r\n'), 20)
    await new Promise(resolve => socket.once('close', resolve))
    clearInterval(writing)
    expect(received).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
  })

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'application/graphql',
  ])('%s is no way to post an operation, as any page could', async type => {
    const response = await post({ query }, { 'content-type': type })
    expect(await refusalOf(response)).toEqual({ status: 415, codes: ['BAD_REQUEST'] })
  })

  test.each(['variables', 'extensions'])('%s in a URL that are no JSON are refused', async name => {
    expect(await refusalOf(await get({ query, [name]: '{' }))).toEqual({
      status: 400,
      codes: ['BAD_REQUEST'],
    })
    expect(served.log).toEqual([])
  })

  test('an Accept that nothing fits is refused', async () => {
    expect((await post({ query }, { ...json, accept: 'image/png' })).status).toBe(406)
  })

  test.each(['{', '{ nothing }', '{ locations(first: 0) { nodes { id } } }'])(
    'to whoever accepts plain JSON alone, %s is an answer of status 200 with errors',
    async wrong => {
      const response = await post({ query: wrong }, { ...json, accept: 'application/json' })
      expect(response.status).toBe(200)
      expect(await response.json()).toEqual({ errors: [expect.anything()] })
    },
  )
})

test.each([
  '//',
  '/graphql/more',
  '/graphiql',
  '/.env',
  '/health',
  '/ready',
  '/healthz/more',
  '/%2e%2e/docs',
])('there is nothing at %s', async path => {
  const response = await call(path, { headers: { accept: 'text/html' } })
  expect(response.status).toBe(404)
  expect(await response.text()).toBe('')
})

test.each(['/healthz', '/readyz'])('%s tells that it is well, without asking anybody', async path => {
  const response = await call(path)
  expect(response.status).toBe(200)
  expect(await response.text()).toBe('')
  expect(takeCalls(served.sandbox)).toEqual([])
})

test('the explorer is a page that loads nothing from elsewhere', async () => {
  const response = await call('/graphql', { headers: { accept: 'text/html' } })
  expect(response.headers.get('content-type')).toMatch(/^text\/html/)
  const page = await response.text()
  expect(page).toContain('<title>Isotherm</title>')
  const loads = [
    /\b(?:src|href|srcset|action|poster)\s*=\s*["'`]?\s*(?:https?:)?\/\/[^"'`\s>]*/g,
    /https?:\/\/[\w./@~-]+\.(?:m?js|css|json|wasm|woff2?|ttf|ico|png|svg)\b/g,
    /\b(?:import|fetch|importScripts|Worker|WebSocket|EventSource|sendBeacon)\(\s*["'`](?:(?:https?|wss?):)?\/\/[^"'`]*/g,
    /\bfrom\s*["'](?:https?:)?\/\/[^"']*/g,
    /url\(\s*["']?(?:https?:)?\/\/[^)]*/g,
    /@import\s[^;]*/g,
  ]
  expect(loads.flatMap(pattern => page.match(pattern) ?? [])).toEqual([])
})

test('an unexpected error is told as such, and logged by name and place, both without its words', async () => {
  const { log, messages } = recordLog()
  await using server = await startBroken(() => {
    throw new TypeError('cannot read one at postgres://user:password@internal')
  }, log)
  const { status, data, errors } = await askText(
    server.origin,
    '{ location(by: { id: "one" }) { id } providers { status } }',
  )
  expect(status).toBe(200)
  expect(data).toMatchObject({ location: null, providers: Array(5).fill({ status: 'NOT_CONFIGURED' }) })
  expect(errors).toEqual([
    {
      message: 'Something unexpected went wrong.',
      path: ['location'],
      locations: [expect.anything()],
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    },
  ])
  expect(messages).toEqual([expect.stringMatching(/^unexpected error at location: TypeError/)])
  expect(messages.join()).not.toContain('postgres')
})

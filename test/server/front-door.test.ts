import { once } from 'node:events'
import { connect } from 'node:net'
import fc from 'fast-check'
import { request } from 'undici'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startBroken } from '../support/broken-server.ts'
import { oddRequests } from '../support/odd-requests.ts'
import { headerOf, requestText, sendRaw } from '../support/raw-http.ts'
import { recordLog } from '../support/recorded-log.ts'
import { takeCalls } from '../support/refused.ts'
import { type Served, serve } from '../support/serving.ts'

const ours = 'https://dashboard.example'
const other = 'https://second.example'
const resources = new AsyncDisposableStack()
/** Without a listed origin, and with two. */
let [served, open]: Served[] = []

beforeAll(async () => {
  served = resources.use(await serve())
  open = resources.use(await serve({ environment: { ISOTHERM_CORS_ORIGINS: `${ours},${other}` } }))
  return () => resources.disposeAsync()
})

beforeEach(() => void calls())

/** What the upstreams of both were asked since the last time. */
function calls() {
  return [served, open].flatMap(one => (one ? takeCalls(one.sandbox) : []))
}

function at(server: Served | undefined): string {
  if (!server) throw new Error('The server is started before any test.')
  return server.origin
}

const query = '{ websites(first: 1) { nodes { views(first: 1) { nodes { path } } } } }'
const asked = `/graphql?${new URLSearchParams({ query })}`
const post = { method: 'POST', body: JSON.stringify({ query }) }
const json = { 'content-type': 'application/json' }

/** A request as raw text, with what HTTP/1.1 needs. */
function raw(line: string, ...headers: string[]) {
  return sendRaw(at(served), requestText(`${line} HTTP/1.1`, headers))
}

describe('a request of a bad form', () => {
  test.each([
    'a b',
    '%',
    'x:99999',
    'x:y',
    'user@x',
    'x/y',
    'x?y',
    '[::1',
    '[::x]',
    '999.1.1.1',
    'x,y',
    'größe',
  ])('is refused: the host %s', async host => {
    for (const path of ['/healthz', '/graphql', '/images/x', '/nowhere']) {
      const { status, body } = await raw(`GET ${path}`, `host: ${host}`)
      expect({ status, body }).toEqual({ status: 400, body: expect.stringContaining('"code":"BAD_REQUEST"') })
    }
  })

  test('is refused: two hosts, or none', async () => {
    expect((await raw('GET /healthz', 'host: localhost', 'Host: localhost')).status).toBe(400)
    expect((await raw('GET /healthz')).status).toBe(400)
  })

  test.each([
    'http://a b/healthz',
    'http://%/healthz',
    'http://x:99999/healthz',
    'http://u@h/healthz',
    'ftp://h/',
    'h',
  ])('is refused: the target %s', async target => {
    expect((await raw(`GET ${target}`, 'host: localhost')).status).toBe(400)
  })

  test.each(['//x', '/%', '/%00', '/a/../graphql', '/graphql/', '/x?a=/healthz', '/y/graphql', '/healthz/'])(
    'finds nothing: the target %s',
    async target => {
      expect((await raw(`GET ${target}`, 'host: localhost')).status).toBe(404)
    },
  )

  test('is refused: a head that is too large', async () => {
    expect((await raw('GET /healthz', 'host: localhost', `x: ${'x'.repeat(100_000)}`)).status).toBe(431)
  })
})

test('a request in absolute form is served, by the host that it names itself', async () => {
  expect((await raw('GET http://h/healthz', 'host: h')).status).toBe(200)
  expect((await raw('GET http://h/readyz', 'host: other')).status).toBe(200)
  expect((await raw('GET http://localhost/graphql?query={__typename}', 'host: h')).body).toContain('"Query"')
  expect((await raw('GET HTTP://LOCALHOST:80/healthz', 'host: h')).status).toBe(200)
  expect((await raw('GET http://h/graphql?query={__typename}', 'host: localhost')).status).toBe(421)
})

test('a request of HTTP/1.0 needs no host', async () => {
  const { status } = await sendRaw(at(served), requestText('GET /healthz HTTP/1.0'))
  expect(status).toBe(200)
})

test('OPTIONS tells the methods, of the whole server too', async () => {
  const told = await raw('OPTIONS *', 'host: localhost')
  expect([told.status, headerOf(told, 'allow')]).toEqual([204, 'GET, HEAD, POST, OPTIONS'])
  const graphql = await raw('OPTIONS /graphql', 'host: localhost')
  expect([graphql.status, headerOf(graphql, 'allow')]).toEqual([204, 'GET, POST, OPTIONS'])
  expect((await raw('GET *', 'host: localhost')).status).toBe(400)
})

test.each(['TRACE', 'PUT', 'DELETE', 'PATCH', 'PROPFIND'])('%s is refused everywhere', async method => {
  for (const [path, allow] of Object.entries({
    '/graphql': 'GET, POST',
    '/healthz': 'GET, HEAD',
    '/readyz': 'GET, HEAD',
    '/images/x': 'GET, HEAD, OPTIONS',
  })) {
    const refused = await raw(`${method} ${path}`, 'host: localhost')
    expect([refused.status, headerOf(refused, 'allow')]).toEqual([405, allow])
  }
})

test('a tunnel is refused, and a change of protocol ignored', async () => {
  expect((await raw('CONNECT localhost:80', 'host: localhost')).status).toBe(405)
  const upgrade = ['host: localhost', 'upgrade: websocket', 'sec-websocket-key: x']
  expect((await sendRaw(at(served), requestText('GET /healthz HTTP/1.1', upgrade))).status).toBe(200)
})

test('a body that waits for leave gets it where it is read, and none where it is refused', async () => {
  const body = JSON.stringify({ query: '{ __typename }' })
  const headers = (type: string) => [
    'host: localhost',
    `content-type: ${type}`,
    `content-length: ${body.length}`,
    'expect: 100-continue',
  ]
  const { hostname, port } = new URL(at(served))
  const socket = connect(Number(port), hostname)
  socket.write(requestText('POST /graphql HTTP/1.1', headers('application/json')))
  const [leave] = await once(socket, 'data')
  expect(String(leave)).toBe('HTTP/1.1 100 Continue\r\n\r\n')
  socket.write(body)
  const [answer] = await once(socket, 'data')
  expect(String(answer)).toMatch(/^HTTP\/1\.1 200 /)
  socket.destroy()
  const strange = requestText('POST /graphql HTTP/1.1', [
    ...headers('application/json'),
    'origin: https://evil.example',
  ])
  expect((await sendRaw(at(served), strange)).head).toMatch(/^HTTP\/1\.1 403 /)
})

describe('an unknown host', () => {
  test('is not served on a loopback address, wherever the request goes', async () => {
    for (const line of [
      'GET /graphql',
      'POST /graphql',
      'GET /images/x',
      'GET /healthz',
      'OPTIONS /graphql',
    ]) {
      const { status, body } = await raw(line, 'host: evil.example:4000', 'content-length: 0')
      expect(status).toBe(421)
      if (!line.startsWith('OPTIONS')) expect(body).toContain('evil.example')
      expect(body).toContain('ISOTHERM_HOSTS')
    }
  })

  test.each(['localhost', 'LOCALHOST.:4000', '127.0.0.1', '127.1.2.3:9', '[::1]', '[::1]:4000'])(
    'is not %s',
    async host => {
      expect((await raw('GET /healthz', `host: ${host}`)).status).toBe(200)
    },
  )

  test.each([
    'localhost.evil.example',
    '128.0.0.1',
    '127.0.0.1.evil.example',
    '[::2]',
    '0.0.0.0',
    '10.0.0.7',
  ])('is %s', async host => {
    expect((await raw('GET /healthz', `host: ${host}`)).status).toBe(421)
  })

  test('is neither that of ISOTHERM_PUBLIC_URL nor one of ISOTHERM_HOSTS', async () => {
    await using named = await serve({
      environment: {
        ISOTHERM_PUBLIC_URL: 'https://graph.example.com/isotherm',
        ISOTHERM_HOSTS: 'Graph.internal, only.internal:8080',
      },
    })
    const statusOf = async (host: string) =>
      (await sendRaw(named.origin, requestText('GET /healthz HTTP/1.1', [`host: ${host}`]))).status
    for (const host of ['graph.example.com', 'GRAPH.internal:99', 'only.internal:8080', 'localhost'])
      expect([host, await statusOf(host)]).toEqual([host, 200])
    for (const host of ['only.internal', 'only.internal:8081', 'example.com'])
      expect([host, await statusOf(host)]).toEqual([host, 421])
  })
})

describe('a page of another origin', () => {
  const strangers = [
    'https://evil.example',
    'null',
    'http://localhost',
    'https://dashboard.example.evil.example',
  ]

  test.each(strangers)('%s reads nothing, and caches know that the origin decides', async origin => {
    for (const [path, init] of [
      [asked, {}],
      ['/graphql', { ...post, headers: json }],
      ['/graphql', { method: 'OPTIONS', headers: { 'access-control-request-method': 'POST' } }],
      ['/images/x', {}],
      ['/images/x', { method: 'OPTIONS' }],
      ['/nowhere', {}],
      ['/healthz', {}],
      ['/graphql', { method: 'PUT' }],
    ] satisfies [string, RequestInit][]) {
      const { headers } = init satisfies RequestInit
      const response = await fetch(at(open) + path, { ...init, headers: { ...headers, origin } })
      const names = [...response.headers.keys()].filter(name => name.startsWith('access-control'))
      expect(names).toEqual([])
      expect(response.headers.get('vary')).toMatch(/\borigin\b/i)
    }
    expect(calls()).toEqual([])
  })

  test.each([ours, other])('reads what it asks where it is listed: %s', async origin => {
    const preflight = await fetch(`${at(open)}/graphql`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'sec-fetch-site': 'cross-site',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,isotherm-explain',
      },
    })
    expect(preflight.status).toBe(204)
    expect(Object.fromEntries(preflight.headers)).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'content-type,isotherm-explain',
      vary: 'Origin, Access-Control-Request-Headers',
    })
    const response = await fetch(`${at(open)}/graphql`, { ...post, headers: { ...json, origin } })
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': origin,
      vary: 'Origin',
    })
    expect(response.headers.has('access-control-allow-credentials')).toBe(false)
    const page = await fetch(`${at(open)}/graphql`, { headers: { accept: 'text/html', origin } })
    expect(Object.fromEntries(page.headers)).toMatchObject({
      'access-control-allow-origin': origin,
      vary: 'Origin, Accept, Accept-Encoding',
    })
    await page.body?.cancel()
    expect(calls()).not.toEqual([])
  })

  test('reads what it asks where all are listed', async () => {
    await using all = await serve({ environment: { ISOTHERM_CORS_ORIGINS: '*' } })
    for (const origin of ['null', 'https://anywhere.example']) {
      const headers = { ...json, origin, 'sec-fetch-site': 'cross-site' }
      const response = await fetch(`${all.origin}/graphql`, { ...post, headers })
      expect(response.status).toBe(200)
      expect(response.headers.get('access-control-allow-origin')).toBe('*')
    }
    expect((await fetch(all.origin + asked, { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(
      200,
    )
  })

  const navigation = {
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
    accept: 'text/html,*/*;q=0.8',
  }
  const sites: readonly (readonly [what: string, headers: Record<string, string>])[] = [
    ['an image', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
    ['a script', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' }],
    ['a frame', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe', accept: 'text/html' }],
    ['a link that runs a query', { ...navigation, accept: 'application/json' }],
    [
      'a stream of events',
      { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty', accept: 'text/event-stream' },
    ],
  ]
  /** As a browser sends it: fetch of Node has a `sec-fetch-mode` of its own. */
  async function browse(url: string, headers: Record<string, string>, { method = 'GET', body = '' } = {}) {
    const response = await request(url, { method, headers, ...(body && { body }) })
    return { status: response.statusCode, headers: response.headers, text: await response.body.text() }
  }

  describe.each(['cross-site', 'same-site', 'anything'])('of Sec-Fetch-Site: %s', site => {
    test.each(sites)('asks nothing by %s', async (_what, headers) => {
      for (const server of [served, open]) {
        const { status, text } = await browse(at(server) + asked, { ...headers, 'sec-fetch-site': site })
        expect(status).toBe(403)
        expect(text).toContain('"code":"FORBIDDEN"')
      }
      expect(calls()).toEqual([])
    })

    test('asks nothing by a form, and nothing of a document by its link', async () => {
      const headers = { ...navigation, 'sec-fetch-site': site }
      expect((await browse(`${at(served)}/graphql`, { ...headers, ...json }, post)).status).toBe(403)
      expect((await browse(`${at(served)}/graphql?documentId=x`, headers)).status).toBe(403)
      expect(calls()).toEqual([])
    })

    test('may lead to GraphiQL, show an image and ask whether all is well', async () => {
      const headers = { ...navigation, 'sec-fetch-site': site }
      const page = await browse(at(served) + asked, headers)
      expect(page.headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': "frame-ancestors 'self'",
      })
      expect((await browse(`${at(served)}/nowhere`, headers)).status).toBe(404)
      expect((await browse(`${at(served)}/images/x`, { 'sec-fetch-site': site })).status).toBe(404)
      expect((await browse(`${at(served)}/healthz`, { 'sec-fetch-site': site })).status).toBe(200)
      expect(calls()).toEqual([])
    })
  })

  test.each<Record<string, string>>([
    { 'sec-fetch-site': 'same-origin', origin: 'https://a-proxy.example' },
    { 'sec-fetch-site': 'none' },
    {},
  ])('is none of %j', async headers => {
    const response = await fetch(`${at(served)}/graphql`, { ...post, headers: { ...json, ...headers } })
    expect(response.status).toBe(200)
  })

  test('is not its own, with or without TLS, by whatever host it was asked', async () => {
    const own = async (host: string, origin: string) => {
      const headers = [`host: ${host}`, `origin: ${origin}`]
      return (await raw('GET /graphql?query={__typename}', ...headers)).status
    }
    expect(await own('localhost:4000', 'http://localhost:4000')).toBe(200)
    expect(await own('127.0.0.1:80', 'http://127.0.0.1')).toBe(200)
    expect(await own('localhost', 'https://localhost')).toBe(200)
    expect(await own('localhost:4000', 'http://localhost:4001')).toBe(403)
    expect(await own('localhost:4000', 'http://localhost')).toBe(403)
    await using named = await serve({
      environment: { ISOTHERM_PUBLIC_URL: 'https://graph.example.com/isotherm' },
    })
    const headers = { ...json, origin: 'https://graph.example.com' }
    expect((await fetch(`${named.origin}/graphql`, { ...post, headers })).status).toBe(200)
  })
})

test('a request that does not come to its end is given up', async () => {
  const { log, messages } = recordLog()
  await using hasty = await startBroken(
    () => {
      throw new TypeError('not reached')
    },
    log,
    { requestMilliseconds: 200 },
  )
  const start = 'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n'
  expect((await sendRaw(hasty.origin, `${start}content-length: 100\r\n\r\n{`)).status).toBe(408)
  expect((await sendRaw(hasty.origin, start)).status).toBe(408)
  expect(messages).toEqual([])
})

const places = /\n\s+at |node:|node_modules|\.ts\b|isotherm\/|\/(?:work|home|usr)\//

test('nothing that is sent makes a failure of the server, nor is told where it is installed', async () => {
  const { log, messages } = recordLog()
  await using hasty = await startBroken(
    () => {
      throw new TypeError('not reached')
    },
    log,
    { requestMilliseconds: 300, corsOrigins: [ours, other] },
  )
  const isHandled = fc.asyncProperty(oddRequests, async bytes => {
    const { status, head, body: told } = await sendRaw(hasty.origin, bytes)
    expect(status).toBeGreaterThanOrEqual(200)
    expect(status).toBeLessThan(500)
    expect((head + told).slice(0, 2000)).not.toMatch(places)
    const next = await sendRaw(hasty.origin, requestText('GET /healthz HTTP/1.1', ['host: localhost']))
    expect(next.status).toBe(200)
  })
  await fc.assert(isHandled, { numRuns: 800 })
  expect(messages).toEqual([])
})

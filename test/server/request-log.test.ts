import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { patternOf } from '../../src/server/routes.ts'
import { linkOf } from '../images/serving-images.ts'
import { askText } from '../support/client.ts'
import { pages } from '../support/docs.ts'
import { headerOf, requestText, sendRaw } from '../support/raw-http.ts'
import { sentId } from '../support/request-ids.ts'
import { type Served, serve } from '../support/serving.ts'
import { arrival } from '../support/wiring.ts'

const resources = new AsyncDisposableStack()
let served: Served

beforeAll(async () => {
  served = resources.use(await serve({ logLevel: 'info' }))
  return () => resources.disposeAsync()
})

let seen = 0
beforeEach(() => {
  seen = served.logLines.length
})

/** The lines of requests since the test began, once there are so many. */
async function requestLines(count: number): Promise<readonly Record<string, unknown>[]> {
  const lines = () => served.logLines.slice(seen).map(line => JSON.parse(line))
  await expect.poll(() => lines().filter(isOfRequest).length).toBeGreaterThanOrEqual(count)
  return lines().filter(isOfRequest)
}

function isOfRequest({ milliseconds, level }: Record<string, unknown>): boolean {
  return level === 'info' && milliseconds !== undefined
}

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

test('a request is one line that says who asked what, how it ended and what it cost', async () => {
  const query = 'query Totals { view(by: { url: "https://shop.example.com/pricing" }) { totalInteractions } }'
  const { text } = await askText(served.origin, query, {}, { headers: { traceparent } })
  expect(await requestLines(1)).toEqual([
    {
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      requestId: sentId,
      caller: 'anyone',
      method: 'POST',
      route: 'graphql',
      operationType: 'query',
      operationName: 'Totals',
      document: `sha256:${createHash('sha256').update(query).digest('hex')}`,
      status: 200,
      milliseconds: expect.any(Number),
      bytes: Buffer.byteLength(text),
      cost: expect.any(Number),
      upstream: { zenovay: { made: 1, shared: 0, cached: 0 } },
      aborted: false,
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      message: 'POST graphql 200',
    },
  ])
})

test('what is refused is a line as well, whatever refuses it', async () => {
  await askText(served.origin, '{ nothing }')
  await fetch(`${served.origin}/nowhere`)
  await fetch(`${served.origin}/graphql`, { method: 'PUT' })
  await fetch(`${served.origin}/images/x`)
  const lines = await requestLines(4)
  expect(lines.map(({ message }) => message).toSorted()).toEqual([
    'GET image 404',
    'GET unknown path 404',
    'POST graphql 400',
    'PUT graphql 405',
  ])
})

test('a health check is no line', async () => {
  await fetch(`${served.origin}/healthz`)
  await fetch(`${served.origin}/readyz`)
  await askText(served.origin, '{ __typename }')
  expect((await requestLines(1)).map(({ route }) => route)).toEqual(['graphql'])
})

test('the guide lists the routes of lines', () => {
  const guide = pages.get('docs/observing.md') ?? ''
  const [, told = ''] = /^\| `method`, `route` \| (.*) \|$/m.exec(guide) ?? []
  const logged = Object.keys(patternOf).filter(route => !['health', 'readiness'].includes(route))
  expect(logged.filter(route => !told.includes(`\`${route}\``))).toEqual([])
})

test('an export tells what it was estimated to cost, and no cost that nobody counted', async () => {
  const address = 'export/traffic.ndjson?location=ginza&from=2026-10-01&to=2026-10-03&interval=daily'
  await (await fetch(`${served.origin}/${address}`)).text()
  const [line] = await requestLines(1)
  expect(line).toMatchObject({ route: 'export', status: 200, cost: expect.any(Number) })
  expect(line).not.toHaveProperty('actualCost')
})

test('an image tells what it was fetched with, and nothing of its link', async () => {
  const link = await linkOf(served, 'page')
  await (await fetch(`${link}?width=200`)).arrayBuffer()
  const line = (await requestLines(3)).find(({ route }) => route === 'image')
  expect(line).toMatchObject({ status: 200, upstream: { posthog: { made: 1 } }, aborted: false })
  const handle = new URL(link).pathname.split('/').at(-1) ?? expect.unreachable('a link has a handle')
  expect(served.logLines.join('\n')).not.toContain(handle)
})

test('a client that leaves is a line when it has left, with what was asked until then', async () => {
  served.sandbox.zenovay.journal.script({ hang: true })
  const arrived = arrival(served.sandbox.zenovay, 'GET /api/external/v1/heatmaps/:websiteId/pages')
  const caller = new AbortController()
  const query = 'query Left { view(by: { url: "https://shop.example.com/" }) { totalInteractions } }'
  const asking = askText(served.origin, query, {}, { signal: caller.signal }).catch(() => 'left')
  await arrived
  expect(served.logLines.length).toBe(seen)
  caller.abort()
  expect(await asking).toBe('left')
  const [line] = await requestLines(1)
  expect(line).toMatchObject({ operationName: 'Left', aborted: true, upstream: { zenovay: { made: 1 } } })
  expect(line).not.toHaveProperty('status')
  served.sandbox.zenovay.journal.clear()
})

test('so is one that leaves an export, with the calls under way', async () => {
  const { analytiks } = served.sandbox
  const arrived = arrival(analytiks, 'POST /json/v2')
  analytiks.journal.script({ route: 'POST /json/v2', times: 1, hang: true })
  const leaving = new AbortController()
  const address = `${served.origin}/export/traffic.csv?location=ginza&from=2026-09-01&to=2026-09-03&interval=daily`
  const response = fetch(address, { signal: leaving.signal })
  await arrived
  leaving.abort()
  await expect(response).rejects.toThrow()
  expect((await requestLines(1))[0]).toMatchObject({
    route: 'export',
    aborted: true,
    upstream: { analytiks: { made: 1, shared: 0, cached: 0 } },
  })
})

test('one that leaves in the middle of its request is a line without a status', async () => {
  const socket = connect(Number(new URL(served.origin).port), '127.0.0.1')
  socket.write(
    'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
  )
  await once(socket, 'ready')
  // The front door has it once another request behind it is answered.
  await fetch(`${served.origin}/healthz`)
  socket.destroy()
  const [line] = await requestLines(1)
  expect(line).toMatchObject({ route: 'graphql', aborted: true })
  expect(line).not.toHaveProperty('status')
})

test('no variable, argument or alias is in a line, and no name that the document does not have', async () => {
  const query =
    'query Named($id: ID!) { planted_alias: website(by: { id: $id }) { id } other: website(by: { id: "planted-argument" }) { id } }'
  await askText(served.origin, query, { id: 'planted-variable' })
  await askText(served.origin, '{ __typename }', {}, { headers: { 'x-request-id': 'planted id' } })
  await fetch(`${served.origin}/graphql?query={__typename}&operationName=planted-name&planted=1`)
  await fetch(`${served.origin}/planted-path?planted=1`, { headers: { authorization: 'Bearer planted' } })
  expect(await requestLines(4)).toHaveLength(4)
  expect(served.logLines.slice(seen).join('\n')).not.toContain('planted')
})

test('a failure of a vendor says which call it was, at which attempt, and by which ids it is found again', async () => {
  const headers = { 'x-request-id': 'of-the-vendor' }
  served.sandbox.zenovay.journal.script({ times: 2, answer: { status: 503, headers } })
  const query = '{ view(by: { url: "https://shop.example.com/pricing" }) { totalInteractions } }'
  const { errors } = await askText(served.origin, query, {}, { headers: { traceparent } })
  expect(errors).toHaveLength(1)
  const lines = served.logLines.slice(seen).map(line => JSON.parse(line))
  expect(lines.filter(({ level }) => level === 'warn')).toEqual([
    {
      level: 'warn',
      time: expect.any(String),
      provider: 'zenovay',
      code: 'UPSTREAM_UNAVAILABLE',
      upstreamStatus: 503,
      upstreamRequestId: 'of-the-vendor',
      route: 'GET /heatmaps/:websiteId/pages',
      attempt: 2,
      milliseconds: expect.any(Number),
      requestId: sentId,
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      message: expect.stringMatching(/^zenovay UPSTREAM_UNAVAILABLE, status 503/),
    },
  ])
  expect(JSON.stringify(errors)).not.toContain('GET /heatmaps')
})

test.each(['/healthz', 'http://localhost/healthz'])('so is %s without a host', async target => {
  const response = await sendRaw(served.origin, requestText(`GET ${target} HTTP/1.1`))
  expect(response.status).toBe(400)
  const [line] = await requestLines(1)
  expect(line).toMatchObject({ status: 400, requestId: headerOf(response, 'x-request-id') })
})

test('an expectation that nobody meets is refused as all else is: with an id, and by a line', async () => {
  const lines = [
    'host: localhost',
    'expect: the worst',
    'content-type: application/json',
    'content-length: 2',
  ]
  const response = await sendRaw(served.origin, requestText('POST /graphql HTTP/1.1', lines, '{}'))
  expect(response.status).toBe(417)
  expect(response.body).toContain('100-continue')
  const [line] = await requestLines(1)
  expect(line).toMatchObject({ status: 417, method: 'POST', requestId: headerOf(response, 'x-request-id') })
})

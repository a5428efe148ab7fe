import { text as textOf } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { type Sandbox, startSandbox } from '../../src/sandbox.ts'
import { originOf, startChild } from '../support/child.ts'
import { askText } from '../support/client.ts'
import { startConnectProxy } from '../support/connect-proxy.ts'
import { sentId } from '../support/request-ids.ts'
import { expectDiscreet, secretsOf } from '../support/secrets.ts'
import { serveHttp } from '../upstream/http/loopback.ts'

const attribute = z.object({
  key: z.string(),
  value: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
})
const attributes = z
  .array(attribute)
  .transform(list => Object.fromEntries(list.map(({ key, value }) => [key, Object.values(value)[0]])))
const span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.number(),
  attributes,
})
const exported = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes }),
      scopeSpans: z.array(z.object({ spans: z.array(span) })),
    }),
  ),
})
const [server, client] = [2, 3]

/** Takes what is exported by OTLP over HTTP. */
async function startCollector() {
  const bodies: string[] = []
  const http = await serveHttp(async (request, response) => {
    const body = await textOf(request)
    expect(request.url).toBe('/v1/traces')
    bodies.push(body)
    response.setHeader('content-type', 'application/json')
    response.end('{}')
  })
  return {
    environment: { OTEL_EXPORTER_OTLP_ENDPOINT: http.url.origin },
    bodies,
    resources: () => bodies.flatMap(body => exported.parse(JSON.parse(body)).resourceSpans),
    spans: () =>
      bodies.flatMap(body =>
        exported
          .parse(JSON.parse(body))
          .resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
      ),
    [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
  }
}

/** What is exported comes at the end at the latest, so that no test waits for a timer. */
const once = { PORT: '0', OTEL_BSP_SCHEDULE_DELAY: '1000000', ISOTHERM_CACHE_BYTES: '0' }

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const callerSpan = '00f067aa0ba902b7'
const range = '{ start: "2025-08-05T00:00:00Z", end: "2025-08-06T00:00:00Z" }'
const query = `query Everything($id: ID!) {
  website(by: { zenovayId: $id }) { views(first: 1) { nodes { path } } }
  location(by: { analytiksId: "1" }) { traffic(range: { utc: ${range} }) { total } }
}`
const variables = { id: 'a1b2c3d4-e5f6-7890-abcd-ef1234567890' }

test('spans go through the proxy', async () => {
  await using collector = await startCollector()
  await using proxy = await startConnectProxy({ credentials: 'planted-user:planted-password' })
  const endpoint = collector.environment.OTEL_EXPORTER_OTLP_ENDPOINT.replace('127.0.0.1', 'collector.example')
  await using isotherm = await startChild('main.ts', {
    ...once,
    ISOTHERM_SANDBOX: 'on',
    HTTP_PROXY: proxy.url.href,
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
  })
  expect((await askText(await originOf(isotherm), '{ __typename }')).errors).toEqual([])
  isotherm.process.kill('SIGTERM')
  expect(await isotherm.ended()).toBe(0)
  expect(collector.spans()).not.toEqual([])
  expect(new Set(proxy.asked)).toEqual(new Set([new URL(endpoint).host]))
  expect(isotherm.stdout + isotherm.stderr).not.toContain('planted')
})

function callsOf(sandbox: Sandbox, provider: 'zenovay' | 'analytiks') {
  return sandbox[provider].journal.calls.map(({ headers }) => headers.traceparent)
}

test('a request is one span below its caller, and each upstream call one span below that', async () => {
  await using collector = await startCollector()
  await using sandbox = await startSandbox()
  await using isotherm = await startChild('main.ts', {
    ...once,
    ...sandbox.environment(),
    ...collector.environment,
    OTEL_SERVICE_NAME: 'heat',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
  })
  const origin = await originOf(isotherm)
  const traceparent = `00-${traceId}-${callerSpan}-01`
  expect((await askText(origin, query, variables, { headers: { traceparent } })).errors).toEqual([])
  await askText(origin, query, variables, { headers: { traceparent: `00-${traceId}-${callerSpan}-00` } })
  await fetch(`${origin}/images/planted-handle`)
  isotherm.process.kill('SIGTERM')
  expect(await isotherm.ended()).toBe(0)

  const spans = collector.spans()
  const requests = spans.filter(({ kind }) => kind === server)
  // The second request is one of a trace that is not sampled.
  expect(requests.map(({ name }) => name).toSorted()).toEqual(['GET /images/{link}', 'query'])
  const request = requests.find(({ name }) => name === 'query') ?? expect.unreachable('there is a request')
  expect(request).toMatchObject({ traceId, parentSpanId: callerSpan })
  expect(request.attributes).toEqual({
    'http.request.method': 'POST',
    'http.route': '/graphql',
    'http.response.status_code': 200,
    'graphql.operation.type': 'query',
    'graphql.operation.name': 'Everything',
    'isotherm.request.id': sentId,
    'isotherm.document.hash': expect.stringMatching(/^sha256:[\da-f]{64}$/),
    'isotherm.caller': 'anyone',
  })
  const calls = spans.filter(({ kind }) => kind === client)
  expect(calls.map(({ name }) => name).toSorted()).toEqual([
    'GET /heatmaps/:websiteId/pages',
    'POST /json/v2',
    'POST token',
  ])
  for (const call of calls) expect(call).toMatchObject({ traceId, parentSpanId: request.spanId })
  const pages = calls.find(({ name }) => name.startsWith('GET')) ?? expect.unreachable('Zenovay was asked')
  const { host, port } = {
    host: '127.0.0.1',
    port: Number(new URL(sandbox.zenovay.environment.ZENOVAY_URL ?? '').port),
  }
  expect(pages.attributes).toEqual({
    'isotherm.provider': 'zenovay',
    'http.request.method': 'GET',
    'http.response.status_code': 200,
    'url.template': '/heatmaps/:websiteId/pages',
    'url.scheme': 'http',
    'server.address': host,
    'server.port': port,
  })
  // A vendor is told of the very span, and of none that is not kept.
  const [sampled, unsampled] = callsOf(sandbox, 'zenovay')
  expect(sampled).toBe(`00-${traceId}-${pages.spanId}-01`)
  expect(unsampled).toMatch(new RegExp(`^00-${traceId}-(?!${callerSpan})[\\da-f]{16}-00$`))
  expect(callsOf(sandbox, 'analytiks').every(told => String(told).startsWith(`00-${traceId}-`))).toBe(true)
  const [resource] = collector.resources()
  expect(resource?.resource.attributes).toMatchObject({
    'service.name': 'heat',
    'deployment.environment.name': 'test',
    'telemetry.sdk.name': 'opentelemetry',
  })
})

test('no span holds a secret, a variable, a document or an address with values, whatever fails', async () => {
  await using collector = await startCollector()
  await using sandbox = await startSandbox()
  await using isotherm = await startChild('main.ts', {
    ...once,
    ...sandbox.environment(),
    ...collector.environment,
  })
  const origin = await originOf(isotherm)
  const asked = `{
    location(by: { auraVisionId: "planted-location" }) { heatmaps(range: ${range}, types: [PATH]) { image { state } } }
    website(by: { zenovayId: "planted-website" }) { views { nodes { path } } }
    view(by: { url: "https://planted.example.com/planted-path" }) { snapshots { name } heatmaps { name } }
    pageHeatmap(projectId: "1", id: "planted-heatmap") { url }
    traffic: location(by: { analytiksId: "1" }) { traffic(range: { utc: ${range} }) { total } }
  }`
  for (const answer of [undefined, { status: 401 }]) {
    for (const { journal } of sandbox.emulators) if (answer) journal.script({ answer })
    await askText(origin, asked)
  }
  await fetch(`${origin}/graphql?query={__typename}&variables={"planted":1}`)
  await fetch(`${origin}/planted-path?planted=1`, { headers: { 'x-request-id': 'planted id' } })
  isotherm.process.kill('SIGTERM')
  expect(await isotherm.ended()).toBe(0)
  const spans = collector.spans()
  expect(new Set(spans.map(({ kind }) => kind))).toEqual(new Set([server, client]))
  expect(spans.map(({ attributes }) => attributes['error.type'])).toEqual(expect.arrayContaining(['401']))
  expectDiscreet(secretsOf(sandbox), collector.bodies.join('\n'))
})

test.each([
  ['is dead', 'http://127.0.0.1:1'],
  ['says nothing', undefined],
])('a collector that %s costs one line of the log, and holds nothing up', async (_what, dead) => {
  await using silent = await serveHttp(() => {})
  await using isotherm = await startChild('main.ts', {
    ...once,
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${dead ?? silent.url.origin}/v1/traces`,
    OTEL_BSP_SCHEDULE_DELAY: dead ? '1' : '1000000',
  })
  const origin = await originOf(isotherm)
  for (let time = 0; time < 5; time++) expect((await askText(origin, '{ __typename }')).status).toBe(200)
  const stopped = performance.now()
  isotherm.process.kill('SIGTERM')
  expect(await isotherm.ended()).toBe(0)
  // A collector has two seconds at the end; the exporter would try again for ten.
  expect(performance.now() - stopped).toBeLessThan(4_500)
  const warnings = isotherm.stderr.split('\n').filter(line => line.includes('"warn"'))
  expect(warnings.length).toBeLessThanOrEqual(1)
})

test('without a collector nothing of OpenTelemetry or Prometheus is loaded', async () => {
  const list = `process.on('exit', () => console.log(Object.keys(require('node:module')._cache).filter(name => /opentelemetry|prom-client/.test(name)).join()))`
  const options = `--import=data:text/javascript,${encodeURIComponent(`import { createRequire } from 'node:module'; const require = createRequire('file:///'); ${list}`)}`
  await using isotherm = await startChild('main.ts', { PORT: '0', NODE_OPTIONS: options })
  await originOf(isotherm)
  isotherm.process.kill('SIGTERM')
  expect(await isotherm.ended()).toBe(0)
  expect(isotherm.stdout).toMatch(/may end\.\n\n$/)
})

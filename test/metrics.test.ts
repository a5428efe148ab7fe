import { beforeAll, expect, test } from 'vitest'
import { askText } from './support/client.ts'
import { requestText, sendRaw } from './support/raw-http.ts'
import { type Served, serve } from './support/serving.ts'
import { serveHttp } from './upstream/http/loopback.ts'

const resources = new AsyncDisposableStack()
let served: Served

beforeAll(async () => {
  served = resources.use(
    await serve({ environment: { ISOTHERM_METRICS: '127.0.0.1:0', ISOTHERM_CACHE_BYTES: '1000000' } }),
  )
  return () => resources.disposeAsync()
})

function url(): string {
  return served.metricsUrl ?? expect.unreachable('metrics are served')
}

/** The samples whose name starts so, by name and labels. */
async function samples(name: string): Promise<Readonly<Record<string, number>>> {
  const text = await (await fetch(url())).text()
  const lines = text.split('\n').filter(line => line.startsWith(name))
  return Object.fromEntries(
    lines.map(line => {
      const at = line.lastIndexOf(' ')
      return [line.slice(0, at), Number(line.slice(at + 1))]
    }),
  )
}

const pages = '{ view(by: { url: "https://shop.example.com/pricing" }) { totalInteractions } }'

test('metrics are served in the text format of Prometheus, by GET and HEAD at one path', async () => {
  const response = await fetch(url())
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  const text = await response.text()
  for (const line of text.split('\n').filter(Boolean))
    expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{.*\})? \S+)$/)
  expect((await fetch(url(), { method: 'HEAD' })).status).toBe(200)
  expect((await fetch(url(), { method: 'POST' })).status).toBe(405)
  expect((await fetch(new URL('/', url()))).status).toBe(404)
  expect((await fetch(`${served.origin}/metrics`)).status).toBe(404)
})

test('a page whose name leads to this machine reads none', async () => {
  const response = await sendRaw(url(), requestText('GET /metrics HTTP/1.1', ['host: rebound.example']))
  expect(response.status).toBe(421)
})

test('a call is counted by vendor, account, route and outcome; what the cache spares is a hit', async () => {
  for (const [index, answer] of [undefined, { status: 503 }, { status: 429 }, { status: 404 }].entries()) {
    if (answer) served.sandbox.zenovay.journal.script({ times: 1, answer })
    await askText(
      served.origin,
      `{ website(by: { zenovayId: "a1b2c3d4-e5f6-7890-abcd-ef123456789${index}" }) { views { nodes { path } } } }`,
    )
  }
  // Of the website that was asked first.
  await askText(served.origin, pages)
  await askText(served.origin, pages)
  const calls = await samples('isotherm_upstream_calls_total{provider="zenovay"')
  const of = (outcome: string) =>
    calls[
      `isotherm_upstream_calls_total{provider="zenovay",account="default",route="GET /heatmaps/:websiteId/pages",outcome="${outcome}"}`
    ]
  expect([of('failed'), of('rate_limited'), of('refused')]).toEqual([1, 1, expect.any(Number)])
  expect(of('ok')).toBeGreaterThanOrEqual(1)
  const counted = await samples('isotherm_upstream_call_duration_seconds_count{provider="zenovay"')
  expect(Object.values(counted).reduce((sum, count) => sum + count)).toBe(
    Object.values(calls).reduce((sum, count) => sum + count),
  )
  expect(await samples('isotherm_cache_hits_total{provider="zenovay",account="default"}')).toEqual({
    'isotherm_cache_hits_total{provider="zenovay",account="default"}': 2,
  })
  const [bytes] = Object.values(await samples('isotherm_upstream_response_bytes_total{provider="zenovay"'))
  expect(bytes).toBeGreaterThan(10)
  expect(Object.values(await samples('isotherm_cache_bytes{cache="records"}'))[0]).toBeGreaterThan(500)
  const [left] = Object.values(await samples('isotherm_upstream_quota_left{provider="zenovay"'))
  expect(left).toBeGreaterThan(0)
})

test('a response that cannot be read is counted as invalid, once, at every vendor', async () => {
  await using own = await serve({ environment: { ISOTHERM_METRICS: '127.0.0.1:0' } })
  const { 'aura-vision': auraVision, posthog, analytiks, zenovay, datadog } = own.sandbox
  for (const { journal } of [posthog, zenovay, datadog]) journal.script({ answer: { body: '<html>' } })
  analytiks.journal.script({ route: 'POST /json/v2', answer: { body: { successes: 'none' } } })
  auraVision.journal.script({ route: 'detail/list', frames: ['{id}|0|0|<!doctype html>'] })
  const range = '{ start: "2025-08-05T00:00:00Z", end: "2025-08-06T00:00:00Z" }'
  const { errors } = await askText(
    own.origin,
    `{ location(by: { id: "ginza" }) { traffic(range: { utc: ${range} }) { total } heatmaps(range: ${range}, types: [PATH]) { type } }
      view(by: { url: "https://shop.example.com/pricing" }) { totalInteractions heatmaps { name } snapshots { name } } }`,
  )
  expect(errors).toHaveLength(5)
  const text = await (await fetch(own.metricsUrl ?? '')).text()
  const of = (outcome: string) =>
    [
      ...text.matchAll(/^isotherm_upstream_calls_total\{provider="([^"]+)".*outcome="(\w+)"\} (\d+)$/gm),
    ].flatMap(([, provider, ended, count]) => (ended === outcome ? [`${provider} ${count}`] : []))
  expect(of('invalid_response').toSorted()).toEqual([
    'analytiks 1',
    'aura-vision 1',
    'datadog 1',
    'posthog 1',
    'zenovay 1',
  ])
  // Of the two tokens and the socket.
  expect(of('ok').toSorted()).toEqual(['analytiks 1', 'aura-vision 1', 'aura-vision 1'])
})

test('a token and a socket are calls as well', async () => {
  const range = '{ start: "2025-08-05T00:00:00Z", end: "2025-08-06T00:00:00Z" }'
  const text = `{ location(by: { id: "ginza" }) { traffic(range: { utc: ${range} }) { total } heatmaps(range: ${range}, types: [PATH]) { type } } }`
  expect((await askText(served.origin, text)).errors).toEqual([])
  const calls = await samples('isotherm_upstream_calls_total')
  const named = Object.keys(calls).map(name =>
    /provider="([^"]+)".*route="([^"]+)",outcome="ok"/.exec(name)?.slice(1).join(' '),
  )
  expect(named).toEqual(
    expect.arrayContaining([
      'analytiks POST token',
      'analytiks POST /json/v2',
      'aura-vision POST token',
      'aura-vision GET socket',
      'aura-vision detail/list',
    ]),
  )
  expect(Object.values(await samples('isotherm_upstream_tokens_total'))).toEqual([1, 1])
})

test('requests are counted by method, route and status, with the standard buckets', async () => {
  const before = await samples('http_server_request_duration_seconds_count')
  const name = (method: string, route: string, status: number, type = '') =>
    `http_server_request_duration_seconds_count{http_request_method="${method}",http_route="${route}",http_response_status_code="${status}",graphql_operation_type="${type}",graphql_operation_name=""}`
  await askText(served.origin, '{ __typename }')
  await fetch(`${served.origin}/healthz`)
  await fetch(`${served.origin}/nowhere`)
  const names = [name('POST', '/graphql', 200, 'query'), name('GET', '/healthz', 200), name('GET', '', 404)]
  await expect
    .poll(async () => {
      const after = await samples('http_server_request_duration_seconds_count')
      return names.map(each => (after[each] ?? 0) - (before[each] ?? 0))
    })
    .toEqual([1, 1, 1])
  const buckets = await samples('http_server_request_duration_seconds_bucket')
  const limits = Object.keys(buckets).flatMap(bucket => /le="([^"]+)"/.exec(bucket)?.[1] ?? [])
  expect([...new Set(limits)]).toEqual([
    '0.005',
    '0.01',
    '0.025',
    '0.05',
    '0.075',
    '0.1',
    '0.25',
    '0.5',
    '0.75',
    '1',
    '2.5',
    '5',
    '7.5',
    '10',
    '+Inf',
  ])
})

test('whatever callers send, there are no more series than there are routes, statuses and types', async () => {
  const ask = (number: number) =>
    Promise.all([
      fetch(`${served.origin}/planted-${number}`, { headers: { 'x-request-id': `planted-${number}` } }),
      fetch(`${served.origin}/images/planted-${number}`),
      askText(served.origin, `query Planted${number} { planted${number}: __typename }`),
      askText(served.origin, `{ planted${number} }`),
      sendRaw(served.origin, requestText(`M-SEARCH /planted${number} HTTP/1.1`, ['host: localhost'])),
    ])
  await ask(0)
  await expect.poll(() => samples('http_server_active_requests')).toEqual({ http_server_active_requests: 0 })
  const before = Object.keys(await samples('http_server')).length
  for (let number = 1; number < 20; number++) await ask(number)
  expect(Object.keys(await samples('http_server'))).toHaveLength(before)
  expect(await (await fetch(url())).text()).not.toMatch(/planted/i)
})

test("what differs from a vendor's documentation is counted by route and kind, without its values", async () => {
  const body = { success: true, data: { pages: [{ url: '/x', planted_member: 'planted' }] } }
  const asked =
    '{ website(by: { zenovayId: "a1b2c3d4-e5f6-7890-abcd-ef1234567899" }) { views { nodes { path } } } }'
  await using other = await serve({ environment: { ISOTHERM_METRICS: '127.0.0.1:0' } })
  other.sandbox.zenovay.journal.script({ times: 1, answer: { body } })
  expect((await askText(other.origin, asked)).errors).toEqual([])
  const text = await (await fetch(other.metricsUrl ?? '')).text()
  expect(text).toMatch(
    /^isotherm_upstream_drift_total\{provider="zenovay",account="default",route="GET \/heatmaps\/:websiteId\/pages",kind="unknown"\} 1$/m,
  )
  expect(text).not.toContain('planted')
})

test('memory, the event loop and the cost of operations are among them', async () => {
  const text = await (await fetch(url())).text()
  for (const name of [
    'process_resident_memory_bytes',
    'nodejs_eventloop_lag_seconds',
    'isotherm_operation_cost_bucket',
    'isotherm_log_lines_dropped_total 0',
    'isotherm_coalesced_calls_total',
    'isotherm_cache_bytes{cache="images"} 0',
    'isotherm_upstream_breaker_state{provider="posthog",account="default",state="closed"} 1',
    'isotherm_upstream_breaker_state{provider="posthog",account="default",state="open"} 0',
    'isotherm_upstream_configured{provider="datadog",account="default",status="READY"} 1',
  ])
    expect(text).toContain(name)
})

test('an address that is taken keeps it from starting, and is told by the name of its setting', async () => {
  await using other = await serveHttp(() => {})
  await expect(serve({ environment: { ISOTHERM_METRICS: `127.0.0.1:${other.url.port}` } })).rejects.toThrow(
    /cannot be listened on \(EADDRINUSE\): set ISOTHERM_METRICS to an address that is free/,
  )
})

test.each(['9464', '127.0.0.1', 'http://127.0.0.1:9464', '127.0.0.1:99999', 'a b:1', '[::1]', ':1'])(
  'the address %s is none',
  async address => {
    await expect(serve({ environment: { ISOTHERM_METRICS: address } })).rejects.toThrow(
      'ISOTHERM_METRICS: must be a host and a port such as 127.0.0.1:9464',
    )
  },
)

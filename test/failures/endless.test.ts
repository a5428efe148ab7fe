import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import type { Environment } from '../../src/config/environment.ts'
import type { ProviderName } from '../../src/upstream/error.ts'
import {
  FailureEverythingDocument,
  type FailureEverythingQuery,
  FailureImageDocument,
} from '../generated/graphql.ts'
import { type Answer, ask } from '../support/client.ts'
import { fieldsOf } from '../support/outages.ts'
import { serve } from '../support/serving.ts'
import { serveHttp } from '../upstream/http/loopback.ts'

const range = { start: '2025-08-05T00:00:00Z', end: '2025-08-06T00:00:00Z' }
const aMebibyte = { ISOTHERM_UPSTREAM_MAX_BYTES: String(1024 ** 2) }
/** No deadline that a test would wait for. */
const patient = { ISOTHERM_UPSTREAM_TIMEOUT_MS: '600000' }

/** Each HTTP upstream, pointed at another place. */
const upstreams: readonly (readonly [string, ProviderName, (origin: string) => Environment])[] = [
  ['Zenovay', 'zenovay', origin => ({ ZENOVAY_URL: origin })],
  ['Datadog', 'datadog', origin => ({ DATADOG_URL: origin })],
  ['PostHog', 'posthog', origin => ({ POSTHOG_HOST: origin })],
  ['Analytiks', 'analytiks', origin => ({ ANALYTIKS_EXPORTS_URL: origin })],
  ["Analytiks' token endpoint", 'analytiks', origin => ({ ANALYTIKS_TOKEN_URL: origin })],
  ["Aura Vision's issuer", 'aura-vision', origin => ({ AURA_VISION_ISSUER: origin })],
]

describe.each(upstreams)('%s', (_name, provider, pointedAt) => {
  test('is left in the middle of an answer without end, and nobody else is', async () => {
    await using upstream = await serveHttp(answerForEver)
    await using served = await serve({
      environment: { ...pointedAt(upstream.url.origin), ...aMebibyte, ...patient },
    })
    const answer = await ask(served.origin, FailureEverythingDocument, { range })
    expectFailed(answer, provider, { code: 'UPSTREAM_INVALID_RESPONSE', retryable: false })
    expect(upstream.sockets.length).toBeGreaterThan(0)
    await Promise.all(upstream.sockets.map(socket => socket.closed || once(socket, 'close')))
  })

  test('is not available when it cuts the connection in the middle of an answer', async () => {
    await using upstream = await serveHttp(answerHalf)
    await using served = await serve({ environment: { ...pointedAt(upstream.url.origin), ...patient } })
    const answer = await ask(served.origin, FailureEverythingDocument, { range })
    expectFailed(answer, provider, { code: 'UPSTREAM_UNAVAILABLE', retryable: true })
  })
})

test('an answer that stops half-way without an end is late', async () => {
  await using upstream = await serveHttp((_request, response) => void response.write('{"data":'))
  await using served = await serve({
    environment: { DATADOG_URL: upstream.url.origin, ISOTHERM_UPSTREAM_TIMEOUT_MS: '3000' },
  })
  const answer = await ask(served.origin, FailureEverythingDocument, { range })
  expectFailed(answer, 'datadog', { code: 'UPSTREAM_TIMEOUT', retryable: true })
})

const huge = {
  'in one message': [`{id}|0|0|["${'x'.repeat(1024 ** 2)}"]`],
  'in parts without end': Array.from({ length: 12 }, (_, part) => `{id}|${part}|999|${'x'.repeat(100_000)}`),
}

test.each(Object.entries(huge))(
  'Aura Vision fails alone when it answers too much %s',
  async (_name, frames) => {
    await using served = await serve({ environment: { ...aMebibyte, ...patient } })
    served.sandbox['aura-vision'].journal.script({ route: 'detail/list', frames })
    const answer = await ask(served.origin, FailureEverythingDocument, { range })
    expectFailed(answer, 'aura-vision', { code: 'UPSTREAM_INVALID_RESPONSE', retryable: false })
  },
)

const id = 'PageHeatmap:project:1:00000000-0000-4000-8000-000000000000'

test('an image without end is not read', async () => {
  await using upstream = await serveHttp((request, response) => {
    response.writeHead(200, { 'content-type': 'image/jpeg' })
    answerForEver(request, response)
  })
  await using served = await serve({
    environment: { POSTHOG_HOST: upstream.url.origin, ...aMebibyte, ...patient },
  })
  const { data } = await ask(served.origin, FailureImageDocument, { id })
  expect(data).toEqual({ node: { image: { state: 'READY' } } })
  await Promise.all(upstream.sockets.map(socket => socket.closed || once(socket, 'close')))
})

function answerForEver(_request: IncomingMessage, response: ServerResponse): void {
  const chunk = '"spam",'.repeat(10_000)
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  }
  response.on('drain', more)
  more()
}

function answerHalf(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
  response.write('{"data":', () => response.destroy())
}

function expectFailed(
  { status, errors }: Answer<FailureEverythingQuery>,
  provider: ProviderName,
  extensions: object,
): void {
  expect(status).toBe(200)
  expect(errors.map(({ path }) => path?.join('.')).sort()).toEqual(fieldsOf[provider].toSorted())
  for (const error of errors) expect(error.extensions).toMatchObject({ provider, ...extensions })
}

import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { Environment } from '../../src/config/environment.ts'
import { FailureEverythingDocument } from '../generated/graphql.ts'
import { ask } from '../support/client.ts'
import { serve } from '../support/serving.ts'
import { arrival } from '../support/wiring.ts'
import { serveHttp } from '../upstream/http/loopback.ts'

const range = { start: '2025-08-05T00:00:00Z', end: '2025-08-06T00:00:00Z' }
/** No deadline that a test would wait for. */
const patient = { ISOTHERM_UPSTREAM_TIMEOUT_MS: '600000' }

/** Each HTTP upstream, pointed at another place. */
const upstreams: Readonly<Record<string, (origin: string) => Environment>> = {
  Zenovay: origin => ({ ZENOVAY_URL: origin }),
  Datadog: origin => ({ DATADOG_URL: origin }),
  PostHog: origin => ({ POSTHOG_HOST: origin }),
  Analytiks: origin => ({ ANALYTIKS_EXPORTS_URL: origin }),
}

const waits: Readonly<Record<string, (response: ServerResponse) => void>> = {
  'before the answer': () => undefined,
  'in the middle of the answer': response => void response.write('{"data":'),
}

describe.each(Object.entries(upstreams))('%s', (_name, pointedAt) => {
  test.each(Object.entries(waits))('is left at once when the caller goes away %s', async (_when, wait) => {
    const asked = Promise.withResolvers<Socket>()
    await using upstream = await serveHttp((request: IncomingMessage, response) => {
      wait(response)
      asked.resolve(request.socket)
    })
    await using served = await serve({ environment: { ...pointedAt(upstream.url.origin), ...patient } })
    const caller = new AbortController()
    const answer = ask(served.origin, FailureEverythingDocument, { range }, { signal: caller.signal })
    const closed = asked.promise.then(socket => once(socket, 'close'))
    await asked.promise

    caller.abort()

    await expect(answer).rejects.toThrow('aborted')
    await closed
    await Promise.all(upstream.sockets.map(socket => socket.closed || once(socket, 'close')))
  })
})

test('a caller who goes away leaves the socket to the others', async () => {
  await using served = await serve({ environment: patient })
  const { journal, ...auraVision } = served.sandbox['aura-vision']
  journal.script({ route: 'detail/list', times: 1, hang: true })
  const arrived = arrival({ journal }, 'detail/list')
  const caller = new AbortController()
  const answer = ask(served.origin, FailureEverythingDocument, { range }, { signal: caller.signal })
  await arrived
  const other = ask(served.origin, FailureEverythingDocument, { range })

  caller.abort()

  await expect(answer).rejects.toThrow('aborted')
  expect((await other).errors).toEqual([])
  expect(journal.count('connect')).toBe(1)
  expect(auraVision.connections()).toBe(1)
})

test('a caller who goes away is nobody whose failure is told to others', async () => {
  await using served = await serve({ environment: patient })
  const { journal } = served.sandbox.zenovay
  journal.script({ times: 1, hang: true })
  const arrived = arrival({ journal }, 'GET /api/external/v1/heatmaps/:websiteId/pages')
  const caller = new AbortController()
  const answer = ask(served.origin, FailureEverythingDocument, { range }, { signal: caller.signal })
  await arrived
  const others = [1, 2].map(() => ask(served.origin, FailureEverythingDocument, { range }))
  caller.abort()
  await expect(answer).rejects.toThrow('aborted')
  for (const { errors } of await Promise.all(others)) expect(errors).toEqual([])
})

import { expect, test } from 'vitest'
import type { Fault } from '../../src/sandbox/emulator.ts'
import type { ProviderName } from '../../src/upstream/error.ts'
import { FailureEverythingDocument } from '../generated/graphql.ts'
import { ask, askText } from '../support/client.ts'
import { serve } from '../support/serving.ts'
import { onlyOnce } from '../support/wiring.ts'

const range = { start: '2025-08-05T00:00:00Z', end: '2025-08-06T00:00:00Z' }

/** Every route that a read takes. */
const routes: readonly (readonly [ProviderName, string])[] = [
  ['zenovay', 'GET /api/external/v1/heatmaps/:websiteId/pages'],
  ['datadog', 'GET /api/v2/replay/heatmap/snapshots'],
  ['posthog', 'GET /api/projects/:project_id/saved{/}?'],
  ['posthog', 'GET /api/projects/:project_id/heatmap_screenshots/:id/content{/}?'],
  ['analytiks', 'POST /json/v2'],
  ['analytiks', 'POST /json/v3'],
  ['analytiks', 'POST /token'],
  ['aura-vision', 'POST /oauth/token'],
  ['aura-vision', 'connect'],
  ['aura-vision', 'detail/list'],
]

const faults: Readonly<Record<string, Fault>> = {
  'status 503': { answer: { status: 503 }, frames: ['{"message":"Internal server error"}'] },
  'a cut connection': { cut: true },
}

test.each(Object.entries(faults))(
  '%s is met once on each route, and no caller sees it',
  async (_what, fault) => {
    await using served = await serve()
    const { sandbox } = served
    for (const [provider, route] of routes) sandbox[provider].journal.script({ ...fault, route, times: 1 })
    const { errors, upstream } = await ask(served.origin, FailureEverythingDocument, { range })
    expect(errors).toEqual([])
    expect(served.log).toEqual([])
    for (const [provider, route] of routes)
      expect(sandbox[provider].journal.count(route), route).toBeGreaterThanOrEqual(2)
    expect(upstream).toMatchObject({
      zenovay: { repeated: 1 },
      datadog: { repeated: 1 },
      analytiks: { tokens: 2 },
      'aura-vision': { tokens: 2, repeated: 1 },
    })
  },
)

test('without a retry budget the first failure is told', async () => {
  await using served = await serve({ environment: onlyOnce })
  const { journal } = served.sandbox.zenovay
  journal.script({ answer: { status: 503 }, times: 1 })
  const { errors } = await ask(served.origin, FailureEverythingDocument, { range })
  expect(errors).not.toEqual([])
  for (const { extensions } of errors) expect(extensions).toMatchObject({ upstreamStatus: 503 })
  expect(journal.count()).toBe(1)
})

const query = '{ snapshots(viewName: "/", first: 1) { name } }'

test('a change is never sent again', async () => {
  await using served = await serve()
  const { journal } = served.sandbox.datadog
  journal.script({ answer: { status: 503 } })
  const deletion = 'mutation { deleteSnapshot(input: { id: "none" }) { __typename } }'
  const { errors } = await askText(served.origin, deletion)
  expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }])
  expect(journal.count()).toBe(1)
})

test('a vendor that fails is not called, says for how long, and is found well again after the pause', async () => {
  await using served = await serve({
    environment: { ISOTHERM_CACHE_BYTES: '1000000', DATADOG_KEEP_SECONDS: '1' },
    breakerPauseMilliseconds: 2_000,
  })
  const { journal } = served.sandbox.datadog
  const { data: kept } = await askText(served.origin, query)
  await new Promise(resolve => setTimeout(resolve, 1_000))
  journal.clear()
  journal.script({ answer: { status: 500 } })
  const others = (count: number) =>
    Promise.all(
      Array.from({ length: count }, (_, index) =>
        askText(served.origin, `{ snapshots(viewName: "other${index}", first: 1) { name } }`),
      ),
    )
  await others(30)
  const called = journal.count()

  const refused = await others(30)
  for (const { errors } of refused)
    expect(errors).toMatchObject([
      {
        message: 'datadog fails too often, so it is not called for now.',
        extensions: {
          code: 'UPSTREAM_UNAVAILABLE',
          provider: 'datadog',
          retryable: true,
          retryAfterSeconds: expect.toSatisfy(seconds => seconds >= 1 && seconds <= 2),
        },
      },
    ])
  const { data, freshness } = await askText(served.origin, query)
  expect(data).toEqual(kept)
  expect(freshness).toMatchObject({ datadog: { stale: true } })
  expect(journal.count()).toBe(called)
  const opened = served.log.filter(message => message.includes('not called for'))
  expect(opened).toEqual([expect.stringMatching(/^datadog fails at 127\.0\.0\.1:\d+: not called for 2 s$/)])

  journal.clear()
  await expect.poll(async () => (await others(1))[0]?.errors, { timeout: 10_000, interval: 200 }).toEqual([])
  expect(journal.count()).toBe(1)
})

test('a breaker that is switched off lets every call through', async () => {
  await using served = await serve({ environment: { ...onlyOnce, ISOTHERM_BREAKER: 'off' } })
  const { journal } = served.sandbox.datadog
  journal.script({ answer: { status: 500 } })
  for (let count = 0; count < 30; count++) await askText(served.origin, query)
  expect(journal.count()).toBe(30)
})

import { expect, test } from 'vitest'
import {
  EverythingDocument,
  GraphDeleteSnapshotDocument,
  GraphProvidersDocument,
} from '../generated/graphql.ts'
import { callsOf } from '../support/calls.ts'
import { ask, askText } from '../support/client.ts'
import { serve } from '../support/serving.ts'
import { onlyOnce } from '../support/wiring.ts'

const range = { start: '2025-06-02T00:00:00Z', end: '2025-06-03T00:00:00Z' }

test('every provider is told with whether it can be asked, and none is asked', async () => {
  const environment = { ISOTHERM_SANDBOX: 'zenovay,posthog', DD_APP_KEY: undefined, DD_API_KEY: undefined }
  await using served = await serve({ environment })
  const { data, errors, extensions } = await ask(served.origin, GraphProvidersDocument, {})
  expect(errors).toEqual([])
  expect(data.providers).toEqual([
    { name: 'aura-vision', status: 'READY' },
    { name: 'posthog', status: 'SANDBOX' },
    { name: 'analytiks', status: 'READY' },
    { name: 'zenovay', status: 'SANDBOX' },
    { name: 'datadog', status: 'NOT_CONFIGURED' },
  ])
  expect(extensions).toEqual({})
  expect(callsOf(served.sandbox)).toEqual({})
})

const health = `{ providers {
  name breaker { state until } quotaLeft lastSuccessAt lastError { at code }
  drift { endpoint path kind sample count firstSeenAt lastSeenAt }
} }`

test('of each provider is told how its calls went, and it costs none', async () => {
  const environment = { ISOTHERM_SANDBOX: 'off', DD_APP_KEY: undefined, DD_API_KEY: undefined }
  await using served = await serve({ environment })
  const untouched = {
    breaker: { state: 'CLOSED', until: null },
    lastSuccessAt: null,
    lastError: null,
    drift: [],
  }
  const before = await askText<Health>(served.origin, health)
  expect(before.errors).toEqual([])
  expect(before.data.providers).toEqual([
    { name: 'aura-vision', quotaLeft: null, ...untouched },
    { name: 'posthog', quotaLeft: 1200, ...untouched },
    { name: 'analytiks', quotaLeft: null, ...untouched },
    { name: 'zenovay', quotaLeft: 10_000, ...untouched },
    { name: 'datadog', quotaLeft: null, ...untouched },
  ])
  expect(callsOf(served.sandbox)).toEqual({})

  const { posthog, zenovay } = served.sandbox
  const page = { url: '/', total_interactions: '7', last_updated: null, planted_member: 'planted-value' }
  zenovay.journal.script({ times: 1, answer: { body: { success: true, data: { pages: [page] } } } })
  posthog.journal.script({ answer: { status: 403 } })
  await ask(served.origin, EverythingDocument, { range })
  const { data, text } = await askText<Health>(served.origin, health)
  const now = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  const of = (name: string) => data.providers.find(provider => provider.name === name)
  expect(of('aura-vision')).toMatchObject({ lastSuccessAt: now, lastError: null, drift: [] })
  expect(of('analytiks')).toMatchObject({ lastSuccessAt: now, lastError: null, drift: [] })
  expect(of('posthog')).toMatchObject({
    lastSuccessAt: null,
    lastError: { at: now, code: 'UPSTREAM_FORBIDDEN' },
    breaker: { state: 'CLOSED', until: null },
  })
  expect(of('zenovay')).toMatchObject({
    lastError: { at: now, code: 'UPSTREAM_INVALID_RESPONSE' },
    drift: [
      {
        endpoint: 'GET /heatmaps/:websiteId/pages',
        path: 'data.pages[].total_interactions',
        kind: 'OTHER_TYPE',
        sample: 'string',
        count: 1,
        firstSeenAt: now,
        lastSeenAt: now,
      },
    ],
  })
  expect(text).not.toContain('planted')
})

interface Health {
  readonly providers: readonly { readonly name: string }[]
}

test('a provider that is left alone is told with when it is called again', async () => {
  await using served = await serve({ environment: onlyOnce })
  served.sandbox.datadog.journal.script({ answer: { status: 500 } })
  for (let call = 0; call < 20; call++) await askText(served.origin, '{ snapshots(viewName: "/") { name } }')
  const { data } = await askText<Health>(served.origin, health)
  expect(data.providers.at(-1)).toMatchObject({
    name: 'datadog',
    breaker: {
      state: 'OPEN',
      until: expect.toSatisfy(until => {
        const left = Date.parse(until) - Date.now()
        return left > 0 && left <= 30_000
      }),
    },
    lastError: { code: 'UPSTREAM_UNAVAILABLE' },
  })
})

test('the vendors of the sandbox answer as they document', async () => {
  await using served = await serve()
  await ask(served.origin, EverythingDocument, { range })
  await askText(served.origin, '{ websites { nodes { name } } }')
  // One of them is stored elsewhere, which PostHog answers by 501.
  await askText(served.origin, '{ websites { nodes { heatmaps { nodes { image { state failure } } } } } }')
  // Analytiks knows the first store, and refuses the second.
  const traffic =
    'traffic(range: { utc: { start: "2025-06-02T00:00:00Z", end: "2025-06-03T00:00:00Z" } }) { total }'
  const stores = ['1', '4711'].map(id => `s${id}: location(by: { analytiksId: "${id}" }) { ${traffic} }`)
  const { errors } = await askText(served.origin, `{ ${stores.join(' ')} }`)
  expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_FORBIDDEN' } }])
  const { data } = await askText<Health>(served.origin, health)
  for (const provider of data.providers) expect(provider).toMatchObject({ drift: [] })
})

test('an answer names the providers whose made-up data it holds, and no others', async () => {
  await using served = await serve({ environment: { ISOTHERM_SANDBOX: 'zenovay,datadog' } })
  const everything = await ask(served.origin, EverythingDocument, { range })
  expect(everything.errors).toEqual([])
  expect(everything.extensions).toEqual({ sandbox: ['zenovay', 'datadog'] })
  const one = await askText(served.origin, '{ view(by: { id: "View:shop:/" }) { totalInteractions } }')
  expect(one.extensions).toEqual({ sandbox: ['zenovay'] })
  const real = await askText(served.origin, '{ view(by: { id: "View:shop:/" }) { url heatmaps { name } } }')
  expect(real.extensions).toEqual({})
  expect(real.errors).toEqual([])
  const written = await ask(served.origin, GraphDeleteSnapshotDocument, { input: { id: 'none' } })
  expect(written.extensions).toEqual({ sandbox: ['datadog'] })
  expect(Object.keys(callsOf(served.sandbox))).toEqual(['aura-vision', 'posthog', 'analytiks'])
})

test('an answer of a sandbox alone names all five', async () => {
  await using served = await serve({ environment: { ISOTHERM_SANDBOX: 'on' } })
  const { errors, extensions } = await ask(served.origin, EverythingDocument, { range })
  expect(errors).toEqual([])
  expect(extensions).toEqual({ sandbox: ['aura-vision', 'posthog', 'analytiks', 'zenovay', 'datadog'] })
  expect(callsOf(served.sandbox)).toEqual({})
})

test('an answer without made-up data names nobody', async () => {
  await using served = await serve()
  const { errors, extensions } = await ask(served.origin, EverythingDocument, { range })
  expect(errors).toEqual([])
  expect(extensions).toEqual({})
})

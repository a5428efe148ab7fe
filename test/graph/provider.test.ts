import { expect, test } from 'vitest'
import {
  EverythingDocument,
  GraphDeleteSnapshotDocument,
  GraphProvidersDocument,
} from '../generated/graphql.ts'
import { callsOf } from '../support/calls.ts'
import { ask, askText } from '../support/client.ts'
import { serve } from '../support/serving.ts'

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

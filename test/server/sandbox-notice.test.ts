import { expect, test } from 'vitest'
import { startIsotherm } from '../../src/isotherm.ts'
import { askText } from '../support/client.ts'
import { serve } from '../support/serving.ts'

const everybody = ['aura-vision', 'posthog', 'analytiks', 'zenovay', 'datadog']
const names = '{ locations(first: 1) { nodes { name } } }'

test('an answer names the emulated providers that it was made of', async () => {
  await using isotherm = await startIsotherm({ PORT: '0' })
  const { extensions } = await askText(
    isotherm.origin,
    '{ snapshots(viewName: "/pricing", first: 1) { name } }',
  )
  expect(extensions).toEqual({ sandbox: ['datadog'] })
})

test('an answer of made-up names alone names all emulated providers', async () => {
  await using isotherm = await startIsotherm({ PORT: '0' })
  const { data, extensions } = await askText(isotherm.origin, names)
  expect(data).toEqual({ locations: { nodes: [{ name: 'Oxford Street' }] } })
  expect(extensions).toEqual({ sandbox: everybody })
})

test('each event of a subscription names them', async () => {
  await using isotherm = await startIsotherm({ PORT: '0' })
  const { data } = await askText<{ website: { heatmaps: { nodes: { id: string; type: string }[] } } }>(
    isotherm.origin,
    '{ website(by: { id: "shop" }) { heatmaps { nodes { id type } } } }',
  )
  // It has no image, so its first event is the last.
  const recording = data.website.heatmaps.nodes.find(({ type }) => type === 'recording')
  const query = `subscription { heatmapImage(id: "${recording?.id}") { state } }`
  const headers = { accept: 'text/event-stream' }
  const events = await fetch(`${isotherm.origin}/graphql?${new URLSearchParams({ query })}`, { headers })
  const [, event] = /^data: (\{.+)$/m.exec(await events.text()) ?? []
  expect(JSON.parse(event ?? '')).toEqual({
    data: { heatmapImage: { state: 'FAILED' } },
    extensions: {
      sandbox: ['posthog'],
      upstream: { posthog: expect.objectContaining({ planned: 1, made: 1 }) },
      freshness: { posthog: { ageSeconds: 0, stale: false } },
    },
  })
})

test('an answer without data names nobody', async () => {
  await using isotherm = await startIsotherm({ PORT: '0' })
  const { extensions } = await askText(isotherm.origin, '{ locations(first: 0) { nodes { name } } }')
  expect(extensions).toEqual({})
})

test('an answer of real providers names nobody', async () => {
  await using served = await serve()
  expect((await askText(served.origin, names)).extensions).toEqual({})
})

test('an export names them in a header, since a CSV has no other place for it', async () => {
  const path = '/export/traffic.csv?location=analytiks:1&from=2026-10-20&to=2026-10-22&interval=daily'
  const namedBy = async (origin: string) => {
    const response = await fetch(origin + path)
    await response.arrayBuffer()
    return [response.status, response.headers.get('isotherm-sandbox')]
  }
  await using isotherm = await startIsotherm({ PORT: '0' })
  expect(await namedBy(isotherm.origin)).toEqual([200, 'analytiks'])
  await using served = await serve()
  expect(await namedBy(served.origin)).toEqual([200, null])
})

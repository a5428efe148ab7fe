import { expect, test } from 'vitest'
import type { Journal } from '../src/sandbox/emulator.ts'
import { linkOf } from './images/serving-images.ts'
import { askText } from './support/client.ts'
import { type Served, serve } from './support/serving.ts'

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
const everything = `query ($day: TimeRange!) {
  location(by: { id: "ginza" }) { traffic(range: { utc: $day }) { total } }
  view(by: { url: "https://shop.example.com/pricing" }) {
    totalInteractions
    heatmaps { name image { state } }
    snapshots(first: 1) { name }
  }
}`
const change = 'mutation { deleteSnapshot(input: { id: "one" }) { __typename } }'
const variables = { day: { start: '2025-08-05T00:00:00Z', end: '2025-08-06T00:00:00Z' } }

test('every call to a vendor is of the trace that its request came with', async () => {
  await using served = await serve()
  const headers = { traceparent, tracestate: 'own=1', baggage: 'user=1' }
  for (const query of [everything, change]) {
    const { errors } = await askText(served.origin, query, variables, { headers })
    expect(errors).toEqual([])
  }
  for (const { calls } of journalsOf(served)) {
    // A token is nobody's, and used by all who come after.
    const own = calls.filter(({ route }) => !route.includes('/token'))
    expect(own.map(call => call.headers.traceparent)).toEqual(own.map(() => traceparent))
    expect(own.length).toBeGreaterThan(0)
    for (const call of calls) expect(Object.keys(call.headers)).not.toContain('tracestate')
    for (const call of calls) expect(Object.keys(call.headers)).not.toContain('baggage')
  }
})

test('so is every call for an image by its link', async () => {
  await using served = await serve()
  const link = await linkOf(served, 'page')
  served.sandbox.posthog.journal.clear()
  const response = await fetch(link, { headers: { traceparent } })
  expect(response.status).toBe(200)
  const { calls } = served.sandbox.posthog.journal
  expect(calls.map(call => call.headers.traceparent)).toEqual(calls.map(() => traceparent))
  expect(calls.length).toBeGreaterThan(0)
})

test.each([
  undefined,
  '',
  'nonsense',
  '00-00000000000000000000000000000000-00f067aa0ba902b7-01',
  `${traceparent}-more`,
])('where a request comes with %j, calls are of no trace', async value => {
  await using served = await serve()
  const headers: Record<string, string> = value === undefined ? {} : { traceparent: value }
  const { errors } = await askText(served.origin, everything, variables, { headers })
  expect(errors).toEqual([])
  for (const { calls } of journalsOf(served))
    for (const call of calls) expect(call.headers.traceparent).toBeUndefined()
})

function journalsOf({ sandbox: { posthog, analytiks, zenovay, datadog } }: Served): readonly Journal[] {
  return [posthog, analytiks, zenovay, datadog].map(({ journal }) => journal)
}

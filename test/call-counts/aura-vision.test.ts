import { expect, test } from 'vitest'
import { callsOf } from '../calls.ts'
import { ask, askText } from '../client.ts'
import { CountSpatialHeatmapsDocument } from '../generated/graphql.ts'
import { serve } from '../serving.ts'

const range = { start: '2025-06-02T00:00:00Z', end: '2025-06-04T00:00:00Z' }

test('12 locations and 3 types of heatmap cost one request', async () => {
  await using served = await serve()
  const { data, errors } = await ask(served.origin, CountSpatialHeatmapsDocument, { range })
  expect(errors).toEqual([])
  expect(callsOf(served.sandbox)).toEqual({
    'aura-vision': { 'POST /oauth/token': 1, connect: 1, 'detail/list': 1 },
  })
  const { nodes } = data.locations
  const entities = nodes.map(({ auraVisionId }) => auraVisionId)
  const filter = { heatmapType: ['path', 'linger', 'entry'] }
  expect(served.sandbox.auraVision.journal.calls.at(-1)).toMatchObject({
    body: { data: { body: { entities, filter } } },
  })
  expect(nodes).toHaveLength(12)
  for (const { auraVisionId, paths, lingers, doors } of nodes) {
    const types = [paths, lingers, doors].map(rows => new Set(rows?.map(({ type }) => type)))
    expect(types).toEqual([new Set(['PATH']), new Set(['LINGER']), new Set(['ENTRY', 'PATH'])])
    const shown = [paths, lingers, doors].flatMap(rows => rows?.map(({ location }) => location))
    expect(new Set(shown.map(location => location?.auraVisionId))).toEqual(new Set([auraVisionId]))
  }
})

test('the same filter in another order or spelling costs nothing more', async () => {
  await using served = await serve()
  const { errors } = await askText(
    served.origin,
    `query ($range: TimeRange!, $sameRange: TimeRange!) {
      location(by: { id: "ginza" }) {
        one: heatmaps(range: $range, types: [PATH, EXIT], roles: ["staff", "customer"]) { role }
        two: heatmaps(range: $sameRange, types: [EXIT, PATH, PATH], roles: ["customer", "staff", "staff"]) { role }
      }
      other: location(by: { id: "pitt-street" }) {
        heatmaps(range: $range, types: [PATH], roles: ["customer", "staff"], ages: null) { role }
      }
    }`,
    { range, sameRange: { start: '2025-06-02T02:00:00+02:00', end: '2025-06-03T19:00:00.000-05:00' } },
  )
  expect(errors).toEqual([])
  expect(callsOf(served.sandbox)['aura-vision']?.['detail/list']).toBe(1)
})

test('each differing range, role, age, gender and taxonomy costs a request of its own', async () => {
  await using served = await serve()
  const { errors } = await askText(
    served.origin,
    `query ($range: TimeRange!) {
      location(by: { id: "ginza" }) {
        all: heatmaps(range: $range, types: [PATH]) { type }
        sooner: heatmaps(range: { start: "2025-06-02T00:00:00Z", end: "2025-06-03T00:00:00Z" }, types: [PATH]) { type }
        roles: heatmaps(range: $range, types: [PATH], roles: ["staff"]) { type }
        ages: heatmaps(range: $range, types: [PATH], ages: ["25-34"]) { type }
        genders: heatmaps(range: $range, types: [PATH], genders: ["female"]) { type }
        zones: heatmaps(range: $range, types: [PATH], taxonomy: "Entrance") { type }
      }
    }`,
    { range },
  )
  expect(errors).toEqual([])
  expect(callsOf(served.sandbox)).toEqual({
    'aura-vision': { 'POST /oauth/token': 1, connect: 1, 'detail/list': 6 },
  })
})

test('many requests at once cost one token and one socket', async () => {
  await using served = await serve()
  const questions = Array.from({ length: 12 }, () =>
    ask(served.origin, CountSpatialHeatmapsDocument, { range }),
  )
  const answers = await Promise.all(questions)
  expect(answers.flatMap(({ errors }) => errors)).toEqual([])
  expect(callsOf(served.sandbox)).toEqual({
    'aura-vision': { 'POST /oauth/token': 1, connect: 1, 'detail/list': 12 },
  })
})

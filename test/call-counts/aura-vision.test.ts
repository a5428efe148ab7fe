import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { detailRequest } from '../../src/sandbox/aura-vision-rows.ts'
import { stores } from '../../src/sandbox/world.ts'
import { CountSpatialHeatmapsDocument } from '../generated/graphql.ts'
import { callsOf } from '../support/calls.ts'
import { ask, askText } from '../support/client.ts'
import { type Served, serve } from '../support/serving.ts'

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
  expect(served.sandbox['aura-vision'].journal.calls.at(-1)).toMatchObject({
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
  expect(callsOf(served.sandbox)).toMatchObject({
    'aura-vision': { 'POST /oauth/token': 1, connect: 1 },
  })
})

// Windows of 31 days are counted from 1970 on: one of them starts with the 4th of May 2025.
test.each([
  { name: 'two days', range, windows: 1 },
  { name: '31 days, wherever they lie', range: days('2025-05-20', 31), windows: 1 },
  { name: '62 days that start with a window', range: days('2025-05-04', 62), windows: 2 },
  { name: '62 days that start elsewhere', range: days('2025-05-20', 62), windows: 3 },
  { name: 'thirteen months', range: days('2024-06-01', 395), windows: 13 },
])('120 locations and $name cost a request for every 50 of them and every window: $windows', async asked => {
  await using served = await serve({ catalog: catalogOf(120) })
  const { errors } = await askText(
    served.origin,
    `query ($range: TimeRange!, $after: String!) {
      locations(first: 100) { nodes { ...Shown } }
      rest: locations(first: 100, after: $after) { nodes { ...Shown } }
    }
    fragment Shown on Location {
      heatmaps(range: $range, types: [PATH], roles: ["staff"]) { role }
      same: heatmaps(range: $range, types: [PATH], roles: ["staff"]) { type image { link } }
    }`,
    { range: asked.range, after: 'store-99' },
  )
  expect(errors).toEqual([])
  const requests = requestsTo(served)
  expect(requests).toHaveLength(Math.ceil(120 / 50) * asked.windows)
  const windows = Map.groupBy(requests, ({ filter }) => filter.start)
  expect(windows.size).toBe(asked.windows)
  for (const window of windows.values()) {
    expect(window.flatMap(({ entities }) => entities).toSorted()).toEqual(auraVisionIds(120).toSorted())
  }
})

test('the most locations and days of a request are settings', async () => {
  const environment = { AURA_VISION_MAX_LOCATIONS: '5', AURA_VISION_MAX_DAYS: '1' }
  await using served = await serve({ environment })
  const { errors } = await ask(served.origin, CountSpatialHeatmapsDocument, { range })
  expect(errors).toEqual([])
  expect(requestsTo(served)).toHaveLength(Math.ceil(12 / 5) * 2)
})

test('selections that differ a little are one request for the union, and no field gets rows of another', async () => {
  await using served = await serve()
  const { data, errors } = await askText<Record<'ginza' | 'pitt', Record<string, { type: string }[]>>>(
    served.origin,
    `query ($range: TimeRange!) {
      ginza: location(by: { id: "ginza" }) {
        paths: heatmaps(range: $range, types: [PATH]) { type }
        doors: heatmaps(range: $range, types: [EXIT, ENTRY]) { type }
      }
      pitt: location(by: { id: "pitt-street" }) { lingers: heatmaps(range: $range, types: [LINGER]) { type } }
    }`,
    { range },
  )
  expect(errors).toEqual([])
  const { ginza, pitt } = data
  const heatmapType = ['path', 'linger', 'entry', 'exit']
  expect(requestsTo(served)).toMatchObject([
    { entities: [auraVisionId(5), auraVisionId(10)], filter: { heatmapType } },
  ])
  const shown = [ginza.paths, ginza.doors, pitt.lingers].map(rows => new Set(rows?.map(({ type }) => type)))
  expect(shown).toEqual([new Set(['PATH']), new Set(['ENTRY', 'EXIT']), new Set(['LINGER'])])
})

test('selections that differ much are asked apart, and nothing is asked in vain', async () => {
  await using served = await serve({ catalog: catalogOf(60) })
  const { errors } = await askText(
    served.origin,
    `query ($range: TimeRange!) {
      locations(first: 49) { nodes { heatmaps(range: $range, types: [PATH]) { role } } }
      location(by: { id: "store-54" }) {
        heatmaps(range: $range, types: [LINGER_PEOPLE_COUNT, EXIT, PATH]) { role }
      }
    }`,
    { range },
  )
  expect(errors).toEqual([])
  expect(requestsTo(served).map(({ entities, filter }) => [entities.length, filter.heatmapType])).toEqual([
    [49, ['path']],
    [1, ['path', 'exit', 'lingerPeopleCount']],
  ])
})

test('rows that nobody asked for are in no answer, whatever upstream sends', async () => {
  await using served = await serve()
  const rows = [
    { location_id: auraVisionId(5), heatmap_type: 'path', role: 'asked' },
    { location_id: auraVisionId(5), heatmap_type: 'linger' },
    { location_id: auraVisionId(5), heatmap_type: 'path', created: '2025-06-04T00:00:00.000' },
    { location_id: auraVisionId(6), heatmap_type: 'path' },
  ]
  const frames = [`{id}|0|0|${JSON.stringify(rows)}`]
  served.sandbox['aura-vision'].journal.script({ route: 'detail/list', frames })
  const { data, errors } = await askText(
    served.origin,
    `query ($range: TimeRange!) {
      location(by: { id: "ginza" }) { heatmaps(range: $range, types: [PATH]) { role } }
      other: location(by: { id: "pitt-street" }) { heatmaps(range: $range, types: [LINGER]) { role } }
    }`,
    { range },
  )
  expect(errors).toEqual([])
  expect(data).toEqual({ location: { heatmaps: [{ role: 'asked' }] }, other: { heatmaps: [] } })
})

test.each([
  { selection: 'image { link }', fragment: '' },
  { selection: '... on Heatmap { image: image { link } }', fragment: '' },
  {
    selection: '...Image',
    fragment: 'fragment Image on SpatialHeatmap { ... @include(if: true) { image { link } } }',
  },
])('images cost nothing beside rows without, wherever they are selected: $selection', async asked => {
  await using served = await serve()
  const { data, errors, text } = await askText<{ location: { bare: unknown[]; withImages: unknown[] } }>(
    served.origin,
    `query ($range: TimeRange!) {
      location(by: { id: "ginza" }) {
        bare: heatmaps(range: $range, types: [PATH]) { role }
        withImages: heatmaps(range: $range, types: [PATH]) { ${asked.selection} }
      }
    } ${asked.fragment}`,
    { range },
  )
  expect(errors).toEqual([])
  expect(requestsTo(served)).toHaveLength(1)
  const { bare, withImages } = data.location
  expect([bare.length, withImages.length, text.match(/"link":"http/g)?.length]).toEqual([8, 8, 8])
})

/** The bodies of what was asked on the socket. */
function requestsTo({ sandbox }: Served) {
  const asked = sandbox['aura-vision'].journal.calls.filter(({ route }) => route === 'detail/list')
  return asked.map(({ body }) => detailRequest.parse(body).data.body)
}

function days(first: string, count: number) {
  const start = Temporal.PlainDate.from(first)
  return { start: `${start}T00:00:00Z`, end: `${start.add({ days: count })}T00:00:00Z` }
}

/** The stores of the sandbox and as many that it does not know, by number. */
function catalogOf(count: number): string {
  const locations = auraVisionIds(count).map((locationId, index) => ({
    id: `store-${index}`,
    name: `Store ${index}`,
    timeZone: 'Europe/London',
    auraVision: { locationId },
  }))
  return stringify({ locations })
}

function auraVisionIds(count: number): string[] {
  return Array.from({ length: count }, (_, index) => auraVisionId(index + 1))
}

/** By number from one on. */
function auraVisionId(number: number): string {
  return stores[number - 1]?.auraLocationId ?? number.toString(16).padStart(24, 'f')
}

import fc from 'fast-check'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { type Answer, askText } from '../support/client.ts'
import { type Served, serve } from '../support/serving.ts'

const resources = new AsyncDisposableStack()
let served: Served

beforeAll(async () => {
  served = resources.use(await serve())
  return () => resources.disposeAsync()
})

afterEach(() => served.sandbox['aura-vision'].journal.clear())

const range = { start: '2025-06-02T00:00:00Z', end: '2025-06-04T00:00:00Z' }
const fields =
  '__typename id type role age gender createdAt localTime recordingId location { id } image { link }'

interface Heatmap {
  readonly id: string
  readonly createdAt: string | null
  readonly recordingId?: string
  readonly role?: string
  readonly age?: string
  readonly gender?: string
}

/** The heatmaps of Ginza that are asked with these arguments. */
async function listed(args: string): Promise<readonly Heatmap[]> {
  const { data, errors } = await askText<{ location: { heatmaps: Heatmap[] } }>(
    served.origin,
    `query ($range: TimeRange!) { location(by: { id: "ginza" }) { heatmaps(range: $range ${args}) { ${fields} } } }`,
    { range },
  )
  expect(errors).toEqual([])
  return data.location.heatmaps
}

async function found(ids: readonly string[]) {
  const keys = ids.map(id => ({ __typename: 'SpatialHeatmap', id }))
  const { data, errors } = await askText<{ nodes: unknown[]; _entities: unknown[] }>(
    served.origin,
    `query ($ids: [ID!]!, $keys: [_Any!]!) {
      nodes(ids: $ids) { ... on SpatialHeatmap { ${fields} } }
      _entities(representations: $keys) { ... on SpatialHeatmap { ${fields} } }
    }`,
    { ids, keys },
  )
  expect(errors).toEqual([])
  return data
}

/** What Aura Vision was asked since the journal was cleared. */
function asked() {
  const calls = served.sandbox['aura-vision'].journal.calls.filter(({ route }) => route === 'detail/list')
  return calls.map(({ body }) => (body as { data: { body: { filter: object } } }).data.body.filter)
}

test.each([
  'types: [PATH, LINGER_AVERAGE_TIME]',
  'types: [PATH], roles: ["customer|staff", "customer"], ages: ["25-34", "35-44"]',
  'types: [PATH], genders: ["female"], taxonomy: "Service:Checkout"',
])('heatmaps asked by %s are found again by their ids, together in one request', async args => {
  const heatmaps = await listed(args)
  expect(heatmaps.length).toBeGreaterThan(0)
  const ids = heatmaps.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.every(id => /^SpatialHeatmap:[\da-f]{24}:\w+:[\w-]+$/.test(id) && id.length < 500)).toBe(true)
  served.sandbox['aura-vision'].journal.clear()
  expect(await found(ids)).toEqual({ nodes: heatmaps, _entities: heatmaps })
  expect(asked()).toHaveLength(1)
})

test('rows are of their location in whatever case Aura Vision writes its id', async () => {
  const { journal } = served.sandbox['aura-vision']
  const { data } = await askText<{ location: { auraVisionId: string } }>(
    served.origin,
    '{ location(by: { id: "ginza" }) { auraVisionId } }',
  )
  const location_id = data.location.auraVisionId.toUpperCase()
  const rows = [{ location_id, heatmap_type: 'path', created: '2025-06-02T10:00:00', recording_id: 'one' }]
  journal.script({ route: 'detail/list', frames: [`{id}|0|0|${JSON.stringify(rows)}`] })
  const heatmaps = await listed('types: [PATH]')
  expect(heatmaps).toMatchObject([{ recordingId: 'one', location: { id: 'Location:ginza' } }])
  const ids = heatmaps.map(({ id }) => id)
  expect(await found(ids)).toEqual({ nodes: heatmaps, _entities: heatmaps })
})

test('one is asked for by a request for its moment, type and filters', async () => {
  const [heatmap] = await listed('types: [PATH], roles: ["customer"]')
  served.sandbox['aura-vision'].journal.clear()
  const { data, errors } = await askText(
    served.origin,
    `{ node(id: "${heatmap?.id}") { ... on SpatialHeatmap { ${fields} } } }`,
  )
  expect({ data, errors }).toEqual({ data: { node: heatmap }, errors: [] })
  const { createdAt: start } = heatmap ?? {}
  const end = new Date(Date.parse(start ?? '') + 1).toISOString()
  expect(asked()).toEqual([{ start, end, heatmapType: ['path'], roles: ['customer'] }])
})

test('the id of a heatmap does not depend on the order of what was asked for, but on what that was', async () => {
  const [one] = await listed('types: [PATH, EXIT], roles: ["customer", "staff"]')
  const [same] = await listed('types: [PATH], roles: ["staff", "customer", "staff"]')
  const [other] = await listed('types: [PATH]')
  expect(same?.id).toBe(one?.id)
  expect(other?.id).not.toBe(one?.id)
})

test('one that does not say when it was made is found again in the range that was asked', async () => {
  const text = fc.option(fc.string({ maxLength: 20 }).map(text => text.toWellFormed()))
  await fc.assert(
    fc.asyncProperty(
      text,
      text,
      text,
      fc.constantFrom(null, '2025-06-02T10:00:00.123456'),
      async (role, age, recording, created) => {
        const { journal } = served.sandbox['aura-vision']
        const { auraVisionId } = await ginza()
        const row = {
          location_id: auraVisionId,
          recording_id: recording,
          role,
          age,
          created,
          heatmap_type: 'path',
        }
        journal.clear()
        const frames = [`{id}|0|0|${JSON.stringify([{ ...row, role: 'another' }, row])}`]
        journal.script({ route: 'detail/list', frames })
        const heatmaps = await listed('types: [PATH]')
        expect(await found(heatmaps.map(({ id }) => id))).toEqual({ nodes: heatmaps, _entities: heatmaps })
      },
    ),
    { numRuns: 20 },
  )
})

test('a row that comes twice is listed once, as it has one id', async () => {
  const { auraVisionId } = await ginza()
  const row = {
    location_id: auraVisionId,
    recording_id: 'r',
    created: '2025-06-02T10:00:00',
    heatmap_type: 'path',
  }
  const frames = [`{id}|0|0|${JSON.stringify([row, { ...row, role: 'staff' }, row])}`]
  served.sandbox['aura-vision'].journal.script({ route: 'detail/list', frames })
  // Of a filter that nobody has asked, so that nothing of it is kept.
  const heatmaps = await listed('types: [PATH], taxonomy: "Service:Twice"')
  expect(heatmaps.map(({ role }) => role)).toEqual([null, 'staff'])
})

async function ginza() {
  const { data } = await askText<{ location: { auraVisionId: string } }>(
    served.origin,
    '{ location(by: { id: "ginza" }) { auraVisionId } }',
  )
  return data.location
}

test('a heatmap whose texts are long is found again too', async () => {
  const { auraVisionId } = await ginza()
  const row = {
    location_id: auraVisionId,
    recording_id: 'r'.repeat(9000),
    role: 'ü'.repeat(1900),
    created: '2025-06-02T10:00:00',
    heatmap_type: 'path',
  }
  served.sandbox['aura-vision'].journal.script({
    route: 'detail/list',
    frames: [`{id}|0|0|${JSON.stringify([row])}`],
  })
  const heatmaps = await listed(`types: [PATH], roles: ["${row.role}"]`)
  expect(heatmaps).toHaveLength(1)
  expect(await found(heatmaps.map(({ id }) => id))).toEqual({ nodes: heatmaps, _entities: heatmaps })
})

test('a text that is no id of a heatmap is bad input before any call, and one that is gone is not found', async () => {
  const [heatmap] = await listed('types: [PATH]')
  const [name, location, type, rest = ''] = heatmap?.id.split(':') ?? []
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const { role, age, gender, recordingId } = heatmap ?? {}
  // As an id was that is not encrypted.
  const key: unknown[] = [recordingId, role, age, gender, heatmap?.createdAt, null, null, null, null]
  const wrong = [
    `${name}:${location}:${type}`,
    `${name}:${location}:dance:${rest}`,
    `${name}:ginza:${type}:${rest}`,
    `${name}:${location}:${type}:${rest.slice(2)}`,
    `${name}:${location}:${type}:${encoded(null)}`,
    `${name}:${location}:${type}:${encoded(key.with(4, 'yesterday'))}`,
    `${name}:${location}:${type}:${encoded(key.with(4, ['2025-06-03T00:00:00Z', '2025-06-02T00:00:00Z']))}`,
    `${name}:${location}:${type}:${encoded(key.with(5, []))}`,
    `${name}:${location}:${type}:${encoded(key.with(8, 'x'.repeat(9000)))}`,
  ]
  served.sandbox['aura-vision'].journal.clear()
  const ids = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }'
  const refused = await askText(served.origin, ids, { ids: wrong })
  expect(refused.data).toEqual({ nodes: wrong.map(() => null) })
  expect(new Set(refused.errors.map(({ extensions: { code } }) => code))).toEqual(new Set(['BAD_USER_INPUT']))
  expect(asked()).toEqual([])
  const older = await askText(served.origin, ids, { ids: [`${name}:${location}:${type}:${encoded(key)}`] })
  expect(older).toMatchObject({ data: { nodes: [{ id: heatmap?.id }] }, errors: [] })
  const gone = `${name}:${location}:${type}:${encoded(key.with(0, 'another camera'))}`
  const { data, errors } = await askText(served.origin, ids, { ids: [gone] })
  expect(data).toEqual({ nodes: [null] })
  expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_NOT_FOUND', provider: 'aura-vision' } }])
})

test('heatmaps are read page by page beside the plain list, all by one request', async () => {
  const query = `query ($range: TimeRange!, $after: String) {
    location(by: { id: "ginza" }) {
      heatmaps(range: $range, types: [PATH, EXIT]) { id }
      heatmapConnection(range: $range, types: [EXIT, PATH], first: 3, after: $after) {
        nodes { id }
        pageInfo { hasNextPage endCursor }
      }
    }
  }`
  interface Page {
    readonly location: {
      readonly heatmaps: readonly Heatmap[]
      readonly heatmapConnection: {
        readonly nodes: readonly Heatmap[]
        readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string }
      }
    }
  }
  const walked: Heatmap[] = []
  for (let after: string | null = null, more = true; more; ) {
    served.sandbox['aura-vision'].journal.clear()
    const { data, errors }: Answer<Page> = await askText<Page>(served.origin, query, {
      range,
      after,
    })
    expect(errors).toEqual([])
    expect(asked()).toHaveLength(1)
    const { heatmaps, heatmapConnection }: Page['location'] = data.location
    walked.push(...heatmapConnection.nodes)
    expect(walked).toEqual(heatmaps.slice(0, walked.length))
    after = heatmapConnection.pageInfo.endCursor
    more = heatmapConnection.pageInfo.hasNextPage
    if (!more) expect(walked).toHaveLength(heatmaps.length)
  }
  expect(walked.length).toBeGreaterThan(5)
})

test.each([
  ['types: []', 'types must name at least one type of heatmap.'],
  ['types: [PATH], roles: []', 'roles must name at least one member, or be left out.'],
  ['types: [PATH], taxonomy: " "', 'taxonomy must name a zone path, or be left out.'],
  [
    `types: [PATH], ages: ["${'x'.repeat(2000)}"]`,
    'roles, ages, genders and taxonomy may have 2000 characters in all.',
  ],
])('both lists refuse the same before any call: %s', async (args, message) => {
  for (const field of ['heatmaps', 'heatmapConnection']) {
    const selection = field === 'heatmaps' ? 'id' : 'nodes { id }'
    const { errors } = await askText(
      served.origin,
      `query ($range: TimeRange!) { location(by: { id: "ginza" }) { ${field}(range: $range, ${args}) { ${selection} } } }`,
      { range },
    )
    expect(errors).toMatchObject([{ message, extensions: { code: 'BAD_USER_INPUT' } }])
  }
  expect(asked()).toEqual([])
})

import { expect, test } from 'vitest'
import {
  DocumentSpatialHeatmapsDocument,
  type DocumentSpatialHeatmapsQuery,
  type DocumentSpatialHeatmapsQueryVariables,
  type SpatialHeatmapType,
} from '../generated/graphql.ts'
import { ask } from '../support/client.ts'
import { serve } from '../support/serving.ts'
import { readExample } from '../support/vendor-page.ts'

const example: DocumentSpatialHeatmapsQueryVariables = {
  auraVisionId: '64a1b2c3d4e5f6a7b8c9d0e3',
  range: { start: '2024-04-01T00:00:00.000Z', end: '2024-04-07T23:59:59.000Z' },
  types: ['PATH', 'LINGER'],
}

/** The page's words for the types. */
const words = new Map<SpatialHeatmapType, string>([
  ['PATH', 'path'],
  ['LINGER', 'linger'],
  ['ENTRY', 'entry'],
  ['EXIT', 'exit'],
  ['LINGER_PEOPLE_COUNT', 'lingerPeopleCount'],
  ['LINGER_AVERAGE_TIME', 'lingerAverageTime'],
  ['LINGER_ACCUMULATED_TIME', 'lingerAccumulatedTime'],
  ['INTERACTION', 'interaction'],
])

test("every value of the page's answer comes out of the graph", async () => {
  const environment = { AURA_VISION_IMAGE_HOSTS: 'heatmaps.auravisionlabs.com' }
  await using served = await serve({ environment })
  const page = await readExample('aura-vision', 'detail-response.txt')
  const frame = page.replace('req-hm-001', '{id}')
  served.sandbox['aura-vision'].journal.script({ route: 'detail/list', frames: [frame] })
  const { data, errors, text } = await ask(served.origin, DocumentSpatialHeatmapsDocument, example)
  expect(errors).toEqual([])
  const rows: readonly Record<string, unknown>[] = JSON.parse(page.slice(page.indexOf('[')))
  // The signed URL is for Isotherm alone: its link stands for it.
  expect(data.location?.heatmaps?.map(asOnPage)).toStrictEqual(rows.map(({ url, ...row }) => row))
  expect(text).not.toContain('auravisionlabs.com')
})

test("the page's question is sent as it is on the page, but for the id", async () => {
  await using served = await serve()
  await ask(served.origin, DocumentSpatialHeatmapsDocument, example)
  const page = JSON.parse(await readExample('aura-vision', 'detail-request.json'))
  const sent = served.sandbox['aura-vision'].journal.calls.filter(({ route }) => route === 'detail/list')
  const id = expect.stringMatching(/^[^|]+$/)
  expect(sent.map(({ body }) => body)).toStrictEqual([{ ...page, data: { ...page.data, id } }])
})

test("every type and filter of the page's tables is sent in the page's words", async () => {
  await using served = await serve()
  const filter = {
    roles: ['customer', 'staff'],
    ages: ['25-34'],
    genders: ['female'],
    taxonomy: 'Service:Checkout',
  }
  const { errors } = await ask(served.origin, DocumentSpatialHeatmapsDocument, {
    ...example,
    ...filter,
    types: [...words.keys()],
  })
  expect(errors).toEqual([])
  const page = JSON.parse(await readExample('aura-vision', 'detail-request.json'))
  const sent = served.sandbox['aura-vision'].journal.calls.find(({ route }) => route === 'detail/list')
  expect(sent?.body).toStrictEqual({
    ...page,
    data: {
      ...page.data,
      id: expect.any(String),
      body: {
        ...page.data.body,
        filter: { ...page.data.body.filter, ...filter, heatmapType: [...words.values()] },
      },
    },
  })
})

type Heatmap = NonNullable<NonNullable<DocumentSpatialHeatmapsQuery['location']>['heatmaps']>[number]

/** The row of the page that a heatmap of the graph stands for; what its image has is checked here. */
function asOnPage({ location, provider, image, createdAt, type, ...heatmap }: Heatmap) {
  expect(provider).toBe('aura-vision')
  expect(image).toEqual({
    state: 'READY',
    link: expect.stringContaining('/images/'),
    contentType: null,
    width: null,
    retryAfterSeconds: null,
    failure: null,
  })
  return {
    organisation_id: heatmap.organisationId,
    location_id: location?.auraVisionId,
    recording_id: heatmap.recordingId,
    // UTC, which the page leaves unsaid.
    created: createdAt?.replace('Z', ''),
    local_time: heatmap.localTime,
    age: heatmap.age,
    gender: heatmap.gender,
    role: heatmap.role,
    heatmap_type: type && words.get(type),
  }
}

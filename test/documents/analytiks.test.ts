import { expect, test } from 'vitest'
import type { Journal } from '../../src/sandbox/emulator.ts'
import {
  DocumentBrandTrafficDocument,
  type DocumentBrandTrafficQueryVariables,
  type DocumentSeriesFragment,
  DocumentTrafficDocument,
  type DocumentTrafficQueryVariables,
  type DocumentZoneFragment,
} from '../generated/graphql.ts'
import { ask } from '../support/client.ts'
import { serve } from '../support/serving.ts'
import { camelCase, readExample } from '../support/vendor-page.ts'

/** The page's range. Its end is on a bucket, which is no part of the range in the graph. */
const pageRange = { start: '2023-06-08T11:30:00.000Z', end: '2023-06-08T23:45:00.000Z' }
/** A range that has all buckets of the page. */
const wholeRange = { start: '2023-06-08T11:30:00.000Z', end: '2023-06-09T00:00:00.000Z' }
const example: DocumentTrafficQueryVariables = {
  ids: ['Location:analytiks:1'],
  range: { utc: wholeRange },
  interval: 'QUARTER_HOUR',
  onRefusal: 'PARTIAL',
}
const json = { 'content-type': 'application/json' }

test('every value of the page comes out of the graph, as points and as columns, by v1', async () => {
  await using served = await serve({ catalog: '' })
  const body = await readExample('analytiks', 'export-v1-response.json')
  answerAlways(served.sandbox.analytiks.journal, '/json/v1', body)
  const variables = { ...example, onRefusal: 'FAIL' } as const
  const { data, errors } = await ask(served.origin, DocumentTrafficDocument, variables)
  expect(errors).toEqual([])
  expect(data.nodes.map(node => asOnPage(node, pointsOf))).toStrictEqual(JSON.parse(body))
  expect(data.nodes.map(node => asOnPage(node, columnsOf))).toStrictEqual(JSON.parse(body))
  expect(exportsOf(served.sandbox.analytiks.journal)).toHaveLength(1)
})

test('every value of the page comes out of the graph, and what is refused is an error, by v2', async () => {
  await using served = await serve({ catalog: '' })
  const rows = await readExample('analytiks', 'export-v1-response.json')
  const page = await readExample('analytiks', 'export-v2-response.txt')
  const body = page
    .replace('[...], // Same structure as in V1', `${rows},`)
    .replace('[__LOC_ID_1__, ...]', '[99, 4242]')
  answerAlways(served.sandbox.analytiks.journal, '/json/v2', body)
  const { failures, successes } = JSON.parse(body)
  const refused = failures.locations.map((id: number) => `Location:analytiks:${id}`)
  const { data, errors, text } = await ask(served.origin, DocumentTrafficDocument, {
    ...example,
    ids: ['Location:analytiks:1', ...refused],
  })
  const [allowed, ...others] = data.nodes
  expect(asOnPage(allowed ?? null, pointsOf)).toStrictEqual(successes[0])
  expect(asOnPage(allowed ?? null, columnsOf)).toStrictEqual(successes[0])
  expect(others).toMatchObject([
    { analytiksId: '99', traffic: null, pointsOfInterest: null },
    { analytiksId: '4242', traffic: null, pointsOfInterest: null },
  ])
  expect(errors.map(({ path, extensions: { code } }) => `${path?.join('.')} ${code}`).sort()).toEqual([
    'nodes.1.pointsOfInterest UPSTREAM_FORBIDDEN',
    'nodes.1.traffic UPSTREAM_FORBIDDEN',
    'nodes.2.pointsOfInterest UPSTREAM_FORBIDDEN',
    'nodes.2.traffic UPSTREAM_FORBIDDEN',
  ])
  expect(text).not.toContain(failures.description)
})

test('every value of the page comes out of the graph by v3, and its cursor leads to the next batch', async () => {
  await using served = await serve({ catalog: '' })
  const { journal } = served.sandbox.analytiks
  const rows = await readExample('analytiks', 'export-v1-response.json')
  const page = (await readExample('analytiks', 'export-v3-response.txt'))
    .replace('" // or null when everything has been fetched', '",')
    .replace('[...], // Same structure as in V1', rows)
  const last = page.replace('"some_opaque_string"', 'null').replace('"locationId": 1', '"locationId": 2')
  for (const body of [page, last])
    journal.script({ route: 'POST /json/v3', times: 1, answer: { headers: json, body } })
  const { data, errors } = await ask(served.origin, DocumentBrandTrafficDocument, {
    brandId: 1234,
    range: { utc: wholeRange },
    interval: 'QUARTER_HOUR',
    first: 10,
  })
  expect(errors).toEqual([])
  const { nodes = [], pageInfo } = data.brand?.traffic ?? {}
  const batches = [...JSON.parse(page).data, ...JSON.parse(last).data]
  const shown = nodes.map(({ location, series, pointsOfInterest }) => ({
    analytiksId: location.analytiksId,
    traffic: series,
    pointsOfInterest,
  }))
  expect(shown.map(location => asOnPage(location, pointsOf))).toStrictEqual(batches)
  expect(shown.map(location => asOnPage(location, columnsOf))).toStrictEqual(batches)
  expect(pageInfo).toEqual({ hasNextPage: false })
  expect(exportsOf(journal).map(({ body }) => body)).toMatchObject([
    { cursor: null },
    { cursor: JSON.parse(page).cursor },
  ])
})

test("the page's token request is sent, and its token with every export", async () => {
  const environment = {
    ANALYTIKS_CLIENT_ID: '__YOUR_CLIENT_ID__',
    ANALYTIKS_CLIENT_SECRET: '__YOUR_CLIENT_SECRET__',
    // The page's own is what an environment without it has.
    ANALYTIKS_AUDIENCE: undefined,
  }
  await using served = await serve({ environment, catalog: '' })
  const { journal } = served.sandbox.analytiks
  const token = await readExample('analytiks', 'token-response.json')
  answerAlways(journal, '/token', token)
  answerAlways(journal, '/json/v2', `{"successes":[],"failures":{}}`)
  await ask(served.origin, DocumentTrafficDocument, example)
  const [asked, ...exports] = journal.calls
  expect(asked).toMatchObject({ route: 'POST /token', headers: { 'content-type': 'application/json' } })
  expect(asked?.body).toStrictEqual(JSON.parse(await readExample('analytiks', 'token-request.json')))
  expect(exports).toMatchObject([
    { headers: { 'content-type': 'application/json', authorization: 'Bearer YOUR_TOKEN' } },
  ])
})

test.each([
  { onRefusal: 'FAIL', route: 'POST /json/v1' },
  { onRefusal: 'PARTIAL', route: 'POST /json/v2' },
] as const)("the page's request by location ids is sent as it is on the page to $route", async example => {
  const { onRefusal, route } = example
  await using served = await serve({ catalog: '' })
  const { data, errors } = await ask(served.origin, DocumentTrafficDocument, {
    ids: [1, 2, 3].map(id => `Location:analytiks:${id}`),
    range: { utc: pageRange },
    interval: 'QUARTER_HOUR',
    onRefusal,
  })
  expect(errors).toEqual([])
  const sent = exportsOf(served.sandbox.analytiks.journal)
  expect(sent.map(call => call.route)).toEqual([route])
  expect(sent[0]?.body).toStrictEqual(JSON.parse(await readExample('analytiks', 'export-v1-request.json')))
  expect(asOnPage(data.nodes[0] ?? null, pointsOf)).toStrictEqual(await rowWithin(pageRange))
})

test.each([
  { onRefusal: 'FAIL', route: 'POST /json/v1' },
  { onRefusal: 'PARTIAL', route: 'POST /json/v2' },
] as const)("the page's request by references is sent as it is on the page to $route", async example => {
  const { onRefusal, route } = example
  await using served = await serve({ catalog: '' })
  const { data, errors } = await ask(served.origin, DocumentTrafficDocument, {
    ids: ['US0658', 'FR2561'].map(reference => `Location:reference:1234:${reference}`),
    range: { utc: pageRange },
    interval: 'QUARTER_HOUR',
    onRefusal,
  })
  expect(errors).toEqual([])
  const sent = exportsOf(served.sandbox.analytiks.journal)
  expect(sent.map(call => call.route)).toEqual([route])
  const page = await readExample('analytiks', 'export-v1-request-references.json')
  expect(sent[0]?.body).toStrictEqual(JSON.parse(page))
  expect(data.nodes).toMatchObject([
    { brandId: 1234, referenceNumber: 'US0658' },
    { brandId: 1234, referenceNumber: 'FR2561' },
  ])
  // Which location id a reference stands for, a request by references leaves untold.
  const shown = { ...data.nodes[0], analytiksId: '1' }
  expect(asOnPage(shown, pointsOf)).toStrictEqual(await rowWithin(pageRange))
})

test('a request in local time is sent without a zone, as the page describes', async () => {
  await using served = await serve({ catalog: '' })
  const { errors } = await ask(served.origin, DocumentTrafficDocument, {
    ...example,
    range: { local: { start: '2023-06-08T09:00:00', end: '2023-06-08T23:45:00.000' } },
    interval: 'HOURLY',
  })
  expect(errors).toEqual([])
  const sent = exportsOf(served.sandbox.analytiks.journal)
  expect(sent.map(({ body }) => body)).toStrictEqual([
    {
      startDate: '2023-06-08T09:00:00.000',
      endDate: '2023-06-08T23:45:00.000',
      interval: 'hourly',
      locations: [1],
    },
  ])
})

test("the page's brand request is sent as it is on the page, and then with the cursor that came", async () => {
  await using served = await serve({ catalog: '' })
  const { journal } = served.sandbox.analytiks
  const variables: DocumentBrandTrafficQueryVariables = {
    brandId: 1234,
    range: { local: { start: '2023-06-08T11:30:00', end: '2023-06-08T23:45:00' } },
    interval: 'HOURLY',
    first: 10,
  }
  answerOnce(journal, '/json/v3', '{"cursor":"some_opaque_string","data":[]}')
  answerOnce(journal, '/json/v3', '{"cursor":null,"data":[]}')
  const { errors } = await ask(served.origin, DocumentBrandTrafficDocument, variables)
  expect(errors).toEqual([])
  const text = await readExample('analytiks', 'export-v3-request.txt')
  const page = JSON.parse(text.replace(/\/\/.*/, ''))
  expect(exportsOf(journal).map(({ route }) => route)).toEqual(['POST /json/v3', 'POST /json/v3'])
  expect(exportsOf(journal).map(({ body }) => body)).toStrictEqual([
    page,
    { ...page, cursor: 'some_opaque_string' },
  ])
})

/** The page's row, but for the buckets that lie beyond the range. */
async function rowWithin({ end }: { readonly end: string }): Promise<unknown> {
  const text = await readExample('analytiks', 'export-v1-response.json')
  const [row] = JSON.parse(text, (key, value) => (Date.parse(key) >= Date.parse(end) ? undefined : value))
  return row
}

function exportsOf({ calls }: Journal) {
  return calls.filter(({ route }) => route !== 'POST /token')
}

function answerAlways(journal: Journal, path: string, body: string): void {
  journal.script({ route: `POST ${path}`, answer: { headers: json, body } })
}

function answerOnce(journal: Journal, path: string, body: string): void {
  journal.script({ route: `POST ${path}`, times: 1, answer: { headers: json, body } })
}

interface Shown {
  readonly analytiksId?: string | null
  readonly traffic?: readonly DocumentSeriesFragment[] | null
  readonly pointsOfInterest?: readonly DocumentZoneFragment[] | null
}

type Read = (series: DocumentSeriesFragment) => readonly (readonly [string, number])[]

/** The row of the page that a location of the graph stands for. */
function asOnPage(location: Shown | null, read: Read) {
  return {
    locationId: Number(location?.analytiksId),
    ...mapsOf(location?.traffic, read),
    pointOfInterest: location?.pointsOfInterest?.map(({ id, traffic }) => ({ id, ...mapsOf(traffic, read) })),
  }
}

/** The maps of the page that series stand for: none for a metric that was not reported. */
function mapsOf(series: Shown['traffic'], read: Read): Record<string, Record<string, number>> {
  const reported = series?.filter(one => one.reported) ?? []
  return Object.fromEntries(reported.map(one => [camelCase(one.metric), Object.fromEntries(read(one))]))
}

function pointsOf({ points }: DocumentSeriesFragment) {
  return points.map(({ at, value }) => [bucketKey(new Date(at ?? Number.NaN)), value] as const)
}

function columnsOf({ columns }: DocumentSeriesFragment) {
  const { start, stepSeconds, values } = columns ?? { start: '', stepSeconds: 0, values: [] }
  return values.flatMap((value, index) => {
    const at = new Date(Date.parse(start) + index * stepSeconds * 1000)
    return value === null ? [] : [[bucketKey(at), value] as const]
  })
}

/** The page's keys have whole seconds. */
function bucketKey(at: Date): string {
  return at.toISOString().replace('.000Z', 'Z')
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { askText } from '../support/client.ts'
import { madeUpOperations } from '../support/made-up-costs.ts'
import { takeCalls } from '../support/refused.ts'
import { type Served, serve } from '../support/serving.ts'

const resources = new AsyncDisposableStack()
let served: Served
let strict: Served
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'isotherm-'))
  resources.defer(() => rm(folder, { recursive: true }))
  const manifest = join(folder, 'documents.json')
  await writeFile(manifest, JSON.stringify({ pages: pages(3) }))
  served = resources.use(await serve({ environment: { ISOTHERM_DOCUMENTS: manifest } }))
  strict = resources.use(
    await serve({ environment: { ISOTHERM_MAX_COST: '9', ISOTHERM_MAX_RESPONSE_BYTES: '1024' } }),
  )
})
beforeEach(() => {
  takeCalls(served.sandbox)
})
afterAll(() => resources.disposeAsync())

const month = 'range: { start: "2025-06-01T00:00:00Z", end: "2025-07-01T00:00:00Z" }, types: [PATH]'
const heatmaps = `heatmaps(${month}) { location { heatmaps(${month}) { location { heatmaps(${month}) { role } } } } }`
const more = pagesOf(2)

test.each([
  ['pages of pages of pages', pages(3)],
  ['four levels of them', pages(4)],
  ['heatmaps of heatmaps', `{ location(by: { id: "oxford-street" }) { ${heatmaps} } }`],
  [
    'a list in a list of ids',
    `{ nodes(ids: ["Website:shop"]) { ... on Website { views(first: 100) { nodes { ${more} } } } } }`,
  ],
  [
    'entities',
    `{ _entities(representations: [{ __typename: "Website", id: "Website:shop" }]) { ... on Website { views(first: 100) { nodes { ${more} } } } } }`,
  ],
  [
    'a field of stitched graphs',
    `{ _websitesByOrigin(representations: [{ origin: "https://shop.example.com" }]) { views(first: 100) { nodes { ${more} } } } }`,
  ],
  [
    'fragments',
    `{ website(by: { id: "shop" }) { ...F } } fragment F on Website { views(first: 100) { nodes { ...G } } } fragment G on View { ${more} }`,
  ],
  [
    'aliases',
    `{ website(by: { id: "shop" }) { ${Array.from({ length: 3000 / 2 }, (_, index) => `a${index}: views(first: 100) { nodes { lastInteractionAt } }`).join(' ')} } }`,
  ],
  [
    'what comes later',
    `{ website(by: { id: "shop" }) { ... @defer { views(first: 100) { nodes { ${more} } } } } }`,
  ],
  [
    'what comes row by row',
    `{ website(by: { id: "shop" }) { views(first: 100) { nodes @stream { ${more} } } } }`,
  ],
])('%s cost too much, and nobody is asked', async (_what, query) => {
  for (const accept of ['application/json', 'application/graphql-response+json', '*/*', 'application/json']) {
    const { status, data, errors } = await askText(served.origin, query, {}, { headers: { accept } })
    expect({ accept, status, data }).toEqual({ accept, status: 400, data: undefined })
    expect(errors).toEqual([
      {
        message: expect.stringMatching(/^The operation is estimated to cost \d+, more than 400000: /),
        extensions: { code: 'COST_ESTIMATED_TOO_EXPENSIVE', estimated: expect.any(Number), maximum: 400_000 },
      },
    ])
  }
  expect(takeCalls(served.sandbox)).toEqual([])
})

test('a document of the manifest, a GET and a plan cost the same', async () => {
  const byId = await fetch(`${served.origin}/graphql?documentId=pages`, {
    headers: { accept: 'application/json' },
  })
  expect(byId.status).toBe(400)
  expect(await byId.text()).toContain('COST_ESTIMATED_TOO_EXPENSIVE')
  const byText = await fetch(`${served.origin}/graphql?${new URLSearchParams({ query: pages(3) })}`)
  expect(byText.status).toBe(400)
  const plan = await askText(served.origin, pages(3), {}, { headers: { 'isotherm-explain': 'plan' } })
  expect({ status: plan.status, plan: plan.extensions.plan }).toEqual({ status: 400, plan: undefined })
})

test('the cost is told beside the answer, and beside a refusal, to who asks for it', async () => {
  const headers = { 'isotherm-explain': 'cost' }
  const query = 'query ($first: Int!) { locations(first: $first) { nodes { id } } }'
  for (const first of [2, 3, 2]) {
    const { data, extensions } = await askText<{ locations: { nodes: unknown[] } }>(
      served.origin,
      query,
      { first },
      { headers },
    )
    expect(data.locations.nodes).toHaveLength(first)
    expect(extensions.cost).toEqual({ estimated: 1 + first, maximum: 400_000 })
  }
  expect((await askText(served.origin, query, { first: 2 })).extensions).not.toHaveProperty('cost')
  const refused = await askText(served.origin, pages(3), {}, { headers })
  expect(refused.extensions.cost).toEqual({ estimated: expect.any(Number), maximum: 400_000 })
})

test('a subscription is refused like a query', async () => {
  const id = 'PageHeatmap:project:1:497f6eca-6276-4993-bfeb-53cbbbba6f08'
  const query = `subscription { heatmapImage(id: "${id}") { state } }`
  for (const accept of ['application/json', 'text/event-stream']) {
    const { status, text } = await post(strict.origin, query, accept)
    expect({ accept, status }).toEqual({ accept, status: 400 })
    expect(text).toContain('COST_ESTIMATED_TOO_EXPENSIVE')
  }
  expect(takeCalls(strict.sandbox)).toEqual([])
})

test('a response that would be too large is refused, and says how large', async () => {
  const aliases = Array.from({ length: 100 }, (_, index) => `a${index}: name`).join(' ')
  const { status, errors } = await askText(strict.origin, `{ locations(first: 5) { nodes { ${aliases} } } }`)
  expect(status).toBe(400)
  expect(errors).toEqual([
    {
      message: expect.stringMatching(/^The response is estimated to take 1 MB, more than 1 MB: /),
      extensions: {
        code: 'COST_ESTIMATED_TOO_EXPENSIVE',
        estimated: 6,
        maximum: 9,
        estimatedBytes: expect.any(Number),
        maximumBytes: 1024,
      },
    },
  ])
})

test('bad input is told before the cost, and validation before both', async () => {
  const tooMuch =
    'locations(first: 6000) { nodes { heatmaps(range: { start: "2025-06-01T00:00:00Z", end: "2025-07-01T00:00:00Z" }, types: [PATH]) { role } } }'
  const { errors: wrong } = await askText(served.origin, `{ ${tooMuch} }`)
  expect(wrong.map(({ extensions: { code } }) => code)).toEqual(['BAD_USER_INPUT'])
  const { errors: invalid } = await askText(served.origin, `{ ${tooMuch} nothing }`)
  expect(invalid.map(({ extensions: { code } }) => code)).toEqual(['GRAPHQL_VALIDATION_FAILED'])
})

const remove = (index: number) => `c${index}: deleteSnapshot(input: { id: "none-${index}" }) { __typename }`
const removals = (count: number) => Array.from({ length: count }, (_, index) => remove(index)).join(' ')

test.each([
  ['aliases', `mutation { ${removals(51)} }`],
  [
    'fragments',
    `mutation { ...A ...A ... on Mutation { ${remove(50)} } } fragment A on Mutation { ${removals(50)} }`,
  ],
  [
    'directives that leave nothing out',
    `mutation { ${removals(50)} ... @include(if: true) { ${remove(50)} } }`,
  ],
])('a mutation of 51 changes through %s is refused whole', async (_what, query) => {
  for (const accept of ['application/json', '*/*']) {
    const { status, data, errors } = await askText(served.origin, query, {}, { headers: { accept } })
    expect({ status, data }).toEqual({ status: 400, data: undefined })
    expect(errors).toEqual([
      {
        message: 'A mutation may make 50 changes at most, not 51. Nothing was changed.',
        extensions: { code: 'BAD_USER_INPUT' },
      },
    ])
  }
  expect(takeCalls(served.sandbox)).toEqual([])
})

test('an operation of more parts than 2,000 is refused, where the same rows in fewer parts are answered', async () => {
  const parts = (labels: number) =>
    `{ locations(first: 1000) { nodes { ${Array.from({ length: labels }, (_, index) => `... @defer(label: "${index}") { id }`).join(' ')} } } }`
  const refused = await post(served.origin, parts(3), 'multipart/mixed')
  expect(refused.status).toBe(400)
  expect(refused.text).toContain('"code":"COST_ESTIMATED_TOO_EXPENSIVE"')
  expect(refused.text).toContain('estimated to come in 3000 parts, more than 2000')
  expect(await post(served.origin, parts(2), 'multipart/mixed')).toMatchObject({ status: 200 })
})

test('parts are counted where the same document was answered whole before', async () => {
  const steps = Array.from({ length: 11 }, (_, step) => {
    const next = `...F${step + 1} @defer`
    return `fragment F${step} on Query { ${next}(label: "a${step}") ${next}(label: "b${step}") }`
  })
  const query = `{ ...F0 } ${steps.join(' ')} fragment F11 on Query { __typename }`
  expect(await post(served.origin, query, 'application/json')).toMatchObject({ status: 200 })
  const { status, text } = await post(served.origin, query, 'multipart/mixed')
  expect(status).toBe(400)
  expect(text).toContain('estimated to come in 4094 parts, more than 2000')
})

test('parts that never come, since their type is another one, are not all announced', async () => {
  const steps = Array.from(
    { length: 40 },
    (_, step) => `fragment F${step} on Website { id ...F${step + 1} @defer ...F${step + 1} @defer }`,
  )
  const location = 'location(by: { id: "oxford-street" }) { name ...L @defer ...N }'
  const fragments = 'fragment L on Location { id } fragment N on Node { ...F0 @defer }'
  const query = `{ ${location} } ${fragments} ${steps.join(' ')} fragment F40 on Website { id }`
  const { status, text } = await post(served.origin, query, 'multipart/mixed;incrementalSpec=v0.2')
  expect(status).toBe(200)
  expect(text).toContain('"hasNext":false')
  expect(text.length).toBeLessThan(1_000_000)
})

test('changes that are left out, or asked twice as one, do not count', async () => {
  const query = `mutation { ${removals(50)} ...A ... @skip(if: true) { ${remove(50)} } } fragment A on Mutation { ${removals(50)} }`
  const { status } = await askText(served.origin, query)
  expect(status).toBe(200)
  expect(takeCalls(served.sandbox).filter(call => call.includes('DELETE'))).toHaveLength(50)
})

test('no answer of lists with a slicing argument holds more objects than its estimate', async () => {
  const asked = fc.asyncProperty(madeUpOperations, async ({ texts: [text = ''] }) => {
    const query = text
      .replaceAll('id: "a"', 'id: "oxford-street"')
      .replaceAll('Location:a', 'Location:oxford-street')
    const headers = { 'isotherm-explain': 'cost' }
    const { data, extensions } = await askText(served.origin, query, {}, { headers })
    expect(extensions.cost).toMatchObject({ estimated: expect.any(Number) })
    const { estimated } = Object(extensions.cost)
    expect(objectsIn(data) - 1).toBeLessThanOrEqual(estimated)
  })
  await fc.assert(asked, { numRuns: 25 })
})

function objectsIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const inner = Object.values(value).reduce((sum: number, member) => sum + objectsIn(member), 0)
  return Array.isArray(value) ? inner : inner + 1
}

function pages(levels: number): string {
  return `{ website(by: { id: "shop" }) { views(first: 100) { nodes { ${pagesOf(levels - 1)} } } } }`
}

function pagesOf(levels: number): string {
  return levels === 0 ? 'id' : `website { views(first: 100) { nodes { ${pagesOf(levels - 1)} } } }`
}

async function post(origin: string, query: string, accept: string) {
  const headers = { 'content-type': 'application/json', accept }
  const response = await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ query }),
  })
  return { status: response.status, text: await response.text() }
}

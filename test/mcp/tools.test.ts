import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import type { Scope } from '../../src/access/scopes.ts'
import { callsOf } from '../support/calls.ts'
import { blocks, pages } from '../support/docs.ts'
import { type Served, serve } from '../support/serving.ts'
import { as, type CallersServed, serveCallers } from '../support/serving-callers.ts'
import { answerIn, connected, eras } from './connected.ts'
import { toolCalls } from './tool-calls.ts'

let served: CallersServed

beforeAll(async () => {
  served = await serveCallers({
    environment: { ISOTHERM_CACHE_BYTES: '100000000', ISOTHERM_COST_MODE: 'enforce' },
    limits: { limited: { requestsPerMinute: 3 }, costly: { costPerMinute: 1 } },
  })
})
afterAll(() => served[Symbol.asyncDispose]())

test.each(eras)('a client lists the tools and calls each, with answers under 8 kB (%s)', async mode => {
  await using client = await connected(served.origin, { mode })
  const tools = await client.tools()
  expect(tools.map(({ name }) => name)).toEqual(Object.keys(toolCalls))
  for (const { name, description, annotations } of tools) {
    expect(description?.length, name).toBeGreaterThan(40)
    expect(annotations, name).toEqual({ readOnlyHint: true })
    const { text, isError, bytes } = await client.call(name, toolCalls[name])
    expect(bytes, name).toBeLessThan(8000)
    expect({ isError, ...answerIn(text) }, name).toMatchObject({ isError: false, errors: [] })
    for (const [link] of text.matchAll(/http:[^"]+\/images\/[^"]+/g))
      expect((await fetch(link)).ok).toBe(true)
  }
})

test('a tool has the answer of its document, as text and as data', async () => {
  await using client = await connected(served.origin)
  const { text, result } = await client.call('visits_of_store', {
    store: 'oxford-street',
    range: { local: { start: '2026-11-02', end: '2026-11-03' } },
  })
  expect(answerIn(text).data).toMatchObject({
    location: { name: 'Oxford Street', traffic: [{ total: 607, columns: { values: [607] } }] },
  })
  expect(result.structuredContent).toEqual(JSON.parse(text))
})

test('stores are found by words, and compared with the period before', async () => {
  await using client = await connected(served.origin)
  const found = await client.call('list_stores', { search: 'oxford st' })
  expect(answerIn(found.text).data).toMatchObject({
    locations: { totalCount: 1, nodes: [{ id: 'Location:oxford-street' }] },
  })
  const range = { period: 'LAST_WEEK' }
  const { text } = await client.call('visits_of_stores', {
    search: 'oxford',
    range,
    against: { before: range },
  })
  const { locations } = Sums.parse(answerIn(text).data)
  const [all] = locations.traffic.totals
  expect(all).toMatchObject({ metric: 'VISITS', total: expect.any(Number), against: expect.any(Number) })
  const own = locations.nodes.flatMap(({ trafficTotals }) => trafficTotals.map(({ total }) => total))
  expect(own.reduce((sum, total) => sum + total)).toBe(all?.total)
})

test('stores are compared by the ids of any tool, and one that is not known takes none of the others along', async () => {
  await using client = await connected(served.origin)
  const stores = ['oxford-street', 'Location:ginza', 'nowhere', 'Website:shop']
  const { text } = await client.call('compare_stores', { stores, range: { last: 'P1D' } })
  expect(answerIn(text)).toMatchObject({
    data: { nodes: [{ id: 'Location:oxford-street' }, { id: 'Location:ginza' }, null, null] },
    errors: [
      { message: 'No location has the id "nowhere".' },
      { message: 'No location has the id "Website:shop".' },
    ],
  })
})

test('a single store that is no list is found by the same ids', async () => {
  await using client = await connected(served.origin)
  for (const stores of ['ginza', 'Location:ginza']) {
    const { text, isError } = await client.call('compare_stores', { stores, range: { last: 'P1D' } })
    expect({ isError, ...answerIn(text) }).toMatchObject({
      isError: false,
      data: { nodes: [{ id: 'Location:ginza' }] },
    })
  }
})

test('the list of tools is short enough for a model to read', async () => {
  await using client = await connected(served.origin)
  expect(Buffer.byteLength(JSON.stringify(await client.tools()))).toBeLessThan(25_000)
})

test('without its scope a tool is refused before any call', async () => {
  await using client = await connected(served.origin, { headers: as(['pages:read']) })
  for (const { journal } of served.sandbox.emulators) journal.clear()
  const { text, isError } = await client.call('zones_of_store', {
    store: 'ginza',
    range: { local: { start: '2026-09-01', end: '2026-09-02' } },
  })
  expect({ isError, errors: answerIn(text).errors }).toMatchObject({
    isError: true,
    errors: [{ extensions: { code: 'FORBIDDEN', missingScopes: ['traffic:read'] } }],
  })
  expect(callsOf(served.sandbox)).toEqual({})
  const { isError: isPageError } = await client.call('top_pages', { website: 'shop' })
  expect(isPageError).toBe(false)
})

test.each<Scope[]>([
  [],
  ['traffic:read'],
  ['heatmaps:read'],
  ['pages:read', 'people:read'],
  ['snapshots:read', 'traffic:read'],
])(
  'a caller with the scopes %s %s is told of the tools that answer it, and is refused by all others',
  async (...scopes) => {
    await using client = await connected(served.origin, { headers: as(scopes) })
    const listed = (await client.tools()).map(({ name }) => name)
    expect(listed).toEqual(expect.arrayContaining(['list_stores', 'list_websites', 'state_of_vendors']))
    for (const [name, given] of Object.entries(toolCalls)) {
      const { text, isError } = await client.call(name, given)
      const { errors } = answerIn(text)
      if (listed.includes(name)) expect([name, isError, errors]).toEqual([name, false, []])
      else
        expect(errors[0]).toMatchObject({
          message: expect.stringMatching(/needs .*\.$/),
          extensions: { code: 'FORBIDDEN' },
        })
    }
  },
)

test('what no document could be asked with is an error that says why', async () => {
  await using client = await connected(served.origin, { headers: as([]) })
  const { text, isError } = await client.call('visits_of_store')
  expect(isError).toBe(true)
  expect(text).toContain('$store')
  await expect(client.call('no_tool')).rejects.toThrow('There is no tool "no_tool".')
})

test('an answer that is too long is an error and no part of it', async () => {
  await using client = await connected(served.origin)
  const { text, isError } = await client.call('visits_of_store', {
    store: 'oxford-street',
    range: { local: { start: '2026-01-01', end: '2026-11-01' } },
    interval: 'HOURLY',
  })
  expect(isError).toBe(true)
  expect(text).toMatch(/^The answer has more than the 7800 bytes/)
})

test('an argument that a tool does not take is an error that names those it takes', async () => {
  await using client = await connected(served.origin)
  for (const { journal } of served.sandbox.emulators) journal.clear()
  const limited = await client.call('top_pages', { website: 'shop', limit: 2 })
  expect(limited).toMatchObject({
    isError: true,
    text: expect.stringMatching(/^top_pages takes no argument "limit"\. It takes (\w+, )*first\.$/),
  })
  const hostile = await client.call('state_of_vendors', { ['x'.repeat(20_000)]: 1 })
  expect(hostile).toMatchObject({ isError: true, text: expect.stringMatching(/x…x+". It takes none\.$/) })
  expect(hostile.bytes).toBeLessThan(8000)
  const inherited = await client.call('list_stores', { constructor: 1 })
  expect(inherited.text).toContain('takes no argument "constructor"')
  expect(callsOf(served.sandbox)).toEqual({})
})

test('an answer that is long because everything failed says what failed', async () => {
  const names = 'query names($ids: [ID!]!) { nodes(ids: $ids) { ... on Location { name } } }'
  await using client = await connected((await trusting({}, { names })).origin)
  const ids = Array.from({ length: 60 }, (_, index) => `Location:nowhere-${index}`)
  const { text, isError, bytes } = await client.call('names', { ids })
  expect({ isError, text }).toEqual({
    isError: true,
    text: expect.stringMatching(/^The answer has more than .* errors; the first one: No location has the id/),
  })
  expect(bytes).toBeLessThan(8000)
})

test('a page with many saved heatmaps has the heat of the latest few, and says how many there are', async () => {
  const isotherm = await trusting({})
  const { journal } = isotherm.sandbox.posthog
  const row = (index: number) => ({
    id: randomUUID(),
    name: `Run ${index}`,
    url: toolCalls.heat_of_page?.url,
  })
  const results = Array.from({ length: 12 }, (_, index) => row(index))
  const list = 'GET /api/projects/:project_id/saved{/}?'
  journal.script({ route: list, answer: { body: { results, count: 12 } } })
  await using client = await connected(isotherm.origin)
  for (const [name, first] of [
    ['heat_of_page', 4],
    ['compare_heat_of_page', 7],
  ] as const) {
    const { text, bytes } = await client.call(name, { ...toolCalls[name], first })
    expect(answerIn(text)).toMatchObject({
      data: { view: { heatmapCount: 12, heatmaps: { length: first, 0: { name: 'Run 0' } } } },
      errors: [],
    })
    expect(bytes).toBeLessThan(8000)
  }
  const few = await client.call('heat_of_page', { ...toolCalls.heat_of_page })
  expect(answerIn(few.text)).toMatchObject({ data: { view: { heatmaps: { length: 3 } } } })
})

test('the heat of a page is asked by relative days, and of one range only', async () => {
  await using client = await connected(served.origin)
  const { url } = toolCalls.heat_of_page ?? {}
  const last = { last: 'P7D' }
  const { text } = await client.call('compare_heat_of_page', { url, ...last, before: last })
  expect(answerIn(text)).toMatchObject({
    data: { view: { heatmaps: { 0: { heat: { difference: { total: expect.any(Number) } } } } } },
    errors: [],
  })
  const neither = await client.call('heat_of_page', { url })
  expect(neither.text).toContain('days has `from` and `to`, or exactly one of')
})

test("a message counts as a request of its caller's, and a call as what its document costs", async () => {
  await using client = await connected(served.origin, { headers: as([], 'limited') })
  await client.tools()
  await client.tools()
  await expect(client.tools()).rejects.toThrow(/429|RATE_LIMITED/)
  await using other = await connected(served.origin, { headers: as(['traffic:read'], 'costly') })
  await other.call('list_stores')
  const { text } = await other.call('list_stores')
  expect(answerIn(text).errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }])
})

test.each([
  ['a page of another origin', { headers: { origin: 'https://evil.example.com' } }, 403],
  ['a batch', { body: '[]' }, 400],
  ['no JSON', { headers: { 'content-type': 'text/plain' } }, 415],
  ['GET', { method: 'GET', body: null }, 405],
  ['a dry run by a caller that may not explore', { headers: { 'isotherm-explain': 'plan', ...as([]) } }, 403],
])('%s is refused', async (_what, { headers, ...init }: RequestInit, status) => {
  const sent = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
  const message = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' })
  const options = { method: 'POST', body: message, ...init, headers: { ...sent, ...Object(headers) } }
  const response = await fetch(`${served.origin}/mcp`, options)
  await response.arrayBuffer()
  expect(response.status).toBe(status)
})

const manifest = {
  one: '"""Which stores there are.""" query Stores("How many." $first: Int! = 3) { locations(first: $first) { nodes { id } } }',
  two: 'query Stores { websites(first: 1) { nodes { id } } }',
  three: '"""Mine.""" query list_stores { locations(first: 1) { nodes { id } } }',
  four: 'mutation Delete($input: DeleteSnapshotInput!) { deleteSnapshot(input: $input) { __typename } }',
  five: 'subscription Follow($id: ID!) { heatmapImage(id: $id) { state } }',
  six: 'query Slow { locations(first: 2) { nodes { id ... @defer { name } } } }',
}

test('each trusted document is a tool by its own words, and takes the place of a shipped one of its name', async () => {
  await using client = await connected((await trusting({})).origin)
  const tools = await client.tools()
  const names = ['Stores', 'Stores_two', 'list_stores', 'Slow']
  expect(tools.map(({ name }) => name)).toEqual([...new Set([...names, ...Object.keys(toolCalls)])])
  expect(tools[0]).toMatchObject({
    description: 'Which stores there are.',
    inputSchema: {
      type: 'object',
      properties: { first: { type: 'integer', description: 'How many.', default: 3 } },
      additionalProperties: false,
    },
  })
  expect(answerIn((await client.call('Stores', { first: 1 })).text).data).toEqual({
    locations: { nodes: [{ id: 'Location:oxford-street' }] },
  })
  expect(answerIn((await client.call('Stores_two')).text).data).toHaveProperty('websites')
  expect((await client.call('list_stores')).text).not.toContain('timeZone')
  // Whatever the client takes, it gets one answer.
  expect((await client.call('Slow')).text).toContain('Oxford Street')
})

test('a mutation is a tool only where that is set, and says that it changes something', async () => {
  await using client = await connected((await trusting({ ISOTHERM_MCP: 'write' })).origin)
  const found = (await client.tools()).find(({ name }) => name === 'Delete')
  expect(found?.annotations).toEqual({ readOnlyHint: false, destructiveHint: true })
  const { text } = await client.call('Delete', { input: { id: '00000000-0000-0000-0000-000000000000' } })
  expect(answerIn(text).data).toEqual({ deleteSnapshot: { __typename: 'SnapshotRefusal' } })
})

test('where other documents are refused, only those of the manifest are tools', async () => {
  await using client = await connected((await trusting({ ISOTHERM_DOCUMENT_MODE: 'refuse' })).origin)
  expect((await client.tools()).map(({ name }) => name)).toEqual([
    'Stores',
    'Stores_two',
    'list_stores',
    'Slow',
  ])
  expect((await client.call('Stores')).isError).toBe(false)
})

test('nothing is served where it is off', async () => {
  const { origin } = await trusting({ ISOTHERM_MCP: 'off' })
  const headers = { 'content-type': 'application/json' }
  expect((await fetch(`${origin}/mcp`, { method: 'POST', headers, body: '{}' })).status).toBe(404)
})

test('the README and the guide say how to connect, and the guide names each tool', async () => {
  const [settings = ''] = blocks('json', 'docs/tools.md')
  const { url } = Settings.parse(JSON.parse(settings)).mcpServers.isotherm
  expect(pages.get('README.md')).toContain(`\`${url}\``)
  await using client = await connected(url.replace('http://127.0.0.1:4000/mcp', served.origin))
  expect((await client.tools()).length).toBe(14)
  const named = [...(pages.get('docs/tools.md') ?? '').matchAll(/^\|.*?\|/gm)].flatMap(
    ([row]) => row.match(/[a-z]+_[a-z_]+/g) ?? [],
  )
  expect(named.toSorted()).toEqual(Object.keys(toolCalls).toSorted())
})

test("the guide's document is a tool as it stands", async () => {
  const [own = ''] = blocks('graphql', 'docs/tools.md')
  await using client = await connected((await trusting({}, { own })).origin)
  const [tool] = await client.tools()
  expect(tool).toMatchObject({ name: 'passers_by', description: expect.stringContaining('walked past') })
  const { text } = await client.call('passers_by', { from: '2026-11-02', to: '2026-11-03' })
  expect(answerIn(text)).toMatchObject({ errors: [], data: { locations: { nodes: { length: 10 } } } })
})

const Sums = z.object({
  locations: z.object({
    traffic: z.object({ totals: z.array(z.looseObject({ total: z.number() })) }),
    nodes: z.array(z.object({ trafficTotals: z.array(z.object({ total: z.number() })) })),
  }),
})

const Settings = z.object({
  mcpServers: z.object({ isotherm: z.object({ type: z.literal('http'), url: z.string() }) }),
})

async function trusting(
  environment: Readonly<Record<string, string>>,
  documents: Readonly<Record<string, string>> = manifest,
): Promise<Served> {
  const folder = await mkdtemp(join(tmpdir(), 'isotherm-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'documents.json')
  await writeFile(file, JSON.stringify(documents))
  const isotherm = await serve({ environment: { ISOTHERM_DOCUMENTS: file, ...environment } })
  onTestFinished(() => isotherm[Symbol.asyncDispose]())
  return isotherm
}

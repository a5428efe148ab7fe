import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { callsOf } from '../support/calls.ts'
import { askText } from '../support/client.ts'
import { type Served, serve } from '../support/serving.ts'

interface Connection {
  readonly edges: readonly { readonly cursor: string; readonly node: unknown }[]
  readonly nodes: readonly unknown[]
  readonly pageInfo: {
    readonly hasNextPage: boolean
    readonly hasPreviousPage: boolean
    readonly startCursor: string | null
    readonly endCursor: string | null
  }
}

interface Data {
  readonly connection?: Connection | null
  readonly parent?: { readonly connection: Connection | null }
}

/** A list of the graph: its field, what tells its rows apart, the most rows of a page, and how upstream fills it. */
interface List {
  readonly field: string
  readonly parent?: string
  readonly row: string
  readonly maximum: number
  readonly fill: (served: Served, count: number) => void
  /** How many rows there are, where no answer can be made up; else as many as are filled in. */
  readonly rows?: number
}

const lists: readonly List[] = [
  { field: 'locations', row: 'id', maximum: 5000, rows: 12, fill: () => {} },
  { field: 'websites', row: 'id', maximum: 100, fill: fillWebsites },
  { field: 'views', parent: 'website(by: { id: "shop" })', row: 'path', maximum: 100, fill: fillPages },
  { field: 'heatmaps', parent: 'website(by: { id: "shop" })', row: 'uuid', maximum: 100, fill: fillHeatmaps },
  {
    field: 'traffic',
    parent: 'brand(id: 5678)',
    row: 'location { id }',
    maximum: 1000,
    rows: 6,
    fill: () => {},
  },
]

describe.each(lists)('$parent $field', list => {
  const { maximum, fill, rows } = list

  test('is read to its end page by page, in pages of any size, without loss or repetition', async () => {
    await using served = await serve({
      environment: { POSTHOG_PER_MINUTE: '100000', POSTHOG_PER_HOUR: '100000' },
    })
    fill(served, 37)
    const whole = await readPage(served, list, { first: 100 })
    expect(whole.nodes).toHaveLength(rows ?? 37)
    expect(new Set(whole.nodes.map(node => JSON.stringify(node))).size).toBe(whole.nodes.length)
    const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(sizes, async sizes => {
        const walked: unknown[] = []
        let after: string | null = null
        for (let turn = 0; ; turn++) {
          const first = sizes[turn % sizes.length] ?? 1
          const page: Connection = await readPage(served, list, { first, after })
          walked.push(...page.nodes)
          expect(page.nodes).toHaveLength(
            Math.min(first, whole.nodes.length - walked.length + page.nodes.length),
          )
          expect(page.edges.map(({ node }) => node)).toEqual(page.nodes)
          expect(page.pageInfo).toEqual({
            hasNextPage: walked.length < whole.nodes.length,
            hasPreviousPage: turn > 0,
            startCursor: page.edges[0]?.cursor,
            endCursor: page.edges.at(-1)?.cursor,
          })
          after = page.pageInfo.endCursor
          if (!page.pageInfo.hasNextPage) break
        }
        expect(walked).toEqual(whole.nodes)
      }),
      { numRuns: 20 },
    )
  })

  test('goes on behind any of its rows', async () => {
    await using served = await serve()
    fill(served, 7)
    const { edges, nodes } = await readPage(served, list, { first: 50 })
    for (const [index, { cursor }] of edges.entries()) {
      const page = await readPage(served, list, { first: 2, after: cursor })
      expect(page.nodes).toEqual(nodes.slice(index + 1, index + 3))
    }
    const end = await readPage(served, list, { first: 2, after: edges.at(-1)?.cursor })
    expect(end).toEqual({
      edges: [],
      nodes: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null },
    })
  })

  test('has 20 rows at most when it is not said how many', async () => {
    await using served = await serve()
    fill(served, 21)
    const { nodes, pageInfo } = await readPage(served, list, {})
    expect(nodes).toHaveLength(Math.min(20, rows ?? 20))
    expect(pageInfo.hasNextPage).toBe(rows === undefined)
    expect(await readPage(served, list, { first: null, after: null })).toMatchObject({ nodes, pageInfo })
  })

  test('refuses a cursor that is none of its own as bad input', async () => {
    await using served = await serve()
    fill(served, 3)
    for (const after of ['', 'nowhere', 'Location:ginza', '-1']) {
      const { data, errors } = await askText<Data | null>(served.origin, queryOf(list), { after })
      expect(data?.connection ?? data?.parent?.connection ?? null).toBeNull()
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
    }
  })

  test('refuses a size that no page can have, before anybody is asked', async () => {
    await using served = await serve()
    for (const first of [0, -1, maximum + 1]) {
      const { data, errors } = await askText(served.origin, queryOf(list), { first })
      expect(data).toBeUndefined()
      expect(errors).toMatchObject([
        {
          message: `first must be from 1 to ${maximum}, not ${first}.`,
          extensions: { code: 'BAD_USER_INPUT' },
        },
      ])
    }
    expect(callsOf(served.sandbox)).toEqual({})
    const { nodes } = await readPage(served, list, { first: maximum })
    expect(nodes.length).toBeGreaterThan(0)
  })
})

test.each(lists)('$parent $field may be empty', async list => {
  const catalog = list.parent?.startsWith('website')
    ? `websites: [{ id: shop, name: Shop, zenovay: { websiteId: ${websiteId(1)} }, posthog: { projectId: 1 } }]`
    : ''
  await using served = await serve({ catalog })
  list.fill(served, 0)
  const answer = { body: { cursor: null, data: [] } }
  served.sandbox.analytiks.journal.script({ route: 'POST /json/v3', answer })
  expect(await readPage(served, list, { first: 5 })).toEqual({
    edges: [],
    nodes: [],
    pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
  })
})

test('a cursor stays true when rows before it come or go', async () => {
  await using served = await serve()
  const list = lists.find(({ field }) => field === 'heatmaps') ?? raise('no such list')
  fillHeatmaps(served, 9)
  const { edges, nodes } = await readPage(served, list, { first: 4 })
  served.sandbox.posthog.journal.clear()
  fillHeatmaps(served, 9, 2)
  const { nodes: others } = await readPage(served, list, { first: 4, after: edges[3]?.cursor })
  const whole = await readPage(served, list, { first: 9 })
  expect([...nodes.slice(2), ...others]).toEqual(whole.nodes.slice(0, 6))
})

function queryOf({ field, parent, row }: List): string {
  const range = '{ utc: { start: "2025-06-02T00:00:00Z", end: "2025-06-03T00:00:00Z" } }'
  const fixed = field === 'traffic' ? `range: ${range}, ` : ''
  const connection = `connection: ${field}(${fixed}first: $first, after: $after) {
    edges { cursor node { ${row} } }
    nodes { ${row} }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }`
  return `query ($first: Int, $after: String) { ${parent ? `parent: ${parent} { ${connection} }` : connection} }`
}

async function readPage(
  { origin }: Served,
  list: List,
  page: { readonly first?: number | null; readonly after?: string | null | undefined },
): Promise<Connection> {
  const { data, errors } = await askText<Data>(origin, queryOf(list), page)
  expect(errors).toEqual([])
  return data.connection ?? data.parent?.connection ?? raise('the connection is null')
}

/** The catalog's three, and others until there are enough. */
function fillWebsites({ sandbox }: Served, count: number): void {
  const websites = Array.from({ length: Math.max(0, count - 3) }, (_, index) => ({
    id: websiteId(index),
    domain: `site-${index}.example.com`,
  }))
  const answer = { headers: unlimited, body: { success: true, data: { websites, total: websites.length } } }
  sandbox.zenovay.journal.script({ route: 'GET /api/external/v1/websites', answer })
}

function fillPages({ sandbox }: Served, count: number): void {
  const pages = Array.from({ length: count }, (_, index) => ({ url: `/page-${index}` }))
  sandbox.zenovay.journal.script({ answer: { headers: unlimited, body: { success: true, data: { pages } } } })
}

function fillHeatmaps({ sandbox }: Served, count: number, from = 0): void {
  const results = Array.from({ length: count - from }, (_, index) => ({ id: websiteId(from + index) }))
  sandbox.posthog.journal.script({ answer: { body: { results, count: results.length } } })
}

/** The limits that answers tell are the ones that are kept. */
const unlimited = { 'x-ratelimit-limit': '1000000' }

function websiteId(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
}

function raise(message: string): never {
  throw new Error(message)
}

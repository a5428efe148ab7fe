import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { askText } from '../support/client.ts'
import { type Served, serve } from '../support/serving.ts'

let served: Served
beforeAll(async () => {
  served = await serve({ environment: { ZENOVAY_PLAN: 'enterprise' } })
})
afterAll(() => served[Symbol.asyncDispose]())

interface Row {
  readonly path: string
  readonly totalInteractions: number | null
  readonly interactionShare: number | null
  readonly lastInteractionAt: string | null
}

interface Views {
  readonly totalCount: number
  readonly totalInteractions: number | null
  readonly nodes: readonly Row[]
  readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean }
}

const row = '{ path totalInteractions interactionShare lastInteractionAt }'

async function read(orderBy: string, first = 100, after: string | null = null) {
  return askText<{ website: { views: Views } }>(
    served.origin,
    `query ($orderBy: ViewOrder!, $first: Int!, $after: String) { website(by: { id: "shop" }) {
      views(orderBy: $orderBy, first: $first, after: $after) { totalCount totalInteractions nodes ${row} pageInfo { endCursor hasNextPage } } } }`,
    { orderBy, first, after },
  )
}

function answerPages(pages: readonly object[]): void {
  const headers = { 'x-ratelimit-limit': '1000000' }
  served.sandbox.zenovay.journal.clear()
  served.sandbox.zenovay.journal.script({ answer: { headers, body: { success: true, data: { pages } } } })
}

const orders = ['INTERACTIONS', 'INTERACTIONS_ASCENDING', 'LAST_INTERACTION', 'PATH'] as const

/** How each order compares two pages; undefined is last. */
const keys: Readonly<Record<(typeof orders)[number], (row: Row) => number | string | undefined>> = {
  INTERACTIONS: ({ totalInteractions }) => (totalInteractions === null ? undefined : -totalInteractions),
  INTERACTIONS_ASCENDING: ({ totalInteractions }) => totalInteractions ?? undefined,
  LAST_INTERACTION: ({ lastInteractionAt }) =>
    lastInteractionAt ? -Date.parse(lastInteractionAt) : undefined,
  PATH: ({ path }) => path,
}

test('pages come in the order that is asked, each once, with shares that add up to the whole', async () => {
  const pages = fc.uniqueArray(
    fc.record({
      url: fc.integer({ min: 0, max: 50 }).map(number => `/${number}`),
      total_interactions: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }),
      last_updated: fc.option(
        fc.integer({ min: 1, max: 9 }).map(day => `2026-11-0${day}T00:00:00Z`),
        { nil: undefined },
      ),
    }),
    { selector: ({ url }) => url, minLength: 1, maxLength: 12 },
  )
  await fc.assert(
    fc.asyncProperty(
      pages,
      fc.constantFrom(...orders),
      fc.integer({ min: 1, max: 5 }),
      async (pages, order, first) => {
        answerPages(pages)
        const { data } = await read(order)
        const { nodes, totalCount, totalInteractions } = data.website.views
        expect(nodes.map(({ path }) => path).toSorted()).toEqual(pages.map(({ url }) => url).toSorted())
        const told = nodes.map(keys[order])
        const known = told.filter(key => key !== undefined)
        expect(told).toEqual([
          ...known.toSorted((one, other) => (one < other ? -1 : Number(one > other))),
          ...told.filter(key => key === undefined),
        ])
        const counts = pages.flatMap(({ total_interactions }) => total_interactions ?? [])
        const all = counts.reduce((sum, count) => sum + count, 0)
        expect([totalCount, totalInteractions]).toEqual([pages.length, counts.length === 0 ? null : all])
        for (const { totalInteractions, interactionShare } of nodes)
          expect(interactionShare).toBe(
            totalInteractions === null || all === 0 ? null : totalInteractions / all,
          )
        const walked: Row[] = []
        for (let after: string | null = null, more = true; more; ) {
          const page: Views = (await read(order, first, after)).data.website.views
          walked.push(...page.nodes)
          after = page.pageInfo.endCursor
          more = page.pageInfo.hasNextPage
        }
        expect(walked).toEqual(nodes)
      },
    ),
    { numRuns: 10 },
  )
})

test('a page has its share whichever way it is found, and all orders of a website cost one call', async () => {
  answerPages([{ url: '/a', total_interactions: 3 }, { url: '/b/', total_interactions: 1 }, { url: '/c' }])
  const lists = orders.map(order => `${order}: views(orderBy: ${order}) { nodes { path } }`).join(' ')
  const { data, upstream } = await askText<{ website: object }>(
    served.origin,
    `{ website(by: { id: "shop" }) { ${lists} a: view(path: "/a") { interactionShare } b: view(path: "/b") { interactionShare }
      c: view(path: "/c") { interactionShare } d: view(path: "/d") { interactionShare } } }`,
  )
  expect(data.website).toMatchObject({
    a: { interactionShare: 0.75 },
    b: { interactionShare: 0.25 },
    c: { interactionShare: null },
    d: { interactionShare: null },
    INTERACTIONS_ASCENDING: { nodes: [{ path: '/b/' }, { path: '/a' }, { path: '/c' }] },
  })
  expect(upstream.zenovay).toMatchObject({ planned: 1, made: 1 })
})

test('a cursor continues its own order and is refused in another', async () => {
  answerPages(Array.from({ length: 5 }, (_, index) => ({ url: `/${index}`, total_interactions: index })))
  const { data } = await read('PATH', 2)
  const after = data.website.views.pageInfo.endCursor
  expect((await read('PATH', 2, after)).data.website.views.nodes.map(({ path }) => path)).toEqual([
    '/2',
    '/3',
  ])
  const { errors } = await read('LAST_INTERACTION', 2, after)
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
})

import fc from 'fast-check'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Listing, toConnection } from '../../schema/connection.ts'
import { askText } from '../support/client.ts'
import { type Served, serve } from '../support/serving.ts'

const resources = new AsyncDisposableStack()
let served: Served

beforeAll(async () => {
  const environment = { POSTHOG_PER_MINUTE: '100000', POSTHOG_PER_HOUR: '100000' }
  served = resources.use(await serve({ catalog, environment }))
  return () => resources.disposeAsync()
})

afterEach(() => {
  const { zenovay, posthog, analytiks } = served.sandbox
  for (const { journal } of [zenovay, posthog, analytiks]) journal.clear()
})

const catalog = `websites:
  - { id: shop, name: Shop, zenovay: { websiteId: ${uuidOf(1)} }, posthog: { projectId: 1 } }`

/** A list that a vendor may change at any time: what a row is told by, and how the vendor lists rows in this order. */
interface List {
  readonly field: string
  readonly row: string
  readonly list: (numbers: readonly number[]) => void
}

const lists: readonly List[] = [
  {
    field: 'website(by: { id: "shop" }) { rows: views',
    row: 'number: path',
    list: numbers =>
      answerPages(
        ranked(numbers).map(({ number, rank }) => ({ url: `/${number}`, total_interactions: rank })),
      ),
  },
  {
    field: 'website(by: { id: "shop" }) { rows: heatmaps',
    row: 'number: name',
    list: numbers => {
      const results = ranked(numbers).map(({ number, rank }) => ({
        id: uuidOf(number),
        name: `${number}`,
        updated_at: new Date(Date.UTC(2026, 0, 1, 0, 0, rank)).toISOString(),
      }))
      served.sandbox.posthog.journal.script({ answer: { body: { results, count: results.length } } })
    },
  },
  {
    field: 'rows: websites',
    row: 'number: zenovayId',
    list: numbers => {
      // The catalog's own is the first row.
      const websites = numbers.slice(1).map(number => ({ id: uuidOf(number), domain: `w${number}.example` }))
      const route = 'GET /api/external/v1/websites'
      const answer = { headers: unlimited, body: { success: true, data: { websites } } }
      served.sandbox.zenovay.journal.script({ route, answer })
    },
  },
  {
    field: 'brand(id: 1) { rows: traffic',
    row: 'number: analytiksId',
    list: numbers => {
      const data = numbers.map(locationId => ({ locationId, visits: {}, pointOfInterest: [] }))
      served.sandbox.analytiks.journal.script({
        route: 'POST /json/v3',
        answer: { body: { cursor: null, data } },
      })
    },
  },
]

/** What each is sorted by, most first: as it was, but for one that has risen. */
function ranked(numbers: readonly number[]) {
  return numbers.map((number, index) => {
    const hasRisen = numbers.slice(index).some(other => other < number)
    return { number, rank: hasRisen ? 950 - index : 900 - number }
  })
}

const unlimited = { 'x-ratelimit-limit': '1000000' }

function answerPages(pages: readonly object[]): void {
  const route = 'GET /api/external/v1/heatmaps/:websiteId/pages'
  const answer = { headers: unlimited, body: { success: true, data: { pages } } }
  served.sandbox.zenovay.journal.script({ route, answer })
}

interface Rows {
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly number: string } }[]
}

/** The numbers of a page's rows, and the cursor of the last one. */
async function read({ field, row }: List, after: string | null) {
  const isBrand = field.startsWith('brand')
  const range = isBrand
    ? 'range: { utc: { start: "2026-01-01T00:00:00Z", end: "2026-01-02T00:00:00Z" } }'
    : ''
  const closing = field.includes('{') ? '}' : ''
  const { data, errors } = await askText<Record<string, unknown> | null>(
    served.origin,
    `query ($after: String) {
      ${field}(first: 99, after: $after ${range}) { edges { cursor node { ${row} } } } ${closing}
    }`,
    { after },
  )
  const inner = (data?.rows ?? Object.values(data ?? {})[0]) as Rows | { rows: Rows | null } | null
  const rows = inner && 'rows' in inner ? inner.rows : inner
  const numbers = (rows?.edges ?? []).map(({ node }) => Number(node.number.replace(/^.*[^\d]/, '')))
  return { numbers, errors, cursor: rows?.edges?.at(-1)?.cursor ?? '' }
}

describe.each(lists)('$field', list => {
  const before = Array.from({ length: 100 }, (_, index) => index + 1)

  test('goes on at its place when rows came, went or moved since', async () => {
    list.list(before)
    const { numbers, cursor, errors } = await read(list, null)
    expect({ numbers, errors }).toEqual({ numbers: before.slice(0, 99), errors: [] })
    expect(cursor.length).toBeLessThan(130)
    const inner = before.filter(number => number !== 1 && number !== 99)
    for (const [now, rest] of [
      [before, [100]],
      // Gone, moved to the front, and another one in front; the first one stays, as a catalog's would.
      [[1, ...inner], [100]],
      [[1, 99, ...inner], [100]],
      [[1, 500, ...inner.slice(0, -1), 99, 100], [100]],
      [[1, ...inner.slice(5, -1), 99, 100], [100]],
      [[1, ...inner.slice(0, -1)], []],
    ] as const) {
      list.list(now)
      // The vendor's list is the newest that is scripted.
      const page = await readNewest(list, now, cursor)
      expect(page).toEqual({ numbers: rest, errors: [] })
    }
  })

  test('refuses the cursors of other lists, and cursors that were changed', async () => {
    list.list(before)
    const { cursor } = await read(list, null)
    const others = await Promise.all(
      lists
        .filter(other => other !== list)
        .map(async other => {
          other.list(before)
          return (await read(other, null)).cursor
        }),
    )
    const changed = [cursor.slice(1), `${cursor}0`, cursor.replace(/\.\d+\./, '.5.'), `x${cursor}`]
    for (const after of [...others, ...changed]) {
      const { numbers, errors } = await read(list, after)
      expect(numbers).toEqual([])
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
    }
  })
})

async function readNewest(list: List, now: readonly number[], cursor: string) {
  const { zenovay, posthog, analytiks } = served.sandbox
  for (const { journal } of [zenovay, posthog, analytiks]) journal.clear()
  list.list(now)
  const { numbers, errors } = await read(list, cursor)
  return { numbers, errors }
}

interface Item {
  readonly key: string
  readonly value: number
}

const sortedListing: Listing<Item> = { name: 'sorted', keyOf: ({ key }) => key, sortOf: ({ value }) => value }
const plainListing: Listing<Item> = { name: 'plain', keyOf: ({ key }) => key }

test('pages of any size hold every row once, while rows that stood before them go or rise', () => {
  const key = fc.oneof(fc.string(), fc.string({ minLength: 60, maxLength: 200 }))
  const items = fc.uniqueArray(fc.record({ key, value: fc.integer({ min: 0, max: 5 }) }), {
    selector: item => item.key,
    minLength: 1,
    maxLength: 30,
  })
  const changes = fc.array(fc.tuple(fc.constantFrom('go', 'rise'), fc.nat()), { maxLength: 1 })
  fc.assert(
    fc.property(
      items,
      fc.integer({ min: 1, max: 7 }),
      changes,
      fc.boolean(),
      (items, first, changes, isSorted) => {
        const listing = isSorted ? sortedListing : plainListing
        const inOrder = (rows: readonly Item[]) =>
          isSorted ? rows.toSorted((one, other) => other.value - one.value) : rows
        let rows = inOrder(items)
        const seen: string[] = []
        for (let after: string | null = null, turn = 0; ; turn++) {
          const { edges, pageInfo }: ReturnType<typeof toConnection<Item>> = toConnection(rows, listing, {
            first,
            after,
          })
          seen.push(...edges.map(({ node }) => node.key))
          if (!pageInfo.hasNextPage) break
          after = pageInfo.endCursor
          const [change, choice] = changes[turn] ?? []
          const chosen = rows.find(({ key }) => key === seen[(choice ?? 0) % seen.length])
          const others = rows.filter(row => row !== chosen)
          if (chosen && change === 'go') rows = others
          if (chosen && change === 'rise') rows = inOrder([{ ...chosen, value: 9 }, ...others])
        }
        expect(seen).toHaveLength(new Set(seen).size)
        expect(new Set(seen)).toEqual(new Set(items.map(({ key }) => key)))
      },
    ),
    { numRuns: 2000 },
  )
})

function uuidOf(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
}

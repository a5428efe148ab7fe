import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { folded } from '../../schema/location-search.ts'
import { callsOf } from '../support/calls.ts'
import { askText } from '../support/client.ts'
import { type Served, serve } from '../support/serving.ts'

const names = [
  'Łódź Fabryczna',
  'Örebro',
  'oslo 10',
  'Oslo 9',
  'OSLO 9',
  'Straße',
  'Zürich',
  'Zurich West',
  'Ærø',
  'Paris',
]
const catalog = stringify({
  locations: names.map((name, index) => ({
    id: `store-${index}`,
    name,
    analytiks:
      index % 3 === 2
        ? { locationId: index + 1 }
        : { locationId: index + 1, brandId: 1 + (index % 2), referenceNumber: `R-${100 - index}` },
  })),
})

let served: Served
beforeAll(async () => {
  served = await serve({ catalog })
})
afterAll(() => served[Symbol.asyncDispose]())

interface Page {
  readonly totalCount: number
  readonly nodes: readonly { readonly name: string; readonly referenceNumber: string | null }[]
  readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean }
}

interface Asked {
  readonly search?: string | null
  readonly brandId?: number | null
  readonly orderBy?: string
  readonly first?: number
  readonly after?: string | null
}

async function read(asked: Asked) {
  const { data, errors, status } = await askText<{ locations: Page }>(
    served.origin,
    `query ($search: String, $brandId: Int, $orderBy: LocationOrder = CATALOG, $first: Int = 100, $after: String) {
      locations(search: $search, brandId: $brandId, orderBy: $orderBy, first: $first, after: $after) {
        totalCount nodes { name referenceNumber } pageInfo { endCursor hasNextPage }
      }
    }`,
    asked,
  )
  return { page: data?.locations, errors, status }
}

async function namesOf(asked: Asked) {
  return (await read(asked)).page?.nodes.map(({ name }) => name)
}

test.each<[Asked, string[]]>([
  [{ search: 'lodz' }, ['Łódź Fabryczna']],
  [{ search: 'OREBRO' }, ['Örebro']],
  [{ search: 'strasse' }, ['Straße']],
  [{ search: 'AERØ' }, ['Ærø']],
  [{ search: '  west   zür ' }, ['Zurich West']],
  [{ search: 'zürich' }, ['Zürich', 'Zurich West']],
  [{ search: 'r-99' }, ['Örebro']],
  [{ search: '%' }, []],
  [{ search: '\u0301' }, []],
  [{ search: ' ', brandId: 2 }, ['Örebro', 'Oslo 9', 'Zurich West', 'Paris']],
  [{ search: 'o', brandId: 2 }, ['Örebro', 'Oslo 9']],
  [{ brandId: 3 }, []],
  [{ search: 'oslo', orderBy: 'NAME' }, ['Oslo 9', 'OSLO 9', 'oslo 10']],
  [{ search: 'oslo', orderBy: 'NAME_DESCENDING' }, ['oslo 10', 'Oslo 9', 'OSLO 9']],
  [
    { orderBy: 'NAME' },
    [
      'Ærø',
      'Łódź Fabryczna',
      'Örebro',
      'Oslo 9',
      'OSLO 9',
      'oslo 10',
      'Paris',
      'Straße',
      'Zürich',
      'Zurich West',
    ],
  ],
])('locations by %j', async (asked, expected) => {
  expect(await namesOf(asked)).toEqual(expected)
  expect((await read({ ...asked, first: 1 })).page?.totalCount).toBe(expected.length)
  expect(callsOf(served.sandbox)).toEqual({})
})

test('what has no reference number comes last, in either direction', async () => {
  for (const orderBy of ['REFERENCE_NUMBER', 'REFERENCE_NUMBER_DESCENDING']) {
    const numbers = (await read({ orderBy })).page?.nodes.map(({ referenceNumber }) => referenceNumber) ?? []
    expect(numbers.slice(-3)).toEqual([null, null, null])
    const expected = numbers
      .slice(0, -3)
      .toSorted((one, other) => Number(one?.slice(2)) - Number(other?.slice(2)))
    expect(numbers.slice(0, -3)).toEqual(orderBy === 'REFERENCE_NUMBER' ? expected : expected.reverse())
  }
})

test('any search in any order is read page by page, each location once', async () => {
  const asks = fc.record({
    search: fc.constantFrom(null, '', 'o', 'r', 'zu', 'none'),
    brandId: fc.constantFrom(null, 1, 2),
    orderBy: fc.constantFrom(
      'CATALOG',
      'NAME',
      'NAME_DESCENDING',
      'REFERENCE_NUMBER',
      'REFERENCE_NUMBER_DESCENDING',
    ),
  })
  await fc.assert(
    fc.asyncProperty(asks, fc.integer({ min: 1, max: 4 }), async (asked, first) => {
      const walked: string[] = []
      for (let after: string | null = null, more = true; more; ) {
        const { page } = await read({ ...asked, first, after })
        walked.push(...(page?.nodes.map(({ name }) => name) ?? []))
        after = page?.pageInfo.endCursor ?? null
        more = page?.pageInfo.hasNextPage ?? false
      }
      expect(walked).toEqual(await namesOf(asked))
    }),
    { numRuns: 15 },
  )
})

test('a cursor of another list is refused, as is a search that is too long', async () => {
  const { page } = await read({ search: 'oslo', first: 1 })
  const after = page?.pageInfo.endCursor ?? null
  expect(await namesOf({ search: 'OSLO ', after })).toEqual(['Oslo 9', 'OSLO 9'])
  for (const asked of [{ after }, { search: 'oslo', orderBy: 'NAME', after }, { search: 'x'.repeat(201) }]) {
    const { status, errors } = await read(asked)
    expect([status, errors[0]?.extensions.code]).toEqual([400, 'BAD_USER_INPUT'])
  }
})

test('a folded text is found whatever its case and accents', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 12 }), text => {
      for (const form of ['NFC', 'NFD', 'NFKC'] as const)
        expect(folded(text.normalize(form))).toBe(folded(text))
      expect(folded(folded(text))).toBe(folded(text))
    }),
    { numRuns: 100 },
  )
})

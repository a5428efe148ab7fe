import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { plainSdl, stitchingSdl, subgraphSdl } from '../../schema/dialects.ts'
import { schema } from '../../schema/index.ts'
import { undeclaredChanges } from './breaking-changes.ts'

const root = join(import.meta.dirname, '../..')

/** Each schema that others depend on, and the copy that a release keeps of it. */
const dialects = [
  { file: 'schema/released.graphql', print: plainSdl },
  { file: 'schema/released-subgraph.graphql', print: subgraphSdl },
  { file: 'schema/released-stitching.graphql', print: stitchingSdl },
]

const changelog = await readFile(join(root, 'CHANGELOG.md'), 'utf8')
const [, newest] = /^## (\d\S*)$/m.exec(changelog) ?? []

// 0.1.0 was a part of no other graph.
describe.each(newest === '0.1.0' ? dialects.slice(0, 1) : dialects)('$file', ({ file, print }) => {
  test('breaks nobody who depends on it but as the changelog declares', async () => {
    const released = await readFile(join(root, file), 'utf8')
    expect(await undeclaredChanges(released, print(schema), changelog)).toEqual([])
  })

  test("is the newest release's", async () => {
    const released = await readFile(join(root, file), 'utf8')
    expect(released).toContain(`# The schema of ${newest}, the last release`)
  })
})

test.each(dialects)(
  'what $file is compared with can be compared, and differs in nothing from itself',
  async ({ print }) => {
    expect(await undeclaredChanges(print(schema), print(schema), '')).toEqual([])
  },
)

test('a key that other graphs know entities by is not lost without a word', async () => {
  const before = subgraphSdl(schema)
  const after = before
    .replace(' @key(fields: "origin")', '')
    .replace('type PageInfo @shareable', 'type PageInfo')
    .replace('@key(fields: "brandId")', '@key(fields: "brandId", resolvable: false)')
    .replace('(fields: "id", resolvable: false)', '(fields: "id")')
    .replaceAll(/ @cost\(.*?\)/g, '')
  expect(await undeclaredChanges(before, after, '')).toEqual([
    'Brand: Brand @key(fields: "brandId") was removed',
    'PageInfo: PageInfo @shareable was removed',
    'Website: Website @key(fields: "origin") was removed',
  ])
})

test('a field that stitched graphs enter by is not lost without a word', async () => {
  const before = stitchingSdl(schema)
  const after = before.replace('_websitesByOrigin', '_websitesByAddress')
  expect(await undeclaredChanges(before, after, '')).toEqual([
    "Query._websitesByOrigin: Field '_websitesByOrigin' was removed from object type 'Query'",
  ])
})

const released = `
  directive @slow on FIELD
  enum Size { SMALL LARGE }
  type Query { shop(id: ID!, size: Size): Shop old: String }
  type Shop { name: String! address: String }
`
const current = `
  enum Size { SMALL }
  type Query { shop(id: ID!): Shop }
  type Shop { name: String address: String city: String }
`

test('each change that breaks a client is named, and what is added is not', async () => {
  expect(await undeclaredChanges(released, current, '## Unreleased\n')).toEqual([
    "@slow: Directive 'slow' was removed",
    "Query.old: Field 'old' was removed from object type 'Query'",
    "Query.shop.size: Argument 'size: Size' was removed from field 'Query.shop'",
    "Shop.name: Field 'Shop.name' changed type from 'String!' to 'String'",
    "Size.LARGE: Enum value 'LARGE' was removed from enum 'Size'",
  ])
})

test.each([
  ['a field', '`Shop.name`', 'Shop.name'],
  ['an argument', '`Query.shop(size:)`', 'Query.shop.size'],
  ['a value', '`Size.LARGE`', 'Size.LARGE'],
  ['a directive', '`@slow`', '@slow'],
])('%s is declared by its coordinate', async (_what, coordinate, path) => {
  const changelog = `# Changelog\n\n## Unreleased\n\n### Breaking\n\n- ${coordinate} is other.\n\n### Added\n\n- More.\n\n## 0.1.0\n`
  const before = await undeclaredChanges(released, current, '')
  const after = await undeclaredChanges(released, current, changelog)
  expect(after).toEqual(before.filter(change => !change.startsWith(`${path}:`)))
  expect(after).toHaveLength(before.length - 1)
})

test('an input that may no longer be left out is named, and a default that became another is not', async () => {
  const before = `
    directive @slow(by: Int! = 1) on FIELD
    type Query { shop(size: Int! = 1, page: Int! = 1, other: Int = 1): Int }
    input Filter { from: Int! = 1 to: Int! = 2 other: Int = 3 }
  `
  const after = `
    directive @slow(by: Int!) on FIELD
    type Query { shop(size: Int!, page: Int! = 2, other: Int): Int }
    input Filter { from: Int! to: Int! = 3 other: Int }
  `
  const changelog = '## Unreleased\n\n### Breaking\n\n- `@slow(by:)`, `Query.shop(size:)`, `Filter.from`.\n'
  expect(await undeclaredChanges(before, after, '')).toEqual([
    "@slow.by: Default value for argument 'by' on directive 'slow' changed from '1' to 'undefined'",
    "Filter.from: Input field 'Filter.from' default value changed from '1' to 'undefined'",
    "Query.shop.size: Default value for argument 'size' on field 'Query.shop' changed from '1' to 'undefined'",
  ])
  expect(await undeclaredChanges(before, after, changelog)).toEqual([])
})

test('a lost kind of operation is named and declared as a part of the schema', async () => {
  const before = 'type Query { shop: Int } type Mutation { open: Int } type Changes { shop: Int }'
  const kinds = 'query: Query mutation: Mutation'
  const undeclared = (changelog: string) =>
    undeclaredChanges(
      `${before} schema { ${kinds} subscription: Changes }`,
      `${before} schema { ${kinds} }`,
      changelog,
    )
  expect(await undeclared('')).toEqual([
    "schema.subscription: Schema subscription type 'Changes' was removed.",
  ])
  expect(await undeclared('## Unreleased\n\n### Breaking\n\n- `schema.subscription`.\n')).toEqual([])
})

test.each([
  [
    'of an earlier release',
    '## Unreleased\n\n### Breaking\n\n- None.\n\n## 0.1.0\n\n### Breaking\n\n- `Shop.name`.\n',
  ],
  [
    'that is not said to break anything',
    '## Unreleased\n\n### Breaking\n\n- None.\n\n### Added\n\n- `Shop.name` is new.\n',
  ],
  ['of the whole type', '## Unreleased\n\n### Breaking\n\n- `Shop`.\n'],
])('a change %s is not declared', async (_what, changelog) => {
  expect(await undeclaredChanges(released, current, changelog)).toContainEqual(
    expect.stringMatching(/^Shop\.name:/),
  )
})

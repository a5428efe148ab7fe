import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { plainSdl } from '../../schema/dialects.ts'
import { schema } from '../../schema/index.ts'
import { undeclaredChanges } from './breaking-changes.ts'

const root = join(import.meta.dirname, '../..')

test('the changelog declares whatever breaks clients of the last release', async () => {
  const [released = '', changelog = ''] = await Promise.all(
    ['schema/released.graphql', 'CHANGELOG.md'].map(file => readFile(join(root, file), 'utf8')),
  )
  expect(await undeclaredChanges(released, plainSdl(schema), changelog)).toEqual([])
})

test("the schema that it is compared with is the newest release's", async () => {
  const [released = '', changelog = ''] = await Promise.all(
    ['schema/released.graphql', 'CHANGELOG.md'].map(file => readFile(join(root, file), 'utf8')),
  )
  const [, newest] = /^## (\d\S*)$/m.exec(changelog) ?? []
  expect(released).toContain(`# The schema of ${newest}, the last release`)
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
  const changelog = `# Changelog\n\n## Unreleased\n\n- More.\n\n**Breaking**: ${coordinate} is other.\n\n## 0.1.0\n`
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
  const changelog = '## Unreleased\n\n**Breaking**: `@slow(by:)`, `Query.shop(size:)`, `Filter.from`.\n'
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
  expect(await undeclared('## Unreleased\n\n**Breaking**: `schema.subscription`.\n')).toEqual([])
})

test.each([
  [
    'of an earlier release',
    '## Unreleased\n\n**Breaking**: none.\n\n## 0.1.0\n\n**Breaking**: `Shop.name`.\n',
  ],
  ['that is not said to break anything', '## Unreleased\n\n- `Shop.name` is new.\n\n**Breaking**: none.\n'],
  ['of the whole type', '## Unreleased\n\n**Breaking**: `Shop`.\n'],
])('a change %s is not declared', async (_what, changelog) => {
  expect(await undeclaredChanges(released, current, changelog)).toContainEqual(
    expect.stringMatching(/^Shop\.name:/),
  )
})

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { undeclaredChanges } from './breaking-changes.ts'

const root = join(import.meta.dirname, '../..')

test('the changelog declares whatever breaks clients of the last release', async () => {
  const [released = '', current = '', changelog = ''] = await Promise.all(
    ['schema/released.graphql', 'schema/schema.graphql', 'CHANGELOG.md'].map(file =>
      readFile(join(root, file), 'utf8'),
    ),
  )
  expect(await undeclaredChanges(released, current, changelog)).toEqual([])
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

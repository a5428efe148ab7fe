import { buildSchema, Kind, parse } from 'graphql'
import { expect, test } from 'vitest'
import { variableSchema } from '../../src/mcp/variable-schema.ts'

const schema = buildSchema(`
  enum Kind { PATH ENTRY }
  input Range { ids: [ID!], kind: Kind, count: Int }
  type Query { field(id: ID, ids: [ID!], kinds: [Kind!], ranges: [Range!], count: Int): Int }
`)

/** What the schema of an operation's only variable says of its default. */
function defaultOf(variable: string): unknown {
  const [operation] = parse(`query Tool(${variable}) { field }`).definitions
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('It is no operation.')
  return variableSchema(operation, schema).properties?.given?.default
}

test.each([
  ['$given: ID = 12345678901234567890', '12345678901234567890'],
  ['$given: ID = "a"', 'a'],
  ['$given: [ID!]! = 7', ['7']],
  ['$given: [Kind!] = PATH', ['PATH']],
  ['$given: [Kind!] = [PATH, ENTRY]', ['PATH', 'ENTRY']],
  ['$given: [Range!] = { ids: 7, kind: ENTRY, count: null }', [{ ids: ['7'], kind: 'ENTRY' }]],
  ['$given: Int = 0', 0],
  ['$given: Int = null', undefined],
  ['$given: [Int] = [1, null]', undefined],
  ['$given: [[ID]] = [[1], null]', undefined],
  ['$given: Int', undefined],
  ['$given: Unknown = [1]', [1]],
])('the default of %s is what its schema takes', (variable, value) => {
  expect(defaultOf(variable)).toEqual(value)
})

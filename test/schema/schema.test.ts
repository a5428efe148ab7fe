import { readFile } from 'node:fs/promises'
import {
  buildSchema,
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
} from 'graphql'
import { expect, test } from 'vitest'
import { plainIntrospection, plainSdl, stitchingSdl, subgraphSdl } from '../../schema/dialects.ts'
import { schema } from '../../schema/index.ts'
import scalars from '../../schema/scalars.json' with { type: 'json' }

const types = Object.values(schema.getTypeMap()).filter(
  type => !type.name.startsWith('__') && !isSpecifiedScalarType(type),
)

test.each([
  { name: 'schema.graphql', print: plainSdl },
  { name: 'introspection.json', print: plainIntrospection },
  { name: 'subgraph.graphql', print: subgraphSdl },
  { name: 'stitching.graphql', print: stitchingSdl },
])('$name is the schema as it is printed', async ({ name, print }) => {
  const file = await readFile(new URL(`../../schema/${name}`, import.meta.url), 'utf8')
  expect(file).toBe(print(schema))
})

test('scalars.json says how each scalar reads in TypeScript', () => {
  const seen = Object.values(buildSchema(plainSdl(schema)).getTypeMap())
  const own = seen.filter(type => isScalarType(type) && !isSpecifiedScalarType(type)).map(({ name }) => name)
  expect(Object.keys(scalars).toSorted()).toEqual(own.toSorted())
})

test('everything that a client sees has a description', () => {
  const seen = types.flatMap<Described>(type => [type, ...membersOf(type)])
  expect(seen.map(({ name }) => name)).toContain('Location.traffic.onRefusal')
  expect(seen.filter(({ description }) => !description?.trim()).map(({ name }) => name)).toEqual([])
})

interface Described {
  readonly name: string
  readonly description: string | null | undefined
}

/** Fields with their arguments, input fields and enum values, by their whole names. */
function membersOf(type: GraphQLNamedType): readonly Described[] {
  if (isObjectType(type) || isInterfaceType(type)) {
    return Object.values(type.getFields()).flatMap(field => [
      named(type.name, field),
      ...field.args.map(argument => named(`${type.name}.${field.name}`, argument)),
    ])
  }
  if (isInputObjectType(type)) return Object.values(type.getFields()).map(field => named(type.name, field))
  if (isEnumType(type)) return type.getValues().map(value => named(type.name, value))
  return []
}

function named(owner: string, { name, description }: Described): Described {
  return { name: `${owner}.${name}`, description }
}

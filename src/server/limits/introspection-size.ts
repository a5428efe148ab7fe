import type { GraphQLField, GraphQLObjectType, GraphQLSchema } from 'graphql'

/**
 * The estimated length of an introspection list: exact for types and directives, else an average; for `ofType`, how
 * often there is one.
 */
export function introspectionSize(
  schema: GraphQLSchema,
  { name: parent }: GraphQLObjectType,
  { name }: GraphQLField<unknown, unknown>,
): number | undefined {
  if (!parent.startsWith('__')) return undefined
  if (name === 'types') return Object.keys(schema.getTypeMap()).length
  if (name === 'directives') return schema.getDirectives().length
  return averages[name]
}

const averages: Readonly<Record<string, number>> = {
  fields: 6,
  inputFields: 2,
  interfaces: 1,
  possibleTypes: 2,
  enumValues: 2,
  args: 2,
  locations: 4,
  ofType: 0.6,
}

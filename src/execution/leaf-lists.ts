import { MapperKind, mapSchema } from '@graphql-tools/utils'
import {
  type ExecutionResult,
  GraphQLNonNull,
  type GraphQLOutputType,
  GraphQLScalarType,
  type GraphQLSchema,
  isListType,
  isNonNullType,
  isScalarType,
} from 'graphql'

/** No client reads it: the operation is then run by the default executor, which completes each item. */
const changesItems = 'A list of scalars has an item that is not sent as it is.'

/**
 * A schema in which each list of scalars is one scalar, for compiled code, which else calls three functions for each item. Its
 * value is the resolver's own list, if its scalar leaves every item as it is. If not, or if an item is a promise, the result
 * `needsDefaultExecutor`.
 */
export function withLeafLists(schema: GraphQLSchema): GraphQLSchema {
  const leaves = new Map<string, GraphQLScalarType>()
  const leafOf = (type: GraphQLOutputType): GraphQLOutputType => {
    if (isNonNullType(type)) return new GraphQLNonNull(leafOf(type.ofType))
    if (!isListType(type)) return type
    const isNullable = !isNonNullType(type.ofType)
    const item = isNullable ? type.ofType : type.ofType.ofType
    if (!isScalarType(item)) return type
    const name = `IsothermListOf${isNullable ? 'Nullable' : ''}${item.name}`
    return leaves.getOrInsertComputed(name, () => leafList(name, item, isNullable))
  }
  return mapSchema(schema, {
    [MapperKind.COMPOSITE_FIELD]: field => ({ ...field, type: leafOf(field.type) }),
  })
}

export function needsDefaultExecutor({ errors }: ExecutionResult): boolean {
  return errors?.some(({ message }) => message === changesItems) ?? false
}

function leafList(name: string, scalar: GraphQLScalarType, isNullable: boolean): GraphQLScalarType {
  const staysAsItIs = (item: unknown) =>
    item === null ? isNullable : typeof item !== 'object' && scalar.serialize(item) === item
  return new GraphQLScalarType({
    name,
    serialize(list) {
      let cause: unknown
      try {
        if (Array.isArray(list) && list.every(staysAsItIs)) return list
      } catch (error) {
        cause = error
      }
      throw new TypeError(changesItems, { cause })
    },
  })
}

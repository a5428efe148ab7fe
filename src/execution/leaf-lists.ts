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

/** Only a program reads it: what it says is told by the default executor, item by item. */
const unwritten = 'A list has an item that is not written as it is.'

/**
 * A schema in which each list of scalars is one scalar, for compiled code, which else calls three functions for each item. Its
 * value is the resolver's own list, if every item is written as it is; if not, `isUnwritten` is true of the result.
 */
export function withLeafLists(schema: GraphQLSchema): GraphQLSchema {
  const leaves = new Map<string, GraphQLScalarType>()
  const leafOf = (type: GraphQLOutputType): GraphQLOutputType => {
    if (isNonNullType(type)) return new GraphQLNonNull(leafOf(type.ofType))
    if (!isListType(type)) return type
    const isNullable = !isNonNullType(type.ofType)
    const item = isNullable ? type.ofType : type.ofType.ofType
    if (!isScalarType(item)) return type
    const name = `IsothermListOf${item.name}${isNullable ? '' : 's'}`
    return leaves.getOrInsertComputed(name, () => leafList(name, item, isNullable))
  }
  return mapSchema(schema, {
    [MapperKind.COMPOSITE_FIELD]: field => ({ ...field, type: leafOf(field.type) }),
  })
}

/** Whether a list of a result is not what its scalars would write. */
export function isUnwritten({ errors }: ExecutionResult): boolean {
  return errors?.some(({ message }) => message === unwritten) ?? false
}

function leafList(name: string, scalar: GraphQLScalarType, isNullable: boolean): GraphQLScalarType {
  const isWritten = (item: unknown) =>
    item === null ? isNullable : typeof item !== 'object' && scalar.serialize(item) === item
  return new GraphQLScalarType({
    name,
    serialize(list) {
      try {
        if (Array.isArray(list) && list.every(isWritten)) return list
      } catch (cause) {
        throw new TypeError(unwritten, { cause })
      }
      throw new TypeError(unwritten)
    },
  })
}

import {
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isIntrospectionType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import type { Pauses } from '../upstream/source/pauses.ts'

interface Pausing {
  readonly pauses?: Pauses
}

type Resolver = GraphQLFieldResolver<unknown, Pausing>

/** So many rows are complete before looking at the clock would pay. */
const shortList = 16

const paused = new WeakSet<GraphQLSchema>()

/**
 * Makes a schema's resolvers yield to other requests where the context has `pauses`, as graphql-js never does. A
 * field that returns objects waits before it resolves, and a row of a list before its fields. A non-null field
 * rejects instead of throwing or returning null: if a row failed synchronously, nobody would await the promises of
 * the rows before it, and each rejection among them would be unhandled. Both executors otherwise behave as before.
 */
export function pauseFields(schema: GraphQLSchema): void {
  if (paused.has(schema)) return
  paused.add(schema)
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type)) continue
    for (const field of Object.values(type.getFields())) {
      if (field.resolve && isNonNullType(field.type)) field.resolve = rejectLater(field.resolve)
      pauseField(field)
    }
  }
}

function rejectLater(resolve: Resolver): Resolver {
  return (source, args, context, info) => {
    try {
      const value = resolve(source, args, context, info)
      return value ?? Promise.resolve(value)
    } catch (error) {
      return Promise.reject(error)
    }
  }
}

function pauseField(field: GraphQLField<unknown, Pausing>): void {
  const { resolve, type } = field
  if (!resolve || !isCompositeType(getNamedType(type))) return
  const paced: Resolver = isListType(getNullableType(type))
    ? (source, args, context, info) => pacedList(resolve(source, args, context, info), context.pauses)
    : resolve
  field.resolve = (source, args, context, info) =>
    context.pauses?.isDue
      ? context.pauses.pause(undefined).then(() => paced(source, args, context, info))
      : paced(source, args, context, info)
}

function pacedList(list: unknown, pauses: Pauses | undefined): unknown {
  if (!pauses) return list
  if (list instanceof Promise) return list.then(list => pacedRows(list, pauses))
  return pacedRows(list, pauses)
}

function pacedRows(list: unknown, pauses: Pauses): unknown {
  return Array.isArray(list) && list.length > shortList ? rowsOf(list, pauses) : list
}

function* rowsOf(list: readonly unknown[], pauses: Pauses): Generator<unknown> {
  let isDue = false
  for (const [index, row] of list.entries()) {
    if (index % shortList === 0) isDue = pauses.isDue
    yield isDue ? pauses.pause(row) : row
  }
}

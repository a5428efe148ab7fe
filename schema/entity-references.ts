import type { GraphQLObjectType, GraphQLResolveInfo } from 'graphql'
import { z } from 'zod'
import type { Context } from '../src/context.ts'
import { BadInput } from '../src/upstream/bad-input.ts'
import { asError } from '../src/upstream/error.ts'
import { checked } from './argument-checks.ts'
import { builder } from './builder.ts'
import { sized } from './costs.ts'
import { type Key, type Reference, readReference } from './entity-key.ts'
import { checkScopes, checksEachRow } from './scopes.ts'

export const Representation = builder.scalarType('_Any', {
  description:
    'An entity as another graph knows it: an object of its `__typename` and the fields of one of its keys.',
  serialize: value => value,
})

/** As many as the longest page of locations. */
const maximumRepresentations = 5000

interface RepresentationsArguments {
  readonly representations: readonly unknown[]
}

/** Extensions of a field that returns one entity for each representation. */
export const entityList = {
  [checksEachRow]: true,
  ...checked<RepresentationsArguments>(({ representations: { length } }) => {
    if (length > maximumRepresentations)
      throw new BadInput(`At most ${maximumRepresentations} entities can be asked at once, not ${length}.`)
  }),
  ...sized<RepresentationsArguments>({ size: ({ representations }) => representations.length }),
}

type Found = object | null | undefined

/**
 * The entities in the order of their representations, with an error for each one that names none. Equal representations are
 * looked up once, and all at the same time, so that they share calls as rows of a list do.
 */
export function findEntities(
  representations: readonly unknown[],
  context: Context,
  info: GraphQLResolveInfo,
): (Found | Promise<Found>)[] {
  const found = new Map<string, Found | Promise<Found>>()
  return representations.map(representation => {
    try {
      const { type, key } = readReference(info.schema, representation)
      const name = JSON.stringify([type.name, key])
      return found.getOrInsertComputed(name, () => findEntity({ type, key }, context, info))
    } catch (error) {
      return asError(error)
    }
  })
}

/** Returns the error instead of rejecting: compiled queries would put a rejection at the wrong index. */
function findEntity(
  { type, key }: Reference,
  context: Context,
  info: GraphQLResolveInfo,
): Found | Promise<Found> {
  try {
    checkScopes(type, context.caller)
    const found = resolverOf(type)(key, context, info)
    return found instanceof Promise ? found.then(entity => named(type, entity), asError) : named(type, found)
  } catch (error) {
    return asError(error)
  }
}

/** A copy with its type name, since all requests share the entries of the catalog. */
function named({ name: __typename }: GraphQLObjectType, found: Found): Found {
  return found && { ...found, __typename }
}

type Resolver = (key: Key, context: Context, info: GraphQLResolveInfo) => Found | Promise<Found>

function resolverOf({ extensions }: GraphQLObjectType): Resolver {
  return Resolvable.parse(extensions).apollo.subgraph.resolveReference
}

const Resolvable = z.object({
  apollo: z.object({
    subgraph: z.object({
      resolveReference: z.custom<Resolver>(resolver => typeof resolver === 'function'),
    }),
  }),
})

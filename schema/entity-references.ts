import type { ObjectRef } from '@pothos/core'
import type { GraphQLObjectType, GraphQLResolveInfo } from 'graphql'
import { z } from 'zod'
import type { Context } from '../src/context.ts'
import { Brand } from './brand.ts'
import { builder } from './builder.ts'
import { type Key, type Reference, readReference } from './entity-key.ts'
import { Location } from './location.ts'
import { PageHeatmap } from './page-heatmap.ts'
import { Snapshot } from './snapshot.ts'
import { View } from './view.ts'
import { Website } from './website.ts'

const Representation = builder.scalarType('_Any', {
  description:
    'An entity as another graph knows it: an object of its `__typename` and the fields of one of its keys.',
  serialize: value => value,
})

/** As of objects: in the place of one that is not found stands an error. */
const entities: ObjectRef<typeof builder.$inferSchemaTypes, object>[] = [
  Brand,
  Location,
  PageHeatmap,
  Snapshot,
  View,
  Website,
]

const Entity = builder.unionType('_Entity', {
  description: 'Whatever another graph may know by a key of it.',
  types: entities,
})

builder.queryField('_entities', t =>
  t.field({
    type: [Entity],
    nullable: { list: false, items: true },
    description:
      'For gateways: the entities that these representations name, in their order. One that names nothing is null with an error of its own. Entities of one question share their upstream calls as those of a list do.',
    args: {
      representations: t.arg({
        type: [Representation],
        required: true,
        description: 'Each an object of `__typename` and the fields of a key.',
      }),
    },
    resolve: (_root, { representations }, context, info) => findEntities(representations, context, info),
  }),
)

type Found = object | null | undefined

/** Each is looked for once, however often it is named, and all of them at once. */
function findEntities(representations: readonly unknown[], context: Context, info: GraphQLResolveInfo) {
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

/** The error in the place of an entity; compiled queries would misplace one whose promise rejects. */
function findEntity(
  { type, key }: Reference,
  context: Context,
  info: GraphQLResolveInfo,
): Found | Promise<Found> {
  try {
    const found = resolverOf(type)(key, context, info)
    return found instanceof Promise ? found.then(entity => named(type, entity), asError) : named(type, found)
  } catch (error) {
    return asError(error)
  }
}

/** A copy that says what it is, since entries of the catalog are shared by all requests. */
function named({ name: __typename }: GraphQLObjectType, found: Found): Found {
  return found && { ...found, __typename }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('An entity could not be found.', { cause: error })
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

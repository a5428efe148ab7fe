import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isLeafType,
  isObjectType,
} from 'graphql'
import { z } from 'zod'
import { BadInput } from '../src/upstream/bad-input.ts'
import { appliedDirectives } from './applied-directives.ts'

/** The fields of one key of an entity, with the values that the entity itself would return. */
export type Key = Readonly<Record<string, unknown>>

export interface Reference {
  readonly type: GraphQLObjectType
  readonly key: Key
}

/** The entity that a representation names, by the first complete key of its type. Throws BadInput if there is none. */
export function readReference(schema: GraphQLSchema, representation: unknown): Reference {
  const given = Representation.safeParse(representation).data
  if (!given) throw new BadInput('A representation is an object with a __typename.')
  const type = schema.getType(given.__typename)
  const keys = isObjectType(type) ? keysOf(type) : []
  if (!isObjectType(type) || keys.length === 0)
    throw new BadInput(`"${given.__typename}" is the type of no entity.`)
  const fields = keys.find(names => names.every(name => given[name] != null))
  if (!fields) {
    const wanted = keys.map(names => names.join(' and ')).join(', ')
    throw new BadInput(`A representation of ${type.name} has a key of it: ${wanted}.`)
  }
  return { type, key: Object.fromEntries(fields.map(name => [name, keyValue(type, name, given[name])])) }
}

const Representation = z.looseObject({ __typename: z.string() })

type Keys = readonly (readonly string[])[]

/** Read once for each type: one request may hold thousands of representations. */
const known = new WeakMap<GraphQLObjectType, Keys>()

/** The field names of each key of an entity; none for other types. */
function keysOf(type: GraphQLObjectType): Keys {
  return known.getOrInsertComputed(type, readKeys)
}

function readKeys(type: GraphQLObjectType): Keys {
  return appliedDirectives(type).flatMap(({ name, args: { fields, resolvable } }) =>
    name === 'key' && typeof fields === 'string' && resolvable !== false ? [fields.split(' ')] : [],
  )
}

function keyValue(type: GraphQLObjectType, name: string, given: unknown): unknown {
  const field: GraphQLField<unknown, unknown> | undefined = type.getFields()[name]
  const leaf = field && getNamedType(field.type)
  if (!isLeafType(leaf)) throw new TypeError(`${type.name}.${name} is part of a key, and no leaf.`)
  try {
    return leaf.serialize(leaf.parseValue(given))
  } catch {
    throw new BadInput(`The ${name} of a representation of ${type.name} is no ${leaf.name}.`)
  }
}

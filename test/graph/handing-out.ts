import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  getNamedType,
  getNullableType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
} from 'graphql'
import { appliedDirectives } from '../../schema/applied-directives.ts'
import { schema } from '../../schema/index.ts'

type Field = GraphQLField<unknown, unknown>

/** A field that hands out entities: its own, or those in the rows of a connection. */
export interface HandsOut {
  readonly owner: string
  readonly field: string
  readonly isPaged: boolean
  /** Between the node of an edge and the entity, such as `location`. */
  readonly below: string | null
  readonly type: GraphQLObjectType
  readonly required: readonly string[]
}

/** The fields of each key of an entity by which it is found; none for what is no entity. */
export function keysOf(type: GraphQLNamedType): readonly (readonly string[])[] {
  if (!isObjectType(type)) return []
  return appliedDirectives(type).flatMap(({ name, args: { fields, resolvable } }) =>
    name === 'key' && typeof fields === 'string' && resolvable !== false ? [fields.split(' ')] : [],
  )
}

export const entities = Object.values(schema.getTypeMap()).filter(isEntity)

export function handedOutBy(owner: GraphQLObjectType): readonly HandsOut[] {
  return fieldsOf(owner).flatMap((field): HandsOut[] => {
    const type = getNamedType(field.type)
    const required = field.args.filter(isRequiredArgument).map(({ name }) => name)
    const isPaged = isObjectType(type) && 'edges' in type.getFields()
    const list = { owner: owner.name, field: field.name, isPaged, required }
    const row = isPaged ? nodeOf(type) : type
    if (isEntity(row)) return [{ ...list, below: null, type: row }]
    if (!isPaged || !isObjectType(row)) return []
    return fieldsOf(row).flatMap(({ name, type }) => {
      const entity = getNamedType(type)
      return isEntity(entity) ? [{ ...list, below: name, type: entity }] : []
    })
  })
}

/** All that an entity tells of itself without being asked for anything more, with the ids of its neighbours. */
export function wholeOf(type: GraphQLObjectType): string {
  const fields = fieldsOf(type).flatMap(({ name, type, args }) => {
    const named = getNamedType(type)
    if (args.length > 0) return []
    if (isLeafType(named)) return [name]
    return isEntity(named) && getNullableType(type) === named ? [`${name} { id }`] : []
  })
  return `{ __typename ${fields.join(' ')} }`
}

function isEntity(type: GraphQLNamedType | undefined): type is GraphQLObjectType {
  return isObjectType(type) && keysOf(type).length > 0
}

function nodeOf(connection: GraphQLObjectType): GraphQLNamedType | undefined {
  const edge = getNamedType(connection.getFields().edges?.type)
  return isObjectType(edge) ? getNamedType(edge.getFields().node?.type) : undefined
}

function fieldsOf(type: GraphQLObjectType): Field[] {
  return Object.values(type.getFields())
}

import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLOutputType,
  getNamedType,
  isCompositeType,
  isEnumType,
  isIntrospectionType,
  isListType,
  isNonNullType,
} from 'graphql'
import { z } from 'zod'
import { appliedDirectives } from '../../../schema/applied-directives.ts'
import { type FieldSize, fieldSize } from '../../../schema/costs.ts'

/** The cost of a field by its definition. */
export interface FieldWeight extends FieldSize<object> {
  /** The field itself, however many rows it has (`@cost`). */
  readonly call: number
  /** Each row of a list, or an object or scalar without `@cost`. */
  readonly instance: number
  /** How many list types wrap the value. */
  readonly lists: number
  /** Whether each object of its list may be null with an error of its own. */
  readonly isFallible: boolean
  readonly assumedSize: number | undefined
  readonly slicingArguments: readonly string[]
  readonly sizedFields: readonly string[]
  /** The JSON of one value; for an object, without its members. */
  readonly bytes: number
}

export type Field = GraphQLField<unknown, unknown>

/** Read once for each field. */
export function fieldWeight(field: Field): FieldWeight {
  return known.getOrInsertComputed(field, readWeight)
}

const known = new WeakMap<Field, FieldWeight>()

function readWeight(field: Field): FieldWeight {
  const directives = appliedDirectives(field)
  const cost = Cost.parse(directives.find(({ name }) => name === 'cost')?.args ?? {})
  const size = ListSize.parse(directives.find(({ name }) => name === 'listSize')?.args ?? {})
  const named = getNamedType(field.type)
  const lists = listsAround(field.type)
  const isComposite = isCompositeType(named)
  return {
    bytes: isComposite
      ? bytesOfObject
      : isEnumType(named)
        ? bytesOfEnum
        : (bytesByScalar[named.name] ?? bytesOfText),
    ...Own.parse(field.extensions[fieldSize] ?? {}),
    call: cost.weight ?? 0,
    instance: isComposite && (lists > 0 || cost.weight === undefined) ? weightOfRow(named) : 0,
    lists,
    isFallible: isComposite && lists > 0 && hasNullableRows(field.type),
    assumedSize: size.assumedSize,
    slicingArguments: size.slicingArguments,
    sizedFields: size.sizedFields,
  }
}

/** graphql-js takes three times as long for introspection types, and never pauses among them. */
function weightOfRow(named: GraphQLNamedType): number {
  return isIntrospectionType(named) ? 3 : 1
}

const Cost = z.object({ weight: z.coerce.number().optional() })

const ListSize = z.object({
  assumedSize: z.int().optional(),
  slicingArguments: z.array(z.string()).default([]),
  sizedFields: z.array(z.string()).default([]),
})

const Own = z.custom<FieldSize<object>>(value => typeof value === 'object' && value !== null)

function listsAround(type: GraphQLOutputType): number {
  if (isNonNullType(type)) return listsAround(type.ofType)
  return isListType(type) ? 1 + listsAround(type.ofType) : 0
}

function hasNullableRows(type: GraphQLOutputType): boolean {
  if (isNonNullType(type)) return hasNullableRows(type.ofType)
  return isListType(type) && !isNonNullType(type.ofType)
}

const bytesOfObject = 3
const bytesOfEnum = 16
const bytesOfText = 40
/** One value with its comma, as JSON. */
const bytesByScalar: Readonly<Record<string, number>> = {
  Boolean: 6,
  Int: 6,
  SafeInt: 8,
  Float: 20,
  DateTime: 27,
  LocalDate: 13,
  LocalDateTime: 26,
  URL: 200,
  JSON: 500,
}

import {
  type ConstValueNode,
  GraphQLID,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  type GraphQLType,
  isEnumType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  Kind,
  type OperationDefinitionNode,
  typeFromAST,
  type VariableDefinitionNode,
  valueFromASTUntyped,
} from 'graphql'
import { z } from 'zod'
import { inputMembers } from '../server/limits/input-members.ts'

/** The part of JSON Schema that variables need: a JSON object. */
export type JsonSchema = {
  type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean'
  description?: string
  default?: JsonValue
  enum?: string[]
  minimum?: number
  maximum?: number
  items?: JsonSchema
  maxItems?: number
  properties?: { [name: string]: JsonSchema }
  required?: string[]
  additionalProperties?: false
  minProperties?: number
  maxProperties?: number
}

export type ObjectSchema = JsonSchema & { type: 'object' }

type JsonValue = string | number | boolean | null | JsonValue[] | { [name: string]: JsonValue }

/** The JSON schema of an operation's variables. What it leaves open is checked when the operation runs. */
export function variableSchema(
  { variableDefinitions = [] }: OperationDefinitionNode,
  schema: GraphQLSchema,
): ObjectSchema {
  const properties = variableDefinitions.map(definition => [
    definition.variable.name.value,
    schemaOfVariable(definition, schema),
  ])
  const required = variableDefinitions
    .filter(({ type, defaultValue }) => type.kind === Kind.NON_NULL_TYPE && !defaultValue)
    .map(({ variable }) => variable.name.value)
  return objectOf(Object.fromEntries(properties), required)
}

function schemaOfVariable(
  { type, defaultValue, description }: VariableDefinitionNode,
  schema: GraphQLSchema,
): JsonSchema {
  const known = typeFromAST(schema, type)
  // Running the operation reports a type that does not exist.
  const { description: meaning, ...form } = isInputType(known) ? schemaOf(known, []) : {}
  const text = [description?.value, meaning].filter(Boolean).join(' ')
  return {
    ...form,
    ...(text && { description: text }),
    // A left-out argument is null, and no schema here takes null.
    ...(defaultValue && !holdsNull(defaultValue) && { default: jsonOf(defaultValue, known) }),
  }
}

/** Whether it is null, or a list with null; members that are null are left out. */
function holdsNull(literal: ConstValueNode): boolean {
  return literal.kind === Kind.NULL || (literal.kind === Kind.LIST && literal.values.some(holdsNull))
}

/** As JSON: an id is a text even if it is written as a number, and a single value of a list is a list. */
function jsonOf(literal: ConstValueNode, type: GraphQLType | undefined): JsonValue {
  if (isNonNullType(type)) return jsonOf(literal, type.ofType)
  if (literal.kind === Kind.NULL) return null
  if (isListType(type)) {
    const members = literal.kind === Kind.LIST ? literal.values : [literal]
    return members.map(member => jsonOf(member, type.ofType))
  }
  if (isInputObjectType(type) && literal.kind === Kind.OBJECT) {
    const members = type.getFields()
    const given = literal.fields.filter(({ value }) => value.kind !== Kind.NULL)
    return Object.fromEntries(
      given.map(({ name, value }) => [name.value, jsonOf(value, members[name.value]?.type)]),
    )
  }
  if (type === GraphQLID && literal.kind === Kind.INT) return literal.value
  return Json.parse(valueFromASTUntyped(literal))
}

/** `outer` are the input objects around it: one that contains itself is left open there, and described in a sentence. */
function schemaOf(type: GraphQLInputType, outer: readonly GraphQLInputObjectType[]): JsonSchema {
  if (isNonNullType(type)) return schemaOf(type.ofType, outer)
  if (isListType(type)) return { type: 'array', items: schemaOf(type.ofType, outer) }
  if (isEnumType(type)) return { type: 'string', enum: type.getValues().map(({ name }) => name) }
  if (isInputObjectType(type)) return outer.includes(type) ? { type: 'object' } : fieldsOf(type, outer)
  const form = scalarForms[type.name] ?? { type: 'string' }
  const { description } = type
  return type.name in scalarForms || !description ? form : { ...form, description }
}

function fieldsOf(type: GraphQLInputObjectType, outer: readonly GraphQLInputObjectType[]): JsonSchema {
  const fields = inputMembers(type, outer.length === 0)
  const properties = fields.map(({ name, type: inner, description }) => {
    const form = schemaOf(inner, [...outer, type])
    // Every tool repeats it, and a model pays for what it reads.
    const text = inner === type ? firstSentence(description) : description
    return [name, text ? { ...form, description: text } : form]
  })
  const required = fields.filter(isRequiredInputField).map(({ name }) => name)
  const object = objectOf(Object.fromEntries(properties), required)
  return type.isOneOf ? { ...object, minProperties: 1, maxProperties: 1 } : object
}

function firstSentence(text: string | null | undefined): string | undefined {
  return text?.split(/(?<=\.) /, 1)[0]
}

function objectOf(properties: { [name: string]: JsonSchema }, required: string[]): ObjectSchema {
  return {
    type: 'object',
    properties,
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  }
}

const Json = z.json()

/** All other scalars are texts. */
const scalarForms: Readonly<Record<string, JsonSchema>> = {
  Int: { type: 'integer' },
  SafeInt: { type: 'integer' },
  Float: { type: 'number' },
  Boolean: { type: 'boolean' },
  String: { type: 'string' },
  ID: { type: 'string' },
  JSON: {},
}

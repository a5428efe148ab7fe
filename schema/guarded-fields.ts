import {
  defaultFieldResolver,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isIntrospectionType,
  isObjectType,
} from 'graphql'
import type { Caller } from '../src/access/caller.ts'
import { Forbidden } from '../src/access/forbidden.ts'
import type { Scope } from '../src/access/scopes.ts'
import type { Context } from '../src/context.ts'
import { checksEachRow, declaredScopes, missingScopes, scopesOfField } from './scopes.ts'

type Resolver = GraphQLFieldResolver<unknown, Context, Record<string, unknown>>

/**
 * Makes each field refuse callers without its scopes before its resolver runs, in every executor. A field needs its own
 * scopes, those of the type that it returns, and those of arguments that are given. Types that are only returned by such
 * fields cost nothing more: their own fields are guarded only if an interface or a union leads there as well.
 */
export function guardFields(schema: GraphQLSchema): GraphQLSchema {
  const objects = Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter(type => !isIntrospectionType(type))
  const elsewhere = behindAbstractTypes(schema, objects)
  for (const type of objects) {
    const scopesOfType = elsewhere.has(type) ? declaredScopes(type) : []
    for (const field of Object.values(type.getFields())) guardField(type, field, scopesOfType)
  }
  return schema
}

function guardField(
  { name }: GraphQLObjectType,
  field: GraphQLField<unknown, Context, Record<string, unknown>>,
  scopesOfType: readonly Scope[],
): void {
  const scopesOfValue =
    field.extensions[checksEachRow] === true ? declaredScopes(field) : scopesOfField(field)
  const scopes = [...new Set([...scopesOfType, ...scopesOfValue])]
  const scopedArguments = field.args.filter(argument => declaredScopes(argument).length > 0)
  if (scopes.length === 0 && scopedArguments.length === 0) return
  const coordinate = `${name}.${field.name}`
  const { resolve = defaultFieldResolver, subscribe } = field
  const refusalOf = (caller: Caller, args: Record<string, unknown>) =>
    refusal(coordinate, scopes, caller) ?? refusalOfArguments(coordinate, scopedArguments, caller, args)
  const guarded: Resolver = (source, args, context, info) => {
    const refusal = refusalOf(context.caller, args)
    if (refusal) throw refusal
    return resolve(source, args, context, info)
  }
  field.resolve = guarded
  if (!subscribe) return
  // One event without a value, which `resolve` refuses: null with an error, as for any other field.
  field.subscribe = (source, args, context, info) =>
    refusalOf(context.caller, args) ? one(undefined) : subscribe(source, args, context, info)
}

function refusal(what: string, scopes: readonly Scope[], caller: Caller): Forbidden | undefined {
  for (const scope of scopes)
    if (!caller.scopes.has(scope)) return new Forbidden(what, missingScopes(scopes, caller))
  return undefined
}

function refusalOfArguments(
  coordinate: string,
  scoped: readonly GraphQLArgument[],
  caller: Caller,
  args: Record<string, unknown>,
): Forbidden | undefined {
  const given = scoped.filter(({ name }) => args[name] != null)
  return given
    .map(argument =>
      refusal(`The argument "${argument.name}" of ${coordinate}`, declaredScopes(argument), caller),
    )
    .find(refusal => refusal !== undefined)
}

/** The object types that some field may return as one of several types. */
function behindAbstractTypes(
  schema: GraphQLSchema,
  objects: readonly GraphQLObjectType[],
): ReadonlySet<GraphQLNamedType> {
  const returned = objects.flatMap(type =>
    Object.values(type.getFields()).map(({ type }) => getNamedType(type)),
  )
  return new Set(returned.filter(isAbstractType).flatMap(type => schema.getPossibleTypes(type)))
}

async function* one<Value>(value: Value): AsyncGenerator<Value> {
  yield value
}

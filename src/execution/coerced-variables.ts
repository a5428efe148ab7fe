import {
  coerceInputValue,
  GraphQLError,
  type GraphQLSchema,
  isInputType,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
  type VariableDefinitionNode,
  valueFromAST,
} from 'graphql'
import { longestMessage } from '../upstream/bad-input.ts'
import { cutText } from '../upstream/cut-text.ts'
import { excerpt } from './excerpt.ts'

/** The most errors that one refusal lists. */
export const mostErrors = 50

export type CoercedVariables =
  | { readonly coerced: Readonly<Record<string, unknown>>; readonly errors?: never }
  | { readonly errors: readonly GraphQLError[]; readonly coerced?: never }

/**
 * Coerces an operation's variables, or lists what is wrong with them. Like graphql-js's `getVariableValues`, but it
 * stops at `mostErrors` and no message grows with the values, so refusing takes no longer than reading them.
 */
export function coerceVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  given: Readonly<Record<string, unknown>>,
): CoercedVariables {
  const known = latest.get(given)
  if (known?.schema === schema && known.operation === operation) return known.result
  const result = coerce(schema, operation, given)
  latest.set(given, { schema, operation, result })
  return result
}

/** The coerced variables of a request, for each step that needs them. Nobody changes them. */
const latest = new WeakMap<
  object,
  {
    readonly schema: GraphQLSchema
    readonly operation: OperationDefinitionNode
    readonly result: CoercedVariables
  }
>()

function coerce(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  given: Readonly<Record<string, unknown>>,
): CoercedVariables {
  const coerced: Record<string, unknown> = Object.create(null)
  const errors: GraphQLError[] = []
  const excerpts = new Map<unknown, string>()
  const quote = (value: unknown) => excerpts.getOrInsertComputed(value, () => excerpt(value))
  const refuse = (message: string, node: VariableDefinitionNode) => {
    errors.push(new GraphQLError(cutText(message, longestMessage), { nodes: node }))
    if (errors.length >= mostErrors) throw new EnoughErrors()
  }
  try {
    for (const node of operation.variableDefinitions ?? []) {
      const name = node.variable.name.value
      const type = typeFromAST(schema, node.type)
      if (!isInputType(type)) refuse(`Variable "$${name}" is of no input type.`, node)
      else if (!Object.hasOwn(given, name)) {
        if (node.defaultValue) coerced[name] = valueFromAST(node.defaultValue, type)
        else if (isNonNullType(type))
          refuse(`Variable "$${name}" of required type "${type}" was not provided.`, node)
      } else if (given[name] === null && isNonNullType(type)) {
        refuse(`Variable "$${name}" of non-null type "${type}" must not be null.`, node)
      } else {
        coerced[name] = coerceInputValue(given[name], type, (path, value, { message }) => {
          const suffix = path.map(key => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('')
          const at = suffix && ` at "${name}${suffix}"`
          refuse(`Variable "$${name}" got invalid value ${quote(value)}${at}; ${message}`, node)
        })
      }
    }
  } catch (error) {
    if (!(error instanceof EnoughErrors)) throw error
  }
  return errors.length > 0 ? { errors } : { coerced }
}

class EnoughErrors extends Error {
  override readonly name = 'EnoughErrors'
}

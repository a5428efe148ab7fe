import {
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  ValuesOfCorrectTypeRule,
  validate,
} from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { z } from 'zod'
import { type CheckedField, checkedFields } from './checked-fields.ts'

/**
 * Refuses an operation whose values no upstream call could answer, wherever in it they stand, before anything is run: all
 * of them at once, each `BAD_USER_INPUT` with a sentence. `checkName` is the field extension that holds a check.
 */
export function useBadInput({ checkName }: { readonly checkName: string }): Plugin {
  // Parsed documents are kept by the server, so what is to be checked in one is found once.
  const fieldsByOperation = new WeakMap<OperationDefinitionNode, readonly CheckedField[]>()
  const fieldsOf = (schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) => {
    const known = fieldsByOperation.get(operation)
    if (known) return known
    const fragments = document.definitions.filter(definition => definition.kind === Kind.FRAGMENT_DEFINITION)
    const byName = new Map(fragments.map(fragment => [fragment.name.value, fragment]))
    const fields = checkedFields(schema, operation, byName, checkName)
    fieldsByOperation.set(operation, fields)
    return fields
  }
  return {
    onValidate({ params: { schema, documentAST } }) {
      return ({ valid, result }) => {
        if (!valid) markWrongValues(schema, documentAST, result)
      }
    },
    onExecute({ args: { schema, document, operationName, variableValues }, setResultAndStopExecution }) {
      const operation = getOperationAST(document, operationName)
      if (!operation) return
      const given = z.record(z.string(), z.unknown()).catch({}).parse(variableValues)
      const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], given)
      const bad = errors
        ? errors.map(error => badInput(error, error.nodes))
        : wrongArguments(fieldsOf(schema, document, operation), coerced)
      if (bad.length > 0) setResultAndStopExecution({ errors: bad })
    },
  }
}

/** Values that do not fit their type are bad input like any other; the specification's validation does not tell them apart. */
function markWrongValues(schema: GraphQLSchema, document: DocumentNode, errors: readonly Error[]): void {
  const wrong = new Set(validate(schema, document, [ValuesOfCorrectTypeRule]).map(error => error.message))
  for (const error of errors) {
    if (error instanceof GraphQLError && wrong.has(error.message)) error.extensions.code = 'BAD_USER_INPUT'
  }
}

function wrongArguments(
  fields: readonly CheckedField[],
  variables: Record<string, unknown>,
): readonly GraphQLError[] {
  // A fragment that is used twice holds the same node twice.
  const byNode = new Map<FieldNode, GraphQLError>()
  for (const { node, check } of fields) {
    try {
      check(variables)
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error
      byNode.set(node, badInput(error, [node]))
    }
  }
  return [...byNode.values()]
}

function badInput({ message }: GraphQLError, nodes: GraphQLError['nodes']): GraphQLError {
  return new GraphQLError(message, {
    nodes: nodes ?? null,
    extensions: { code: 'BAD_USER_INPUT', http: { spec: true, status: 400 } },
  })
}

import {
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  type GraphQLField,
  GraphQLIncludeDirective,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getArgumentValues,
  getDirectiveValues,
  getOperationAST,
  getVariableValues,
  TypeInfo,
  ValuesOfCorrectTypeRule,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { z } from 'zod'

/**
 * Refuses an operation whose values no upstream call could answer, wherever in it they stand, before anything is run: all
 * of them at once, each `BAD_USER_INPUT` with a sentence. `checkName` is the field extension that holds a check.
 */
export function useBadInput({ checkName }: { readonly checkName: string }): Plugin {
  return {
    onValidate({ params: { schema, documentAST } }) {
      return ({ valid, result }) => {
        if (!valid) markWrongValues(schema, documentAST, result)
      }
    },
    onExecute({ args, setResultAndStopExecution }) {
      const errors = badInputs(args, checkName)
      if (errors.length > 0) setResultAndStopExecution({ errors })
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

interface Operation {
  readonly schema: GraphQLSchema
  readonly document: DocumentNode
  readonly operationName?: string | null | undefined
  readonly variableValues?: unknown
}

function badInputs(operation: Operation, checkName: string): readonly GraphQLError[] {
  const { schema, document, operationName } = operation
  const variables = getOperationAST(document, operationName)?.variableDefinitions ?? []
  const given = z.record(z.string(), z.unknown()).catch({}).parse(operation.variableValues)
  const { coerced, errors } = getVariableValues(schema, variables, given)
  if (errors) return errors.map(error => badInput(error, error.message))

  return checkedFields(operation, checkName).flatMap(({ field, node, check }) => {
    if (isLeftOut(node, coerced)) return []
    try {
      check(getArgumentValues(field, node, coerced))
      return []
    } catch (error) {
      return error instanceof GraphQLError ? [badInput(error, error.message, node)] : []
    }
  })
}

type Check = (args: unknown) => void

/** The fields of the operation, and of the fragments that it uses, that have a check. */
function checkedFields({ schema, document, operationName }: Operation, checkName: string) {
  const found: { field: GraphQLField<unknown, unknown>; node: FieldNode; check: Check }[] = []
  const typeInfo = new TypeInfo(schema)
  const used = new Set<string>()
  const collect = (part: Parameters<typeof visit>[0]) => {
    visit(
      part,
      visitWithTypeInfo(typeInfo, {
        Field(node) {
          const field = typeInfo.getFieldDef()
          const check: unknown = field?.extensions[checkName]
          if (field && typeof check === 'function') found.push({ field, node, check: args => check(args) })
        },
        FragmentSpread({ name: { value: name } }) {
          used.add(name)
        },
      }),
    )
  }
  const operation = getOperationAST(document, operationName)
  if (operation) collect(operation)
  for (const name of used) {
    const fragment = document.definitions.find(
      definition => definition.kind === 'FragmentDefinition' && definition.name.value === name,
    )
    if (fragment) collect(fragment)
  }
  return found
}

function isLeftOut(node: FieldNode, variables: Record<string, unknown>): boolean {
  const skip = getDirectiveValues(GraphQLSkipDirective, node, variables)
  const include = getDirectiveValues(GraphQLIncludeDirective, node, variables)
  return skip?.if === true || include?.if === false
}

function badInput(originalError: GraphQLError, message: string, node?: FieldNode): GraphQLError {
  return new GraphQLError(message, {
    nodes: node ?? originalError.nodes ?? null,
    extensions: { code: 'BAD_USER_INPUT', http: { spec: true, status: 400 } },
  })
}

import {
  type DocumentNode,
  type ExecutionArgs,
  type FieldNode,
  GraphQLError,
  getOperationAST,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  visit,
} from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { Forbidden } from '../../../access/forbidden.ts'
import type { Context } from '../../../context.ts'
import { coerceVariables } from '../../../execution/coerced-variables.ts'
import { rememberedByDocument } from '../../../execution/remembered-by-document.ts'
import { appliesTo, fragmentsOf, isLeftOut, mergeSelections } from '../../../execution/selections.ts'

const metaFields: readonly string[] = [SchemaMetaFieldDef.name, TypeMetaFieldDef.name]

/**
 * Refuses operations that ask for the schema if their caller may not explore, before any call. The whole result is null, since
 * `__schema` must not be null. Must come after the plugin that refuses bad variables.
 */
export function useIntrospectionScope(): Plugin<Context> {
  const mayAsk = rememberedByDocument(namesMetaField)
  return {
    onExecute({ args, setResultAndStopExecution }) {
      if (args.contextValue.caller.scopes.has('explore') || !mayAsk(args.document)) return
      const asked = metaFieldsOf(args)
      if (asked.length === 0) return
      // Without a path: a gateway's trace has no field that was not executed.
      const errors = asked.map(refusal)
      setResultAndStopExecution({ data: null, errors })
    },
  }
}

function refusal(nodes: readonly FieldNode[]): GraphQLError {
  const { message, extensions } = new Forbidden('Introspection', ['explore'])
  return new GraphQLError(message, { nodes, extensions })
}

/** The root fields that ask for the schema: the nodes of each response key. */
function metaFieldsOf({
  schema,
  document,
  operationName,
  variableValues,
}: ExecutionArgs): readonly (readonly FieldNode[])[] {
  const operation = getOperationAST(document, operationName)
  const root = operation && schema.getRootType(operation.operation)
  if (!operation || !root) return []
  const { coerced = {} } = coerceVariables(schema, operation, variableValues ?? {})
  const { fields } = mergeSelections([operation.selectionSet], {
    fragments: fragmentsOf(document),
    isIncluded: node => !isLeftOut(node, coerced),
    applies: condition => appliesTo(schema, condition, root),
    deferralOf: () => undefined,
  })
  return [...fields.values()].filter(([first]) => first && metaFields.includes(first.name.value))
}

function namesMetaField(document: DocumentNode): boolean {
  let isFound = false
  visit(document, {
    Field({ name }) {
      isFound ||= metaFields.includes(name.value)
    },
  })
  return isFound
}

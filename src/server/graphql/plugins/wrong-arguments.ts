import {
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getArgumentValues,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import { mostErrors } from '../../../execution/coerced-variables.ts'
import { holdsVariable } from '../../../execution/holds-variable.ts'
import { fragmentsOf, isLeftOut, type Variables } from '../../../execution/selections.ts'
import { checkArgumentBounds } from '../../limits/argument-bounds.ts'
import { checkCharacters } from './whole-characters.ts'

/**
 * Finds invalid arguments, each as an error at its field. Skips selections that `@skip` and `@include` leave out, and
 * visits each fragment once however often it is spread, so the work grows only with the document. `checkName` is the
 * field extension that may hold a check; it gets arguments and context, and throws a GraphQLError.
 */
export function wrongArguments(checkName: string) {
  /** For operations without directives, whose fields do not depend on variables. */
  const found = new WeakMap<OperationDefinitionNode, Found>()
  return (
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Variables,
    context: unknown,
  ): readonly GraphQLError[] => {
    const { fields, errors, isLasting } =
      found.get(operation) ?? fieldsWithArguments(schema, document, operation, variables)
    if (isLasting) found.set(operation, { fields, errors, isLasting })
    const wrong = [...errors]
    for (const asked of fields) {
      if (wrong.length >= mostErrors) break
      const found = errorOf(asked.node, () => {
        const { field, node, constant } = asked
        const args = constant ?? getArgumentValues(field, node, variables)
        if (!constant) checkArgumentBounds(args)
        const check = field.extensions[checkName]
        if (typeof check === 'function') check(args, context)
        if (!constant) checkCharacters(args)
        if (isLasting && !asked.hasVariables) asked.constant = args
      })
      wrong.push(...found)
    }
    return wrong
  }
}

interface AskedField {
  readonly field: GraphQLField<unknown, unknown>
  readonly node: FieldNode
  readonly hasVariables: boolean
  /** Its valid arguments, if they are the same in every request. */
  constant: Arguments | undefined
}

type Arguments = Readonly<Record<string, unknown>>

interface Found {
  readonly fields: readonly AskedField[]
  /** Errors of directives. */
  readonly errors: readonly GraphQLError[]
  /** True if no directive makes it depend on variables. */
  readonly isLasting: boolean
}

function fieldsWithArguments(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
): Found {
  const fragments = fragmentsOf(document)
  const fields: AskedField[] = []
  const errors: GraphQLError[] = []
  let isLasting = true
  const look = ({ selections }: SelectionSetNode, parent: GraphQLNamedType | null | undefined): void => {
    for (const selection of selections) {
      if (selection.directives?.length) {
        isLasting = false
        let isLeft = false
        if (errors.length < mostErrors)
          errors.push(...errorOf(selection, () => (isLeft = isLeftOut(selection, variables))))
        if (isLeft) continue
      }
      if (selection.kind === Kind.FIELD) {
        const field = fieldOf(parent, selection)
        if (field && field.args.length > 0) {
          const hasVariables = selection.arguments?.some(({ value }) => holdsVariable(value)) ?? false
          fields.push({ field, node: selection, hasVariables, constant: undefined })
        }
        if (field && selection.selectionSet) look(selection.selectionSet, getNamedType(field.type))
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const { typeCondition } = selection
        look(selection.selectionSet, typeCondition ? schema.getType(typeCondition.name.value) : parent)
      } else {
        const fragment = fragments.get(selection.name.value)
        fragments.delete(selection.name.value)
        if (fragment) look(fragment.selectionSet, schema.getType(fragment.typeCondition.name.value))
      }
    }
  }
  look(operation.selectionSet, schema.getRootType(operation.operation))
  return { fields, errors, isLasting }
}

/** Returns a thrown GraphQLError, located at the node. Other errors are thrown on. */
function errorOf(node: SelectionNode, attempt: () => void): readonly GraphQLError[] {
  try {
    attempt()
    return []
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error
    return [new GraphQLError(error.message, { nodes: [node] })]
  }
}

function fieldOf(parent: GraphQLNamedType | null | undefined, { name }: FieldNode) {
  return isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name.value] : undefined
}

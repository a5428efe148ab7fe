import {
  type DocumentNode,
  GraphQLError,
  GraphQLIncludeDirective,
  type GraphQLNamedType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'

/**
 * The errors that the arguments of an operation's fields deserve, each at its field. What `@skip` and `@include` leave out is
 * not looked at, and a fragment is looked at once however often it is spread: the work grows with the document alone.
 */
export function wrongArguments(
  schema: GraphQLSchema,
  { definitions }: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
  context: unknown,
  /** The extension under which a field may hold a check that throws a GraphQLError; it is called with arguments and context. */
  checkName: string,
): readonly GraphQLError[] {
  const fragments = new Map(
    definitions
      .filter(definition => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map(fragment => [fragment.name.value, fragment]),
  )
  const errors: GraphQLError[] = []
  const look = ({ selections }: SelectionSetNode, parent: GraphQLNamedType | null | undefined): void => {
    for (const selection of selections) {
      const field = fieldOf(parent, selection)
      try {
        if (isLeftOut(selection, variables)) continue
        if (selection.kind === Kind.FIELD && field) {
          const args = getArgumentValues(field, selection, variables)
          const check = field.extensions[checkName]
          if (typeof check === 'function') check(args, context)
        }
      } catch (error) {
        if (!(error instanceof GraphQLError)) throw error
        errors.push(new GraphQLError(error.message, { nodes: [selection] }))
      }
      if (selection.kind === Kind.FIELD) {
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
  return errors
}

function fieldOf(parent: GraphQLNamedType | null | undefined, selection: SelectionNode) {
  if (selection.kind !== Kind.FIELD || !(isObjectType(parent) || isInterfaceType(parent))) return undefined
  return parent.getFields()[selection.name.value]
}

function isLeftOut(node: SelectionNode, variables: Record<string, unknown>): boolean {
  const skip = getDirectiveValues(GraphQLSkipDirective, node, variables)
  const include = getDirectiveValues(GraphQLIncludeDirective, node, variables)
  return skip?.if === true || include?.if === false
}

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
  /** The extension under which a field may hold a check that throws a GraphQLError. */
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
      if (isLeftOut(selection, variables)) continue
      if (selection.kind === Kind.FIELD) {
        const field = hasFields(parent) ? parent.getFields()[selection.name.value] : undefined
        if (!field) continue
        try {
          const args = field.args.length > 0 ? getArgumentValues(field, selection, variables) : {}
          const check = field.extensions[checkName]
          if (typeof check === 'function') check(args)
        } catch (error) {
          if (!(error instanceof GraphQLError)) throw error
          errors.push(new GraphQLError(error.message, { nodes: [selection] }))
        }
        if (selection.selectionSet) look(selection.selectionSet, getNamedType(field.type))
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

function hasFields(type: GraphQLNamedType | null | undefined) {
  return isObjectType(type) || isInterfaceType(type)
}

function isLeftOut(node: SelectionNode, variables: Record<string, unknown>): boolean {
  const skip = getDirectiveValues(GraphQLSkipDirective, node, variables)
  const include = getDirectiveValues(GraphQLIncludeDirective, node, variables)
  return skip?.if === true || include?.if === false
}

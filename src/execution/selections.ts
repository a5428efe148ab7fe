import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  getDirectiveValues,
  Kind,
  type SelectionNode,
} from 'graphql'

/** Of one operation, coerced. */
export type Variables = Readonly<Record<string, unknown>>

/** A document's fragments, by their names. */
export function fragmentsOf({ definitions }: DocumentNode): Map<string, FragmentDefinitionNode> {
  const fragments = definitions.filter(definition => definition.kind === Kind.FRAGMENT_DEFINITION)
  return new Map(fragments.map(fragment => [fragment.name.value, fragment]))
}

/** Whether `@skip` or `@include` leaves a selection out. Throws GraphQLError for values that do not fit them. */
export function isLeftOut(node: SelectionNode, variables: Variables): boolean {
  if (!node.directives?.length) return false
  const skip = getDirectiveValues(GraphQLSkipDirective, node, variables)
  const include = getDirectiveValues(GraphQLIncludeDirective, node, variables)
  return skip?.if === true || include?.if === false
}

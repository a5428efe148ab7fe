import {
  type FieldNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  type GraphQLField,
  GraphQLIncludeDirective,
  type GraphQLNamedType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  type InlineFragmentNode,
  isInterfaceType,
  isObjectType,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'

/** A field of an operation whose arguments can be checked before it is run. */
export interface CheckedField {
  readonly node: FieldNode
  /** Throws the GraphQLError that its arguments deserve; none where `@skip` or `@include` leave the field out. */
  check(variables: Record<string, unknown>): void
}

/** The fields of an operation that take arguments, those in fragments too; `checkName` is the extension that may hold a check. */
export function checkedFields(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  checkName: string,
): readonly CheckedField[] {
  const found: CheckedField[] = []
  const collect = (
    { selections }: SelectionSetNode,
    parent: GraphQLNamedType | null | undefined,
    above: readonly SelectionNode[],
  ) => {
    for (const selection of selections) {
      const conditions = selection.directives?.length ? [...above, selection] : above
      if (selection.kind === 'Field') {
        const field = fieldOf(parent, selection)
        if (!field) continue
        const check = field.extensions[checkName]
        if (field.args.length > 0)
          found.push(
            checkedField(field, selection, conditions, args => typeof check === 'function' && check(args)),
          )
        if (selection.selectionSet) collect(selection.selectionSet, getNamedType(field.type), conditions)
        continue
      }
      const fragment = selection.kind === 'InlineFragment' ? selection : fragments.get(selection.name.value)
      if (!fragment) continue
      const type = fragment.typeCondition ? schema.getType(fragment.typeCondition.name.value) : parent
      collect(fragment.selectionSet, type, conditions)
    }
  }
  collect(operation.selectionSet, schema.getRootType(operation.operation), [])
  return found
}

function fieldOf(parent: GraphQLNamedType | null | undefined, { name }: FieldNode) {
  if (!isObjectType(parent) && !isInterfaceType(parent)) return undefined
  return parent.getFields()[name.value]
}

function checkedField(
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
  conditions: readonly SelectionNode[],
  check: (args: unknown) => void,
): CheckedField {
  return {
    node,
    check(variables) {
      if (!conditions.some(condition => isLeftOut(condition, variables))) {
        check(getArgumentValues(field, node, variables))
      }
    },
  }
}

function isLeftOut(
  node: FieldNode | FragmentSpreadNode | InlineFragmentNode,
  variables: Record<string, unknown>,
): boolean {
  const skip = getDirectiveValues(GraphQLSkipDirective, node, variables)
  const include = getDirectiveValues(GraphQLIncludeDirective, node, variables)
  return skip?.if === true || include?.if === false
}

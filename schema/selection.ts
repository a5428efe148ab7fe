import { type GraphQLResolveInfo, isObjectType, type NamedTypeNode, type SelectionSetNode } from 'graphql'

/**
 * The names of the fields selected below this one for an object of that type, fragments included, and also fields that a
 * directive may skip.
 */
export function selectedFields(
  { fieldNodes, fragments, schema }: GraphQLResolveInfo,
  type: string,
): ReadonlySet<string> {
  const names = new Set<string>()
  const spread = new Set<string>()
  const isOn = (condition: NamedTypeNode | undefined) =>
    !condition || condition.name.value === type || !isObjectType(schema.getType(condition.name.value))
  const collect = (selectionSet: SelectionSetNode | undefined) => {
    for (const selection of selectionSet?.selections ?? []) {
      if (selection.kind === 'Field') names.add(selection.name.value)
      else if (selection.kind === 'InlineFragment') {
        if (isOn(selection.typeCondition)) collect(selection.selectionSet)
      } else if (!spread.has(selection.name.value)) {
        spread.add(selection.name.value)
        const fragment = fragments[selection.name.value]
        if (isOn(fragment?.typeCondition)) collect(fragment?.selectionSet)
      }
    }
  }
  for (const { selectionSet } of fieldNodes) collect(selectionSet)
  return names
}

/** Whether a field of this name is selected anywhere below this one. */
export function selectsBelow({ fieldNodes, fragments }: GraphQLResolveInfo, name: string): boolean {
  const spread = new Set<string>()
  const selects = (selectionSet: SelectionSetNode | undefined): boolean =>
    selectionSet?.selections.some(selection => {
      if (selection.kind === 'Field') return selection.name.value === name || selects(selection.selectionSet)
      if (selection.kind === 'InlineFragment') return selects(selection.selectionSet)
      if (spread.has(selection.name.value)) return false
      spread.add(selection.name.value)
      return selects(fragments[selection.name.value]?.selectionSet)
    }) ?? false
  return fieldNodes.some(({ selectionSet }) => selects(selectionSet))
}

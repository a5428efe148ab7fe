import {
  type GraphQLNamedType,
  type GraphQLResolveInfo,
  isObjectType,
  type NamedTypeNode,
  type SelectionSetNode,
} from 'graphql'
import type { Caller } from '../src/access/caller.ts'
import { missingScopes, scopesOfField } from './scopes.ts'

/**
 * The names of the fields selected below this one for an object of that type that the caller may read, fragments included,
 * and also fields that a directive may skip.
 */
export function selectedFields(
  { fieldNodes, fragments, schema }: GraphQLResolveInfo,
  type: string,
  caller: Caller,
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
  return readable(names, schema.getType(type), caller)
}

function readable(
  names: ReadonlySet<string>,
  type: GraphQLNamedType | undefined,
  caller: Caller,
): ReadonlySet<string> {
  if (!isObjectType(type)) return names
  const fields = type.getFields()
  return new Set(
    [...names].filter(name => {
      const field = fields[name]
      return !field || missingScopes(scopesOfField(field), caller).length === 0
    }),
  )
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

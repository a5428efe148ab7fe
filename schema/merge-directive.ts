import type { AppliedDirective } from './applied-directives.ts'

/** Extensions of a field by which a stitched graph finds what it knows by a key: representations of these members. */
export function mergeDirective(
  members: readonly string[],
  keyField: string,
  more: Readonly<Record<string, unknown>> = {},
): { readonly directives: readonly AppliedDirective[] } {
  const representation = members.map(member => `${member}: $key.${member}`).join(', ')
  const args = { keyField, argsExpr: `representations: [[{ ${representation} }]]`, ...more }
  return { directives: [{ name: 'merge', args }] }
}

/** As `@graphql-tools/stitching-directives` has it. */
export const mergeDefinition =
  'directive @merge(keyField: String, argsExpr: String, types: [String!]) on FIELD_DEFINITION'

import type { AppliedDirective } from './applied-directives.ts'

/** Extensions of a field with which a stitched graph looks up objects by a key of these members. */
export function mergeDirective(
  members: readonly string[],
  keyField: string,
  more: Readonly<Record<string, unknown>> = {},
): { readonly directives: readonly AppliedDirective[] } {
  const representation = members.map(member => `${member}: $key.${member}`).join(', ')
  const args = { keyField, argsExpr: `representations: [[{ ${representation} }]]`, ...more }
  return { directives: [{ name: 'merge', args }] }
}

/** In the form of `@graphql-tools/stitching-directives`. */
export const mergeDefinition =
  'directive @merge(keyField: String, argsExpr: String, types: [String!]) on FIELD_DEFINITION'

import { type GraphQLField, type GraphQLNamedType, getNamedType } from 'graphql'
import { z } from 'zod'
import type { Caller } from '../src/access/caller.ts'
import { Forbidden } from '../src/access/forbidden.ts'
import { type Scope, scopes } from '../src/access/scopes.ts'
import { type Annotated, appliedDirectives } from './applied-directives.ts'

/** Extensions of an argument that only callers with this scope may give. Federation has no directive for arguments. */
export function argumentScope(scope: Scope) {
  return { directives: [{ name: 'requiresScopes', args: { scopes: [[scope]] } }] }
}

/** The extension of a list whose resolver refuses row by row, so that a refused row does not take the others with it. */
export const checksEachRow = 'isothermChecksEachRow'

/** The scopes that a type, field or argument declares by `requiresScopes`. */
export function declaredScopes(element: Annotated): readonly Scope[] {
  const directive = appliedDirectives(element).find(({ name }) => name === 'requiresScopes')
  return directive ? Declared.parse(directive.args).scopes[0] : []
}

/** Every element is declared with scopes that are all needed, never with a choice between them. */
const Declared = z.object({ scopes: z.tuple([z.array(z.enum(scopes)).min(1)]) })

/** The scopes that reading a field needs: its own and those of the type that it returns. */
export function scopesOfField(field: Field): readonly Scope[] {
  return known.getOrInsertComputed(field, () => [
    ...new Set([...declaredScopes(field), ...declaredScopes(getNamedType(field.type))]),
  ])
}

type Field = Pick<GraphQLField<unknown, unknown>, 'type' | 'extensions'>

const known = new WeakMap<Field, readonly Scope[]>()

export function missingScopes(needed: readonly Scope[], caller: Caller): readonly Scope[] {
  return needed.filter(scope => !caller.scopes.has(scope))
}

/** Throws Forbidden if the caller may not read objects of the type, for fields that return any of several types. */
export function checkScopes(type: GraphQLNamedType | undefined, caller: Caller): void {
  const missing = type ? missingScopes(declaredScopes(type), caller) : []
  if (type && missing.length > 0) throw new Forbidden(type.name, missing)
}

export function checkScope(scope: Scope, caller: Caller, what: string): void {
  if (!caller.scopes.has(scope)) throw new Forbidden(what, [scope])
}

import {
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  separateOperations,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import { declaredScopes, scopesOfField } from '../../../schema/scopes.ts'
import type { Scope } from '../../access/scopes.ts'

/**
 * The scopes without which some field of an operation is refused, whatever its variables: those of its fields, of their types,
 * and of arguments with literal values.
 */
export function scopesOfOperation(
  document: DocumentNode,
  name: string,
  schema: GraphQLSchema,
): ReadonlySet<Scope> {
  const scopes = new Set<Scope>()
  const add = (more: readonly Scope[]) => {
    for (const scope of more) scopes.add(scope)
  }
  const known = new TypeInfo(schema)
  visit(
    separateOperations(document)[name] ?? document,
    visitWithTypeInfo(known, {
      Field() {
        const [parent, field] = [known.getParentType(), known.getFieldDef()]
        if (parent) add(declaredScopes(parent))
        if (field) add(scopesOfField(field))
      },
      Argument({ value: { kind } }) {
        const argument = known.getArgument()
        if (argument && kind !== Kind.VARIABLE && kind !== Kind.NULL) add(declaredScopes(argument))
      },
    }),
  )
  return scopes
}

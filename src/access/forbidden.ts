import { GraphQLError } from 'graphql'
import type { Scope } from './scopes.ts'

/** What a caller without a scope gets in place of a value, before anything is called. */
export class Forbidden extends GraphQLError {
  /** `what` begins a sentence: the field, type or argument that is refused. */
  constructor(what: string, missing: readonly Scope[]) {
    const scopes = missing.length === 1 ? 'the scope' : 'the scopes'
    super(`${what} needs ${scopes} ${missing.join(' and ')}, which this caller does not have.`, {
      extensions: { code: 'FORBIDDEN', missingScopes: missing },
    })
  }
}

import { GraphQLError } from 'graphql'
import type { Scope } from './scopes.ts'

/** The error in place of a value if the caller lacks a scope. Thrown before any call. */
export class Forbidden extends GraphQLError {
  /** `what` begins a sentence: the refused field, type or argument. */
  constructor(what: string, missing: readonly Scope[]) {
    const scopes = missing.length === 1 ? 'the scope' : 'the scopes'
    super(`${what} needs ${scopes} ${missing.join(' and ')}, which this caller does not have.`, {
      extensions: { code: 'FORBIDDEN', missingScopes: missing },
    })
  }
}

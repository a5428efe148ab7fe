import { type Scope, scopes } from './scopes.ts'

/** Who sends a request: a person's app, known by its key or token. */
export interface Caller {
  /** For logs and limits; unique in the process. */
  readonly id: string
  readonly scopes: ReadonlySet<Scope>
}

/** Whoever reaches an Isotherm without an access file. */
export const anyone: Caller = { id: 'anyone', scopes: new Set(scopes) }

import type { ProviderName } from '../upstream/error.ts'
import { type Scope, scopes } from './scopes.ts'

/** The most that a caller may use in a time; a missing member has no limit. */
export interface CallerLimits {
  readonly requestsPerMinute?: number | undefined
  /** For each address, if the caller stands for many people. */
  readonly requestsPerMinuteOfAddress?: number | undefined
  readonly costPerMinute?: number | undefined
  readonly upstreamCallsPerHour?: Readonly<Partial<Record<ProviderName, number>>> | undefined
}

/** Who sends a request: a person's app, known by its key or token. */
export interface Caller {
  /** For logs and limits; unique in the process. */
  readonly id: string
  readonly scopes: ReadonlySet<Scope>
  readonly limits?: CallerLimits | undefined
}

/** The id of the caller that stands for all requests without a credential. */
export const strangerId = 'anonymous'

/** The caller of an Isotherm without an access file. */
export const anyone: Caller = { id: 'anyone', scopes: new Set(scopes) }

import type { CallContext } from '../call-context.ts'

/** Tests whether a provider works with the current settings and catalog. Changes nothing. */
export interface Probe<Settings, Client> {
  /** The kinds of identities in the catalog that are the vendor's: `zenovay` of `zenovay:<uuid>`. */
  readonly kinds: readonly string[]
  /** The vendor's limits, as far as known: `30 calls a minute and 10000 a month`. */
  readonly limits: (settings: Settings) => string
  /** The costs of asking about so many identities: `2 calls of the minute and the hour`. */
  readonly cost: (identities: readonly string[]) => string
  /**
   * Asks the cheapest question that needs the credentials. Identities are those that the catalog claims at this vendor, in the
   * form of the graph: `zenovay:<uuid>`. Rejects as the client does if the vendor refuses or fails.
   */
  readonly ask: (client: Client, identities: readonly string[], callContext: CallContext) => Promise<Probed>
  /** After the vendor refused the credentials: the wrong variables, if another question shows which. */
  readonly faults?: (client: Client, callContext: CallContext) => Promise<readonly string[]>
}

export interface Probed {
  /** Those that the vendor does not know, or that these credentials may not read. */
  readonly unknown: readonly string[]
  /** Those that no cheap question can check. */
  readonly unchecked: readonly string[]
}

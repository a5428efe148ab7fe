import type { CallContext } from '../call-context.ts'

/** How to find out whether a provider works with the settings and the catalog that there are. It changes nothing. */
export interface Probe<Settings, Client> {
  /** The kinds of identities in the catalog that are the vendor's: `zenovay` of `zenovay:<uuid>`. */
  readonly kinds: readonly string[]
  /** The vendor's limits, as far as they are known: `30 calls a minute and 10000 a month`. */
  readonly limits: (settings: Settings) => string
  /** What asking costs, for so many identities: `2 calls of the minute and the hour`. */
  readonly cost: (identities: readonly string[]) => string
  /**
   * Asks the cheapest question that needs the credentials. Identities are those that the catalog claims at this vendor, spelled
   * as in the graph: `zenovay:<uuid>`. Rejects as the client does if the vendor refuses or fails.
   */
  readonly ask: (client: Client, identities: readonly string[], callContext: CallContext) => Promise<Probed>
  /** After the vendor refused the credentials: the variables at fault, where one more question tells them apart. */
  readonly faults?: (client: Client, callContext: CallContext) => Promise<readonly string[]>
}

export interface Probed {
  /** Those that the vendor does not know, or does not let these credentials read. */
  readonly unknown: readonly string[]
  /** Those that no cheap question tells of. */
  readonly unchecked: readonly string[]
}

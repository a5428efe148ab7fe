import type { Account, ProviderState } from './account.ts'
import type { Catalog } from './catalog.ts'
import type { DatadogClient } from './providers/datadog/client.ts'
import { type Clients, createLoaders, type Loaders, nameOfClient } from './providers.ts'
import { notConfigured, type ProviderName } from './upstream/error.ts'

/** What a request has. */
export interface Context {
  readonly catalog: Catalog
  readonly providers: readonly ProviderState[]
  /** Reads; one upstream question for all fields that ask the same. */
  readonly loaders: Loaders
  /** Writes; whoever changes a snapshot clears `loaders.datadog`. */
  readonly datadog: () => DatadogClient
  /** Ends when the caller goes away. */
  readonly signal: AbortSignal
  /** The providers that the request has used so far. */
  readonly used: ReadonlySet<ProviderName>
  readonly isCatalogMadeUp: boolean
}

/** A context of its own for each request, so that nothing is kept or shared beyond it. */
export function createContext(account: Account, signal: AbortSignal): Context {
  const { catalog, clients, providers, isCatalogMadeUp } = account
  const used = new Set<ProviderName>()
  const client = <Key extends keyof Clients>(key: Key): NonNullable<Clients[Key]> => {
    const found = clients[key]
    if (!found) throw notConfigured(nameOfClient[key])
    used.add(nameOfClient[key])
    return found
  }
  return {
    catalog,
    providers,
    loaders: createLoaders(client, signal),
    datadog: () => client('datadog'),
    signal,
    used,
    isCatalogMadeUp,
  }
}

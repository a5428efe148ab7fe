import type { Account, ProviderState } from './account.ts'
import type { Catalog } from './catalog.ts'
import type { DatadogClient } from './providers/datadog/client.ts'
import {
  type Clients,
  clientKeys,
  createLoaders,
  type Loaders,
  nameOfClient,
  type Sources,
} from './providers.ts'
import { Admission } from './upstream/admission.ts'
import { Caller } from './upstream/caller.ts'
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
  /** What a bucket of dwell time holds, where the operator knows. */
  readonly dwellTime: 'sum' | 'mean' | undefined
  /** How the request meets each provider, and what it has cost there so far. */
  readonly callers: readonly Caller[]
}

/** A context of its own for each request; what requests share is the account's. */
export function createContext(account: Account, signal: AbortSignal): Context {
  const { catalog, clients, shared, settings, providers, isCatalogMadeUp } = account
  const used = new Set<ProviderName>()
  const take = <Part>(key: keyof Clients, part: Part): NonNullable<Part> => {
    if (!part) throw notConfigured(nameOfClient[key])
    used.add(nameOfClient[key])
    return part
  }
  const admission = new Admission(false)
  const callers = new Map(
    clientKeys.map(key => {
      const maximum = settings[key]?.limits.maximumCalls ?? 0
      return [key, new Caller(nameOfClient[key], signal, admission, maximum)]
    }),
  )
  const sources: Sources = {
    client: key => take(key, clients[key]),
    shared: key => take(key, shared[key]),
    caller: key => callers.get(key) ?? new Caller(nameOfClient[key], signal, admission, 0),
  }
  return {
    catalog,
    providers,
    loaders: createLoaders(sources, signal),
    datadog: () => sources.client('datadog'),
    signal,
    used,
    isCatalogMadeUp,
    dwellTime: settings.analytiks?.dwellTime,
    callers: [...callers.values()],
  }
}

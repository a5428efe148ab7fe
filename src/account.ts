import type { Redis } from 'ioredis'
import type { Catalog } from './catalog.ts'
import { type Clients, clientKeys, connectClients, nameOfClient, type Settings } from './providers.ts'
import { openSharing } from './upstream/budget/sharing.ts'
import type { ProviderName } from './upstream/error.ts'

export type ProviderStatus = 'READY' | 'SANDBOX' | 'NOT_CONFIGURED'

export interface ProviderState {
  readonly name: ProviderName
  readonly status: ProviderStatus
}

/** A set of upstream credentials with its catalog. Connections, and whatever is kept of answers, belong to one account. */
export interface Account extends AsyncDisposable {
  readonly catalog: Catalog
  /** Whether the catalog is the sandbox's, so that its names are made up as well. */
  readonly isCatalogMadeUp: boolean
  readonly clients: Clients
  readonly providers: readonly ProviderState[]
}

/** Closing the account closes its connections, but for Redis, through which instances share what is the account's. */
export function openAccount(
  settings: Settings,
  catalog: Catalog,
  sandboxed: readonly ProviderName[] = [],
  isCatalogMadeUp = false,
  redis?: Redis,
): Account {
  const sharing = redis && openSharing(redis)
  const clients = connectClients(settings, sharing)
  const status = (key: keyof Clients): ProviderStatus => {
    if (!clients[key]) return 'NOT_CONFIGURED'
    return sandboxed.includes(nameOfClient[key]) ? 'SANDBOX' : 'READY'
  }
  return {
    catalog,
    isCatalogMadeUp,
    clients,
    providers: clientKeys.map(key => ({ name: nameOfClient[key], status: status(key) })),
    async [Symbol.asyncDispose]() {
      await Promise.all(Object.values(clients).map(client => client?.[Symbol.asyncDispose]()))
      sharing?.[Symbol.dispose]()
    },
  }
}

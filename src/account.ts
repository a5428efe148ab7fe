import type { Catalog } from './catalog.ts'
import { ownersOf } from './owners.ts'
import {
  type Clients,
  clientKeys,
  connectClients,
  nameOfClient,
  type Settings,
  type Shared,
  shareAnswers,
} from './providers.ts'
import { type AnswerCache, openAnswerCache } from './upstream/answer-cache.ts'
import { openSharing } from './upstream/budget/sharing.ts'
import type { ProviderName } from './upstream/error.ts'
import type { Keeping } from './upstream/keeping.ts'
import { ownedAnswers } from './upstream/owned-answers.ts'
import type { RedisConnection } from './upstream/redis.ts'

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
  /** What its requests share. */
  readonly shared: Shared
  readonly settings: Settings
  readonly providers: readonly ProviderState[]
}

export interface AccountOptions {
  readonly sandboxed?: readonly ProviderName[]
  readonly isCatalogMadeUp?: boolean
  /** Through which instances share what is the account's; not closed with it. */
  readonly redis?: RedisConnection | undefined
  /** What may be kept of answers in memory; 0 keeps none, in Redis neither. */
  readonly cacheBytes?: number
  /** The age up to which a kept answer is served past its time, while its upstream is down. */
  readonly staleSeconds?: number
}

/** Closing the account closes its connections. */
export function openAccount(
  settings: Settings,
  catalog: Catalog,
  { sandboxed = [], isCatalogMadeUp = false, redis, cacheBytes = 0, staleSeconds = 0 }: AccountOptions = {},
): Account {
  const sharing = redis && openSharing(redis)
  const clients = connectClients(settings, sharing)
  const cache = cacheBytes > 0 ? openAnswerCache({ bytes: cacheBytes, redis, namespace: 'owned' }) : undefined
  const keeping = cache ? keepIn(cache, settings, staleSeconds * 1000) : () => undefined
  const status = (key: keyof Clients): ProviderStatus => {
    if (!clients[key]) return 'NOT_CONFIGURED'
    return sandboxed.includes(nameOfClient[key]) ? 'SANDBOX' : 'READY'
  }
  return {
    catalog,
    isCatalogMadeUp,
    clients,
    shared: shareAnswers(clients, settings, keeping),
    settings,
    providers: clientKeys.map(key => ({ name: nameOfClient[key], status: status(key) })),
    async [Symbol.asyncDispose]() {
      await Promise.all(Object.values(clients).map(client => client?.[Symbol.asyncDispose]()))
      await cache?.[Symbol.asyncDispose]()
      sharing?.[Symbol.dispose]()
    },
  }
}

/** Each provider's answers belong to the account there, so that the settings of one take nothing from another. */
function keepIn(
  cache: AnswerCache,
  settings: Settings,
  staleMilliseconds: number,
): (key: keyof Settings) => Keeping {
  const owners = ownersOf(settings)
  return key => ({ cache: ownedAnswers(cache, owners[key]), staleMilliseconds })
}

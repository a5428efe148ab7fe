import type { Catalog } from './catalog/catalog.ts'
import { type Handles, openHandles } from './images/handles.ts'
import { Images } from './images/images.ts'
import { defaultImageSettings, type ImageSettings } from './images/settings.ts'
import {
  type Clients,
  connectClients,
  identitiesOf,
  namespacesOf,
  openSources,
  type Settings,
  type Sources,
} from './providers.ts'
import {
  defaultResilience,
  ProviderHealth,
  type ResilienceSettings,
} from './upstream/breaker/provider-health.ts'
import { type Cache, type CachePolicy, openCache } from './upstream/cache/cache.ts'
import { namespacedCache } from './upstream/cache/namespaced-cache.ts'
import type { RedisConnection } from './upstream/cache/redis.ts'
import { type ProviderName, providerNames } from './upstream/error.ts'
import { openImageCache } from './upstream/images/image-cache.ts'
import { type Log, silentLog } from './upstream/log.ts'
import { byProvider } from './upstream/provider/by-provider.ts'
import { type CallCounters, openCallCounters } from './upstream/rate-limit/call-counters.ts'

export type ProviderStatus = 'READY' | 'SANDBOX' | 'NOT_CONFIGURED'

export interface ProviderState {
  readonly name: ProviderName
  readonly status: ProviderStatus
  readonly health: ProviderHealth
  /** The calls left of the scarcest quota; null while none is known. */
  readonly quotaLeft: number | null
}

/** A set of upstream credentials with its catalog. Connections, and whatever is kept of answers, belong to one account. */
export interface Account extends AsyncDisposable {
  readonly catalog: Catalog
  /** Whether the catalog is the sandbox's, so that its names are made up as well. */
  readonly isCatalogMadeUp: boolean
  readonly clients: Clients
  /** What its requests share. */
  readonly sources: Sources
  readonly settings: Settings
  readonly providers: readonly ProviderState[]
  /** Signs and reads the links of its images. */
  readonly handles: Handles
  readonly images: Images
  /** Where browsers reach it, when that is not where they ask. */
  readonly publicUrl: URL | undefined
}

export interface AccountOptions {
  readonly sandboxed?: readonly ProviderName[]
  readonly isCatalogMadeUp?: boolean
  /** Through which instances share what is the account's; not closed with it. */
  readonly redis?: RedisConnection | undefined
  /** Where accounts of the same credentials count their calls together; not closed with it. By default it counts by itself. */
  readonly counters?: CallCounters
  /** What may be kept of answers in memory; 0 keeps none, in Redis neither. */
  readonly cacheBytes?: number
  /** The age up to which a kept answer is served past its time, while its upstream is down. */
  readonly staleSeconds?: number
  readonly images?: ImageSettings
  readonly resilience?: ResilienceSettings
  readonly log?: Log
}

/** Closing the account closes its connections. */
export function openAccount(settings: Settings, catalog: Catalog, options: AccountOptions = {}): Account {
  const { sandboxed = [], isCatalogMadeUp = false, redis, cacheBytes = 0, staleSeconds = 0 } = options
  const { images = defaultImageSettings } = options
  const own = options.counters ? undefined : openCallCounters(redis)
  const { resilience = defaultResilience, log = silentLog } = options
  const healths = byProvider<Healths>(name => new ProviderHealth(name, { ...resilience, log }))
  const clients = connectClients(settings, options.counters ?? own, healths)
  const cache = cacheBytes > 0 ? openCache({ bytes: cacheBytes, redis, namespace: 'owned' }) : undefined
  const cachePolicy = cache ? keepIn(cache, settings, staleSeconds * 1000) : () => undefined
  const pictures = images.cacheBytes > 0 ? openImageCache(images.cacheBytes) : undefined
  const imageCachePolicy = pictures && { cache: pictures, staleMilliseconds: 0 }
  const sources = openSources(clients, settings, cachePolicy, imageCachePolicy)
  const status = (name: ProviderName): ProviderStatus => {
    if (!clients[name]) return 'NOT_CONFIGURED'
    return sandboxed.includes(name) ? 'SANDBOX' : 'READY'
  }
  return {
    catalog,
    isCatalogMadeUp,
    clients,
    sources,
    settings,
    providers: providerNames.map(name => ({
      name,
      status: status(name),
      health: healths[name],
      get quotaLeft() {
        return clients[name]?.quotaLeft ?? null
      },
    })),
    handles: openHandles({ ...images, identities: identitiesOf(settings) }),
    images: new Images(sources, images, pictures),
    publicUrl: images.publicUrl,
    async [Symbol.asyncDispose]() {
      // First, so that no other instance is told that a call failed only because this one leaves.
      await cache?.[Symbol.asyncDispose]()
      await Promise.all(Object.values(clients).map(client => client?.[Symbol.asyncDispose]()))
      own?.[Symbol.dispose]()
    },
  }
}

type Healths = { readonly [Name in ProviderName]: ProviderHealth }

/** Each provider's answers belong to the account there, so that the settings of one take nothing from another. */
function keepIn(
  cache: Cache,
  settings: Settings,
  staleMilliseconds: number,
): (name: ProviderName) => CachePolicy {
  const namespaces = namespacesOf(settings)
  return name => {
    const own = namespacedCache(cache, namespaces[name])
    const leases = settings[name]?.limits.ttlSeconds === 0 ? undefined : own.leases
    return { cache: { ...own, leases }, staleMilliseconds }
  }
}

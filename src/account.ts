import { ActiveUses } from './active-uses.ts'
import { type Caches, openCaches } from './caches.ts'
import type { Catalog } from './catalog/catalog.ts'
import { TrustedDocuments } from './documents/trusted-documents.ts'
import { type Handles, openHandles } from './images/handles.ts'
import { Images } from './images/images.ts'
import { rememberHandles } from './images/remembered-handles.ts'
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
import { openSeal, type Seal } from './seal.ts'
import {
  defaultResilience,
  ProviderHealth,
  type ResilienceSettings,
} from './upstream/breaker/provider-health.ts'
import type { CacheAccess, CachePolicy } from './upstream/cache/cache.ts'
import type { Changes } from './upstream/cache/memory.ts'
import { namespacedCache } from './upstream/cache/namespaced-cache.ts'
import type { RedisConnection } from './upstream/cache/redis.ts'
import { type ProviderName, providerNames } from './upstream/error.ts'
import { type Log, logWith, silentLog } from './upstream/log.ts'
import type { UpstreamObserver } from './upstream/observer.ts'
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

/** A set of upstream credentials with its catalog. Connections and cached data belong to one account. */
export interface Account extends AsyncDisposable {
  /** The id in an access file; undefined for the environment's own account, without an access file. */
  readonly id: string | undefined
  readonly catalog: Catalog
  /** Whether the catalog is the sandbox's, so that its names are made up too. */
  readonly isCatalogMadeUp: boolean
  readonly clients: Clients
  /** The data sources that its requests share. */
  readonly sources: Sources
  readonly settings: Settings
  readonly providers: readonly ProviderState[]
  /** Makes and reads the encrypted links of its images. */
  readonly handles: Handles
  readonly images: Images
  /** Encrypts what ids of its heatmaps say about people. */
  readonly seal: Seal
  /** The documents that clients may send by id. */
  readonly documents: TrustedDocuments
  /** How often any instance has stored or removed data of it, as far as this process knows. */
  readonly stored: Changes
  /** Who uses it, so that it is closed after its last request. */
  readonly uses: ActiveUses
  /** The URL of this server for browsers, if they do not reach it where requests are sent to. */
  readonly publicUrl: URL | undefined
}

/** Sees accounts while they are open, and each of their upstream calls. */
export interface AccountObserver {
  /** The observer of the account with that id; undefined if nobody observes. */
  readonly upstreamOf: (account: string | undefined) => UpstreamObserver | undefined
  readonly show: (account: Account) => Disposable | undefined
}

export interface AccountOptions {
  /** Separates cached data, images and links of accounts, even of accounts with the same credentials. */
  readonly id?: string | undefined
  readonly trusted?: TrustedDocuments
  readonly sandboxed?: readonly ProviderName[]
  readonly isCatalogMadeUp?: boolean
  /** Through it instances share the account's data; not closed with it. */
  readonly redis?: RedisConnection | undefined
  /**
   * Here accounts with the same credentials count their calls together; not closed with it. By default the account counts alone.
   */
  readonly counters?: CallCounters
  /** Not closed with the account. By default it has its own, of `cacheBytes` and of `images.cacheBytes`. */
  readonly caches?: Caches
  /** The bound of cached records in memory; with 0 nothing is cached, not even in Redis. */
  readonly cacheBytes?: number
  /** Up to this age an entry past its TTL is served while its upstream is down. */
  readonly staleSeconds?: number
  readonly images?: ImageSettings
  readonly resilience?: ResilienceSettings
  readonly log?: Log
  readonly observer?: AccountObserver | undefined
}

/** Closing the account closes its connections. */
export function openAccount(settings: Settings, catalog: Catalog, options: AccountOptions = {}): Account {
  const { id, trusted = new TrustedDocuments(), sandboxed = [], isCatalogMadeUp = false } = options
  const { images = defaultImageSettings, redis, cacheBytes = 0, staleSeconds = 0 } = options
  const own = options.counters ? undefined : openCallCounters(redis)
  const { resilience = defaultResilience, log = silentLog } = options
  const ownLog = id === undefined ? log : logWith(log, { account: id })
  const healths = byProvider<Healths>(name => new ProviderHealth(name, { ...resilience, log: ownLog }))
  const upstreamObserver = options.observer?.upstreamOf(id)
  const clients = connectClients(settings, options.counters ?? own, healths, upstreamObserver)
  const ownCaches = options.caches
    ? undefined
    : openCaches({ recordBytes: cacheBytes, imageBytes: images.cacheBytes, redis, log })
  const caches = options.caches ?? ownCaches
  const owner = id === undefined ? [] : ['account', id]
  const stored = { count: 0 }
  const cachePolicy = caches?.records
    ? keepIn(caches.records.countedBy(stored), owner, settings, staleSeconds * 1000)
    : () => undefined
  const imageOwner = [...owner, JSON.stringify(identitiesOf(settings))]
  const shared = caches?.sharedImages && namespacedCache(caches.sharedImages, imageOwner)
  const imageCachePolicy = shared && { cache: shared, staleMilliseconds: 0 }
  // Not shared: images that are served unchanged would each look into Redis in vain.
  const variants = caches?.images && namespacedCache(caches.images, imageOwner)
  const sources = openSources(clients, settings, cachePolicy, imageCachePolicy)
  const status = (name: ProviderName): ProviderStatus => {
    if (!clients[name]) return 'NOT_CONFIGURED'
    return sandboxed.includes(name) ? 'SANDBOX' : 'READY'
  }
  const account: Account = {
    id,
    catalog,
    isCatalogMadeUp,
    documents: trusted,
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
    handles: rememberHandles(openHandles({ ...images, account: id, identities: identitiesOf(settings) })),
    images: new Images(sources, images, variants),
    seal: openSeal({ account: id, keys: [...images.keys, ...sealKeysOf(settings)] }),
    stored,
    uses: new ActiveUses(),
    publicUrl: images.publicUrl,
    async [Symbol.asyncDispose]() {
      // First, so that no other instance learns of calls that failed only because this one closes.
      await ownCaches?.[Symbol.asyncDispose]()
      await Promise.all(Object.values(clients).map(client => client?.[Symbol.asyncDispose]()))
      own?.[Symbol.dispose]()
      shown?.[Symbol.dispose]()
    },
  }
  const shown = options.observer?.show(account)
  return account
}

/** Replaces missing image keys, so that ids outlive a restart. Leaves out the vendor's address, which may change. */
function sealKeysOf({ 'aura-vision': settings }: Settings): readonly string[] {
  return settings ? [JSON.stringify([settings.clientId, settings.clientSecret])] : []
}

type Healths = { readonly [Name in ProviderName]: ProviderHealth }

/** Each provider's cached data belongs to its own account there, so that changed settings of one do not affect the others. */
function keepIn(
  cache: CacheAccess,
  owner: readonly string[],
  settings: Settings,
  staleMilliseconds: number,
): (name: ProviderName) => CachePolicy {
  const namespaces = namespacesOf(settings)
  return name => {
    const own = namespacedCache(cache, [...owner, ...namespaces[name]])
    const leases = settings[name]?.limits.ttlSeconds === 0 ? undefined : own.leases
    return { cache: { ...own, leases }, staleMilliseconds }
  }
}

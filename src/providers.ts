import { analytiks } from './providers/analytiks/provider.ts'
import { auraVision } from './providers/aura-vision/provider.ts'
import { datadog } from './providers/datadog/provider.ts'
import { posthog } from './providers/posthog/provider.ts'
import { zenovay } from './providers/zenovay/provider.ts'
import type { ProviderHealth } from './upstream/breaker/provider-health.ts'
import type { CachePolicy } from './upstream/cache/cache.ts'
import type { CallContext } from './upstream/call-context.ts'
import type { ProviderName } from './upstream/error.ts'
import type { UpstreamObserver } from './upstream/observer.ts'
import { byProvider, byProviderLazily } from './upstream/provider/by-provider.ts'
import type { Probed } from './upstream/provider/probe.ts'
import { type Provider, requiredNames } from './upstream/provider/provider.ts'
import type { CallCounters } from './upstream/rate-limit/call-counters.ts'
import type { RequestScope } from './upstream/source/request-scope.ts'

const table = {
  'aura-vision': auraVision,
  posthog,
  analytiks,
  zenovay,
  datadog,
} satisfies { readonly [Name in ProviderName]: { readonly name: Name } }

type Table = typeof table

/** Each provider's settings. */
type AllSettings = { readonly [Name in ProviderName]: ReturnType<Table[Name]['settings']> }
type AllClients = { readonly [Name in ProviderName]: ReturnType<Table[Name]['connect']> }
type AllSources = { readonly [Name in ProviderName]: ReturnType<Table[Name]['sources']> }
/** One request's loaders. */
export type Loaders = { readonly [Name in ProviderName]: ReturnType<Table[Name]['loaders']> }
/** The values of each provider's variables. */
type Values = { readonly [Name in ProviderName]: Parameters<Table[Name]['settings']>[0] }
type Serve<Name extends ProviderName> = Awaited<ReturnType<Table[Name]['emulator']>>
export type Emulators = { readonly [Name in ProviderName]: Awaited<ReturnType<Serve<Name>>> }
/** The options of each provider's emulator. */
export type EmulatorOptions = { readonly [Name in ProviderName]: NonNullable<Parameters<Serve<Name>>[0]> }

/** The providers. All other lists with one entry for each of them are derived from this table. */
export const providers: {
  readonly [Name in ProviderName]: Provider<
    Name,
    Values[Name],
    AllSettings[Name],
    AllClients[Name],
    AllSources[Name],
    Loaders[Name],
    EmulatorOptions[Name],
    Emulators[Name]
  >
} = table

/** Settings of the providers that are configured. */
export type Settings = { readonly [Name in ProviderName]: AllSettings[Name] | undefined }

/** One account's connections; undefined where a provider is not configured. */
export type Clients = { readonly [Name in ProviderName]: AllClients[Name] | undefined }

/** The data sources that an account's requests share; undefined where a provider is not configured. */
export type Sources = { readonly [Name in ProviderName]: AllSources[Name] | undefined }

/**
 * Nothing is connected before the first call. Accounts with the same credentials count their calls together in `counters`. The
 * observer sees each call.
 */
export function connectClients(
  settings: Settings,
  counters?: CallCounters,
  healths?: Readonly<Record<ProviderName, ProviderHealth>>,
  observer?: UpstreamObserver,
): Clients {
  const connect = <Name extends ProviderName>(name: Name, own: AllSettings[Name] | undefined) =>
    own && providers[name].connect(observer ? { ...own, observer } : own, counters, healths?.[name])
  return byProvider<Clients>(name => connect(name, settings[name]))
}

/** A provider's probe, for one account. */
export interface AccountProbe {
  readonly kinds: readonly string[]
  readonly limits: string
  readonly cost: (identities: readonly string[]) => string
  readonly ask: (identities: readonly string[], callContext: CallContext) => Promise<Probed>
  readonly faults: (callContext: CallContext) => Promise<readonly string[]>
}

/** Undefined if the provider is not configured. */
export function probeOf(name: ProviderName, settings: Settings, clients: Clients): AccountProbe | undefined {
  const bind = <Name extends ProviderName>(
    name: Name,
    own: AllSettings[Name] | undefined,
    client: AllClients[Name] | undefined,
  ) => {
    if (!own || !client) return undefined
    const { variables, probe } = providers[name]
    return {
      kinds: probe.kinds,
      limits: probe.limits(own),
      cost: probe.cost,
      ask: (identities: readonly string[], callContext: CallContext) =>
        probe.ask(client, identities, callContext),
      // If that cannot be found out, every required variable is named.
      faults: async (callContext: CallContext) =>
        (await probe.faults?.(client, callContext).catch(() => undefined)) ?? requiredNames(variables),
    }
  }
  return bind(name, settings[name], clients[name])
}

/** Without a policy nothing is cached; calls in flight are shared anyway. */
export function openSources(
  clients: Clients,
  settings: Settings,
  cachePolicy: (name: ProviderName) => CachePolicy | undefined,
  imageCachePolicy: CachePolicy | undefined,
): Sources {
  const open = <Name extends ProviderName>(
    name: Name,
    client: AllClients[Name] | undefined,
    own: AllSettings[Name] | undefined,
  ) => client && own && providers[name].sources(client, own, cachePolicy(name), imageCachePolicy)
  return byProvider<Sources>(name => open(name, clients[name], settings[name]))
}

/** The sources for one request's loaders: `sources` throws if a provider is not configured. */
export interface LoaderSources {
  readonly sources: <Name extends ProviderName>(name: Name) => AllSources[Name]
  readonly scope: (name: ProviderName) => RequestScope
}

/** Loaders are made, and get their sources, on first use. */
export function createLoaders({ sources, scope }: LoaderSources): Loaders {
  return byProviderLazily<Loaders>(name => providers[name].loaders(() => sources(name), scope(name)))
}

/** What identifies the account at each vendor; undefined if a provider is not configured. */
export function identitiesOf(
  settings: Settings,
): Readonly<Record<ProviderName, readonly string[] | undefined>> {
  const identity = <Name extends ProviderName>(name: Name, own: AllSettings[Name] | undefined) =>
    own && providers[name].account(own)
  return byProvider(name => identity(name, settings[name]))
}

/** The namespace of cached records: of accounts with the same credentials, vendor address and record version. */
export function namespacesOf(settings: Settings): Readonly<Record<ProviderName, readonly string[]>> {
  const identities = identitiesOf(settings)
  return byProvider(name => [name, `${providers[name].version}`, ...(identities[name] ?? [])])
}

import type { z } from 'zod'
import type { ProviderHealth } from '../breaker/provider-health.ts'
import type { CachePolicy } from '../cache/cache.ts'
import type { ProviderName } from '../error.ts'
import type { Bounds } from '../http/bounds.ts'
import type { CallCounters } from '../rate-limit/call-counters.ts'
import type { Limits } from '../rate-limit/limits.ts'
import type { RequestScope } from '../source/request-scope.ts'
import type { Probe } from './probe.ts'

/**
 * Everything about one vendor. `src/providers.ts` lists the providers; all other lists, maps and types with one entry for each of
 * them are derived from that table.
 */
export interface Provider<
  Name extends ProviderName,
  Values,
  Settings extends ProviderSettings,
  Client extends ProviderClient,
  Sources,
  Loaders,
  EmulatorOptions = never,
  Emulator extends ProviderEmulator = ProviderEmulator,
> {
  readonly name: Name
  /** Its environment variables. It is configured if one of the required variables is set. */
  readonly variables: Variables<Values>
  readonly settings: (values: Values, bounds: CallBounds) => Settings
  /** What identifies an account at the vendor, including credentials, and the vendor's address. */
  readonly account: (settings: Settings) => readonly string[]
  /** The version of the cached records. Raise it when one of them changes, so that older entries are not read. */
  readonly version: number
  /** Connects nothing before the first call. Accounts with the same credentials count their calls together in `counters`. */
  readonly connect: (settings: Settings, counters?: CallCounters, health?: ProviderHealth) => Client
  /** The data sources that an account's requests share. Without a policy nothing is cached; calls in flight are shared anyway. */
  readonly sources: (
    client: Client,
    settings: Settings,
    cachePolicy: CachePolicy | undefined,
    imageCachePolicy: CachePolicy | undefined,
  ) => Sources
  /** One request's loaders. `sources` throws if the provider is not configured. */
  readonly loaders: (sources: () => Sources, scope: RequestScope) => Loaders
  readonly probe: Probe<Settings, Client>
  /** Starts its emulator on a free loopback port. Imported on use: production never loads the sandbox. */
  readonly emulator: () => Promise<(options?: EmulatorOptions) => Promise<Emulator>>
}

/** A zod object of the variables. */
export interface Variables<Values> extends z.ZodType<Values> {
  readonly shape: Readonly<Record<string, z.ZodType>>
}

/** The same for every provider; an image may be larger than other responses. */
export interface CallBounds extends Bounds {
  readonly maximumImageBytes: number
}

export interface ProviderSettings extends Bounds {
  readonly limits: Limits
}

export interface ProviderClient extends AsyncDisposable {
  /** The calls left in the vendor's current period; null while unknown, and if the vendor has no quota. */
  readonly quotaLeft: number | null
}

export interface ProviderEmulator extends AsyncDisposable {
  readonly provider: string
  /** The environment variables with which Isotherm uses it, including credentials. */
  readonly environment: Readonly<Record<string, string>>
}

/** The variables without a default. */
export function requiredNames({ shape }: Pick<Variables<unknown>, 'shape'>): readonly string[] {
  return Object.entries(shape).flatMap(([name, form]) => (form.safeParse(undefined).success ? [] : [name]))
}

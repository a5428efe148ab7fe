import {
  type AnalytiksClient,
  type AnalytiksSettings,
  connectAnalytiks,
} from './providers/analytiks/client.ts'
import {
  type AnalytiksLoaders,
  type AnalytiksSources,
  analytiksLoaders,
  analytiksSources,
} from './providers/analytiks/loaders.ts'
import {
  type AuraVisionClient,
  type AuraVisionSettings,
  connectAuraVision,
} from './providers/aura-vision/client.ts'
import {
  type AuraVisionLoaders,
  type AuraVisionSources,
  auraVisionLoaders,
  auraVisionSources,
} from './providers/aura-vision/loaders.ts'
import { connectDatadog, type DatadogClient, type DatadogSettings } from './providers/datadog/client.ts'
import {
  type DatadogLoaders,
  type DatadogSources,
  datadogLoaders,
  datadogSources,
} from './providers/datadog/loaders.ts'
import { type PostHogSources, posthogSources } from './providers/posthog/answers.ts'
import { connectPosthog, type PostHogClient, type PostHogSettings } from './providers/posthog/client.ts'
import { type PostHogLoaders, posthogLoaders } from './providers/posthog/loaders.ts'
import { connectZenovay, type ZenovayClient, type ZenovaySettings } from './providers/zenovay/client.ts'
import {
  type ZenovayLoaders,
  type ZenovaySources,
  zenovayLoaders,
  zenovaySources,
} from './providers/zenovay/loaders.ts'
import type { CachePolicy } from './upstream/cache/cache.ts'
import type { CallCounters } from './upstream/rate-limit/call-counters.ts'
import type { RequestScope } from './upstream/source/request-scope.ts'

/** Settings of the providers that are configured. */
export interface Settings {
  readonly 'aura-vision': AuraVisionSettings | undefined
  readonly posthog: PostHogSettings | undefined
  readonly analytiks: AnalytiksSettings | undefined
  readonly zenovay: ZenovaySettings | undefined
  readonly datadog: DatadogSettings | undefined
}

/** One account's connections; undefined where a provider is not configured. */
export interface Clients {
  readonly 'aura-vision': AuraVisionClient | undefined
  readonly posthog: PostHogClient | undefined
  readonly analytiks: AnalytiksClient | undefined
  readonly zenovay: ZenovayClient | undefined
  readonly datadog: DatadogClient | undefined
}

/** What an account's requests share, by provider. */
export interface Shared {
  readonly 'aura-vision': AuraVisionSources | undefined
  readonly posthog: PostHogSources | undefined
  readonly analytiks: AnalytiksSources | undefined
  readonly zenovay: ZenovaySources | undefined
  readonly datadog: DatadogSources | undefined
}

/** One request's questions, by provider. */
export interface Loaders {
  readonly 'aura-vision': AuraVisionLoaders
  readonly posthog: PostHogLoaders
  readonly analytiks: AnalytiksLoaders
  readonly zenovay: ZenovayLoaders
  readonly datadog: DatadogLoaders
}

/** Nothing is connected before it is first asked. Budgets of upstream calls are shared with other accounts of the same credentials where `ledgers` are given. */
export function connectClients(
  { 'aura-vision': auraVision, posthog, analytiks, zenovay, datadog }: Settings,
  counters?: CallCounters,
): Clients {
  return {
    'aura-vision': auraVision && connectAuraVision(auraVision, counters),
    posthog: posthog && connectPosthog(posthog, counters),
    analytiks: analytiks && connectAnalytiks(analytiks, counters),
    zenovay: zenovay && connectZenovay(zenovay, counters),
    datadog: datadog && connectDatadog(datadog, counters),
  }
}

/** Nothing is kept where `keeping` gives nothing; what is in flight is shared all the same. */
export function openSources(
  { 'aura-vision': auraVision, posthog, analytiks, zenovay, datadog }: Clients,
  settings: Settings,
  cachePolicy: (key: keyof Shared) => CachePolicy | undefined,
  imageCachePolicy: CachePolicy | undefined,
): Shared {
  return {
    'aura-vision':
      auraVision &&
      settings['aura-vision'] &&
      auraVisionSources(auraVision, settings['aura-vision'], cachePolicy('aura-vision'), imageCachePolicy),
    posthog:
      posthog &&
      settings.posthog &&
      posthogSources(posthog, settings.posthog, cachePolicy('posthog'), imageCachePolicy),
    analytiks:
      analytiks &&
      settings.analytiks &&
      analytiksSources(analytiks, settings.analytiks, cachePolicy('analytiks')),
    zenovay: zenovay && settings.zenovay && zenovaySources(zenovay, settings.zenovay, cachePolicy('zenovay')),
    datadog: datadog && settings.datadog && datadogSources(datadog, settings.datadog, cachePolicy('datadog')),
  }
}

/** Where one request's loaders ask: `shared` throws where a provider is not configured. */
export interface Sources {
  readonly shared: <Key extends keyof Shared>(key: Key) => NonNullable<Shared[Key]>
  readonly scope: (key: keyof Shared) => RequestScope
}

/** Loaders that look for what they ask when they first need it. */
export function createLoaders({ shared, scope }: Sources): Loaders {
  return {
    'aura-vision': auraVisionLoaders(() => shared('aura-vision'), scope('aura-vision')),
    posthog: posthogLoaders(() => shared('posthog'), scope('posthog')),
    analytiks: analytiksLoaders(() => shared('analytiks'), scope('analytiks')),
    zenovay: zenovayLoaders(() => shared('zenovay'), scope('zenovay')),
    datadog: datadogLoaders(() => shared('datadog'), scope('datadog')),
  }
}

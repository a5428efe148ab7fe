import {
  type AnalytiksClient,
  type AnalytiksSettings,
  connectAnalytiks,
} from './providers/analytiks/client.ts'
import {
  type AnalytiksAnswers,
  type AnalytiksLoaders,
  analytiksAnswers,
  analytiksLoaders,
} from './providers/analytiks/loaders.ts'
import {
  type AuraVisionClient,
  type AuraVisionSettings,
  connectAuraVision,
} from './providers/aura-vision/client.ts'
import {
  type AuraVisionAnswers,
  type AuraVisionLoaders,
  auraVisionAnswers,
  auraVisionLoaders,
} from './providers/aura-vision/loaders.ts'
import { connectDatadog, type DatadogClient, type DatadogSettings } from './providers/datadog/client.ts'
import {
  type DatadogAnswers,
  type DatadogLoaders,
  datadogAnswers,
  datadogLoaders,
} from './providers/datadog/loaders.ts'
import { type PostHogAnswers, posthogAnswers } from './providers/posthog/answers.ts'
import { connectPosthog, type PostHogClient, type PostHogSettings } from './providers/posthog/client.ts'
import { type PostHogLoaders, posthogLoaders } from './providers/posthog/loaders.ts'
import { connectZenovay, type ZenovayClient, type ZenovaySettings } from './providers/zenovay/client.ts'
import {
  type ZenovayAnswers,
  type ZenovayLoaders,
  zenovayAnswers,
  zenovayLoaders,
} from './providers/zenovay/loaders.ts'
import type { Keeping } from './upstream/cache/keeping.ts'
import type { ProviderName } from './upstream/error.ts'
import type { Ledgers } from './upstream/rate-limit/call-counters.ts'
import type { Caller } from './upstream/source/request-scope.ts'

/** Settings of the providers that are configured. */
export interface Settings {
  readonly auraVision: AuraVisionSettings | undefined
  readonly posthog: PostHogSettings | undefined
  readonly analytiks: AnalytiksSettings | undefined
  readonly zenovay: ZenovaySettings | undefined
  readonly datadog: DatadogSettings | undefined
}

/** One account's connections; undefined where a provider is not configured. */
export interface Clients {
  readonly auraVision: AuraVisionClient | undefined
  readonly posthog: PostHogClient | undefined
  readonly analytiks: AnalytiksClient | undefined
  readonly zenovay: ZenovayClient | undefined
  readonly datadog: DatadogClient | undefined
}

/** What an account's requests share, by provider. */
export interface Shared {
  readonly auraVision: AuraVisionAnswers | undefined
  readonly posthog: PostHogAnswers | undefined
  readonly analytiks: AnalytiksAnswers | undefined
  readonly zenovay: ZenovayAnswers | undefined
  readonly datadog: DatadogAnswers | undefined
}

/** One request's questions, by provider. */
export interface Loaders {
  readonly auraVision: AuraVisionLoaders
  readonly posthog: PostHogLoaders
  readonly analytiks: AnalytiksLoaders
  readonly zenovay: ZenovayLoaders
  readonly datadog: DatadogLoaders
}

export const clientKeys = ['auraVision', 'posthog', 'analytiks', 'zenovay', 'datadog'] as const

export const nameOfClient: { readonly [Key in keyof Clients]: ProviderName } = {
  auraVision: 'aura-vision',
  posthog: 'posthog',
  analytiks: 'analytiks',
  zenovay: 'zenovay',
  datadog: 'datadog',
}

/** Nothing is connected before it is first asked. Budgets of upstream calls are shared with other accounts of the same credentials where `ledgers` are given. */
export function connectClients(
  { auraVision, posthog, analytiks, zenovay, datadog }: Settings,
  ledgers?: Ledgers,
): Clients {
  return {
    auraVision: auraVision && connectAuraVision(auraVision, ledgers),
    posthog: posthog && connectPosthog(posthog, ledgers),
    analytiks: analytiks && connectAnalytiks(analytiks, ledgers),
    zenovay: zenovay && connectZenovay(zenovay, ledgers),
    datadog: datadog && connectDatadog(datadog, ledgers),
  }
}

/** Nothing is kept where `keeping` gives nothing; what is in flight is shared all the same. */
export function shareAnswers(
  { auraVision, posthog, analytiks, zenovay, datadog }: Clients,
  settings: Settings,
  keeping: (key: keyof Shared) => Keeping | undefined,
  pictureKeeping: Keeping | undefined,
): Shared {
  return {
    auraVision:
      auraVision &&
      settings.auraVision &&
      auraVisionAnswers(auraVision, settings.auraVision, keeping('auraVision'), pictureKeeping),
    posthog:
      posthog &&
      settings.posthog &&
      posthogAnswers(posthog, settings.posthog, keeping('posthog'), pictureKeeping),
    analytiks:
      analytiks &&
      settings.analytiks &&
      analytiksAnswers(analytiks, settings.analytiks, keeping('analytiks')),
    zenovay: zenovay && settings.zenovay && zenovayAnswers(zenovay, settings.zenovay, keeping('zenovay')),
    datadog: datadog && settings.datadog && datadogAnswers(datadog, settings.datadog, keeping('datadog')),
  }
}

/** Where one request's loaders ask: `shared` throws where a provider is not configured. */
export interface Sources {
  readonly shared: <Key extends keyof Shared>(key: Key) => NonNullable<Shared[Key]>
  readonly caller: (key: keyof Shared) => Caller
}

/** Loaders that look for what they ask when they first need it. */
export function createLoaders({ shared, caller }: Sources): Loaders {
  return {
    auraVision: auraVisionLoaders(() => shared('auraVision'), caller('auraVision')),
    posthog: posthogLoaders(() => shared('posthog'), caller('posthog')),
    analytiks: analytiksLoaders(() => shared('analytiks'), caller('analytiks')),
    zenovay: zenovayLoaders(() => shared('zenovay'), caller('zenovay')),
    datadog: datadogLoaders(() => shared('datadog'), caller('datadog')),
  }
}

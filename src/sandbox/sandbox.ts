import { stringify } from 'yaml'
import { type AnalytiksEmulator, serveAnalytiks } from './analytiks.ts'
import { type AuraVisionEmulator, type AuraVisionOptions, serveAuraVision } from './aura-vision.ts'
import { serveDatadog } from './datadog.ts'
import type { Emulator } from './emulator.ts'
import { type PosthogOptions, servePosthog } from './posthog.ts'
import { sites, stores, viewNames } from './world.ts'
import { serveZenovay } from './zenovay.ts'

/** All five emulated upstreams, which share one made-up world. */
export interface Sandbox extends AsyncDisposable {
  readonly 'aura-vision': AuraVisionEmulator
  readonly posthog: Emulator
  readonly analytiks: AnalytiksEmulator
  readonly zenovay: Emulator
  readonly datadog: Emulator
  /** All emulators, in the order of the providers. */
  readonly emulators: readonly Emulator[]
  /** The environment variables that point Isotherm at the emulators of these providers. */
  environment(providers?: readonly string[]): Record<string, string>
}

/** Settings of the emulators that draw images. */
export interface SandboxOptions {
  readonly 'aura-vision'?: AuraVisionOptions
  readonly posthog?: PosthogOptions
}

export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const [auraVision, posthog, analytiks, zenovay, datadog] = await Promise.all([
    serveAuraVision(options['aura-vision']),
    servePosthog(options.posthog),
    serveAnalytiks(),
    serveZenovay(),
    serveDatadog(),
  ])
  const emulators = [auraVision, posthog, analytiks, zenovay, datadog]
  return {
    'aura-vision': auraVision,
    posthog,
    analytiks,
    zenovay,
    datadog,
    emulators,
    environment(providers = emulators.map(({ provider }) => provider)) {
      const chosen = emulators.filter(({ provider }) => providers.includes(provider))
      return Object.assign({}, ...chosen.map(({ environment }) => environment))
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(emulators.map(emulator => emulator[Symbol.asyncDispose]()))
    },
  }
}

/** The catalog of the made-up world, as YAML. */
export function sandboxCatalog(): string {
  return stringify({
    locations: stores.map(store => ({
      id: store.id,
      name: store.name,
      timeZone: store.timeZone,
      auraVision: { locationId: store.auraLocationId },
      analytiks: {
        locationId: store.locationId,
        brandId: store.brandId,
        referenceNumber: store.referenceNumber,
      },
    })),
    websites: sites.map(site => ({
      id: site.id,
      name: site.name,
      origin: site.origin,
      origins: [site.origin.replace('://', '://www.')],
      zenovay: { websiteId: site.zenovayId },
      posthog: { projectId: site.posthogProjectId },
      datadog: { applicationId: site.datadogApplicationId },
      views: viewNames
        .filter(view => view.site === site.id)
        .map(({ path, viewName }) => ({ path, viewName })),
    })),
  })
}

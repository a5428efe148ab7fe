import { readConfig, StartProblems } from '../../src/config/config.ts'
import type { Environment } from '../../src/config/environment.ts'
import { providers } from '../../src/providers.ts'
import { type ProviderName, providerNames } from '../../src/upstream/error.ts'
import { requiredNames } from '../../src/upstream/provider/provider.ts'

/** The required variables of every provider. */
export const required = {
  AURA_VISION_ISSUER: 'https://issuer.example.com',
  AURA_VISION_AUDIENCE: 'https://audience.example.com',
  AURA_VISION_CLIENT_ID: 'aura-id',
  AURA_VISION_CLIENT_SECRET: 'aura-secret',
  POSTHOG_PERSONAL_API_KEY: 'phx_key',
  ANALYTIKS_CLIENT_ID: 'analytiks-id',
  ANALYTIKS_CLIENT_SECRET: 'analytiks-secret',
  ZENOVAY_API_KEY: 'zv_key',
  DD_API_KEY: 'dd-api',
  DD_APP_KEY: 'dd-app',
} as const

/** Every variable of a provider, required or not. */
export function variablesOfProviders(): readonly string[] {
  return providerNames.flatMap(name => Object.keys(providers[name].variables.shape))
}

/** The variables without which the provider is not configured. */
export function requiredOf(name: ProviderName): readonly string[] {
  return requiredNames(providers[name].variables)
}

/** Everything that keeps Isotherm from starting with this environment. */
export function problemsOf(
  environment: Environment,
  options?: { sandboxByDefault: boolean },
): readonly string[] {
  try {
    readConfig(environment, options)
    return []
  } catch (error) {
    if (error instanceof StartProblems) return error.problems
    throw error
  }
}

import { expect, test } from 'vitest'
import { readConfig } from '../src/config/config.ts'
import type { Environment } from '../src/config/environment.ts'
import { namespacesOf } from '../src/providers.ts'
import { providerNames } from '../src/upstream/error.ts'

const environment: Environment = {
  AURA_VISION_ISSUER: 'https://issuer.example',
  AURA_VISION_AUDIENCE: 'audience',
  AURA_VISION_CLIENT_ID: 'id',
  AURA_VISION_CLIENT_SECRET: 'secret',
  POSTHOG_PERSONAL_API_KEY: 'key',
  ANALYTIKS_CLIENT_ID: 'id',
  ANALYTIKS_CLIENT_SECRET: 'secret',
  ZENOVAY_API_KEY: 'key',
  DD_API_KEY: 'key',
  DD_APP_KEY: 'application',
}

/** Whose answers are others after the change, by provider. */
function changedBy(change: Environment): readonly string[] {
  const before = namespacesOf(readConfig(environment).providers)
  const after = namespacesOf(readConfig({ ...environment, ...change }).providers)
  return providerNames.filter(key => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
}

test.each<[string, string | undefined, readonly string[]]>([
  ['AURA_VISION_ISSUER', 'https://other.example', ['aura-vision']],
  ['AURA_VISION_URL', 'wss://other.example', ['aura-vision']],
  ['AURA_VISION_AUDIENCE', 'other', ['aura-vision']],
  ['AURA_VISION_CLIENT_ID', 'other', ['aura-vision']],
  ['AURA_VISION_CLIENT_SECRET', 'other', ['aura-vision']],
  ['POSTHOG_HOST', 'https://other.example', ['posthog']],
  ['POSTHOG_PERSONAL_API_KEY', 'other', ['posthog']],
  ['ANALYTIKS_TOKEN_URL', 'https://other.example', ['analytiks']],
  ['ANALYTIKS_EXPORTS_URL', 'https://other.example', ['analytiks']],
  ['ANALYTIKS_AUDIENCE', 'other', ['analytiks']],
  ['ANALYTIKS_CLIENT_ID', 'other', ['analytiks']],
  ['ANALYTIKS_CLIENT_SECRET', 'other', ['analytiks']],
  ['ZENOVAY_URL', 'https://other.example', ['zenovay']],
  ['ZENOVAY_API_KEY', 'other', ['zenovay']],
  ['ZENOVAY_API_KEY', undefined, ['zenovay']],
  ['DD_SITE', 'datadoghq.eu', ['datadog']],
  ['DD_API_KEY', 'other', ['datadog']],
  ['DD_APP_KEY', 'other', ['datadog']],
])('%s of %s tells accounts of its provider apart, and of no other', (variable, value, keys) => {
  expect(changedBy({ [variable]: value })).toEqual(keys)
})

test.each([
  ['ZENOVAY_URL', 'https://api.zenovay.com/api/external/v1/'],
  ['ZENOVAY_AUTH', 'bearer'],
  ['ISOTHERM_UPSTREAM_TIMEOUT_MS', '5000'],
  ['ISOTHERM_UPSTREAM_MAX_BYTES', '5000'],
  ['AURA_VISION_IMAGE_HOSTS', 'other.example'],
  ['AURA_VISION_MAX_LOCATIONS', '5'],
  ['AURA_VISION_CONCURRENCY', '5'],
  ['ANALYTIKS_DWELL_TIME', 'sum'],
  ['ANALYTIKS_KEEP_SECONDS', '5'],
  ['POSTHOG_PER_HOUR', '5'],
  ['ZENOVAY_PLAN', 'scale'],
  ['ZENOVAY_MAX_CALLS', '5'],
])('%s takes nothing from what is kept', (variable, value) => {
  expect(changedBy({ [variable]: value })).toEqual([])
})

import { analytiksAccount } from './providers/analytiks/client.ts'
import { auraVisionAccount } from './providers/aura-vision/client.ts'
import { datadogAccount } from './providers/datadog/client.ts'
import { posthogAccount } from './providers/posthog/client.ts'
import { zenovayAccount } from './providers/zenovay/client.ts'
import type { Settings } from './providers.ts'

/**
 * The shape of what is kept of each provider's answers: to be raised whenever a record that is kept changes, so that
 * those of an older version are asked again.
 */
const shapes = { 'aura-vision': 2, posthog: 1, analytiks: 2, zenovay: 1, datadog: 1 } as const

/** Whose a provider's answers are: of whoever asks at the same place with the same credentials, and reads the same shape. */
export function namespacesOf({
  'aura-vision': auraVision,
  posthog,
  analytiks,
  zenovay,
  datadog,
}: Settings): Readonly<Record<keyof Settings, readonly string[]>> {
  return {
    'aura-vision': owner('aura-vision', auraVision && auraVisionAccount(auraVision)),
    posthog: owner('posthog', posthog && posthogAccount(posthog)),
    analytiks: owner('analytiks', analytiks && analytiksAccount(analytiks)),
    zenovay: owner('zenovay', zenovay && zenovayAccount(zenovay)),
    datadog: owner('datadog', datadog && datadogAccount(datadog)),
  }
}

function owner(key: keyof Settings, account: readonly string[] = []): readonly string[] {
  return [key, `${shapes[key]}`, ...account]
}

import { z } from 'zod'
import type { Provider } from '../../upstream/provider/provider.ts'
import {
  choice,
  concurrency,
  imageHosts,
  integer,
  maximumCalls,
  seconds,
  socketUrl,
  text,
  url,
} from '../../upstream/provider/variable-forms.ts'
import {
  type AuraVisionClient,
  type AuraVisionSettings,
  auraVisionAccount,
  connectAuraVision,
} from './client.ts'
import { partNumberings } from './frames.ts'
import {
  type AuraVisionLoaders,
  type AuraVisionSources,
  auraVisionLoaders,
  auraVisionSources,
} from './loaders.ts'
import { auraVisionProbe } from './probe.ts'

const variables = z.object({
  AURA_VISION_ISSUER: url(['https:', 'http:']),
  AURA_VISION_AUDIENCE: text(),
  AURA_VISION_CLIENT_ID: text(),
  AURA_VISION_CLIENT_SECRET: text(),
  AURA_VISION_URL: socketUrl().default(new URL('wss://ws.auravision.ai')),
  AURA_VISION_IMAGE_HOSTS: imageHosts().default([
    'heatmaps.auravisionlabs.com',
    'thumbnailer.auravisionlabs.com',
  ]),
  AURA_VISION_PART_NUMBERING: choice(partNumberings).default('auto'),
  AURA_VISION_MAX_LOCATIONS: integer(1, 10_000).default(50),
  AURA_VISION_MAX_DAYS: integer(1, 366).default(31),
  AURA_VISION_CONCURRENCY: concurrency(),
  AURA_VISION_KEEP_SECONDS: seconds().default(60),
  AURA_VISION_MAX_CALLS: maximumCalls().default(1000),
})

export const auraVision = {
  name: 'aura-vision',
  variables,
  settings: (values, bounds): AuraVisionSettings => ({
    ...bounds,
    tokenUrl: new URL('oauth/token', withSlash(values.AURA_VISION_ISSUER)),
    audience: values.AURA_VISION_AUDIENCE,
    clientId: values.AURA_VISION_CLIENT_ID,
    clientSecret: values.AURA_VISION_CLIENT_SECRET,
    url: values.AURA_VISION_URL,
    imageHosts: values.AURA_VISION_IMAGE_HOSTS,
    numbering: values.AURA_VISION_PART_NUMBERING,
    maximumLocations: values.AURA_VISION_MAX_LOCATIONS,
    maximumDays: values.AURA_VISION_MAX_DAYS,
    limits: {
      concurrency: values.AURA_VISION_CONCURRENCY,
      ttlSeconds: values.AURA_VISION_KEEP_SECONDS,
      maximumCalls: values.AURA_VISION_MAX_CALLS,
    },
  }),
  account: auraVisionAccount,
  version: 2,
  connect: connectAuraVision,
  sources: auraVisionSources,
  loaders: auraVisionLoaders,
  probe: auraVisionProbe,
  emulator: async () => (await import('../../sandbox/aura-vision.ts')).serveAuraVision,
} satisfies Provider<
  'aura-vision',
  z.output<typeof variables>,
  AuraVisionSettings,
  AuraVisionClient,
  AuraVisionSources,
  AuraVisionLoaders
>

function withSlash(url: URL): URL {
  return new URL(url.href.endsWith('/') ? url.href : `${url.href}/`)
}

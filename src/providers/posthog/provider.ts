import { z } from 'zod'
import type { Provider } from '../../upstream/provider/provider.ts'
import {
  concurrency,
  integer,
  key,
  maximumCalls,
  seconds,
  url,
} from '../../upstream/provider/variable-forms.ts'
import { connectPosthog, type PostHogClient, type PostHogSettings, posthogAccount } from './client.ts'
import { type PostHogLoaders, posthogLoaders } from './loaders.ts'
import { posthogProbe } from './probe.ts'
import { type PostHogSources, posthogSources } from './sources.ts'

const variables = z.object({
  POSTHOG_PERSONAL_API_KEY: key(),
  POSTHOG_HOST: url(['https:', 'http:']).default(new URL('https://us.posthog.com')),
  POSTHOG_PER_MINUTE: integer(1, 1_000_000).default(240),
  POSTHOG_PER_HOUR: integer(1, 1_000_000).default(1200),
  POSTHOG_CONCURRENCY: concurrency(),
  POSTHOG_KEEP_SECONDS: seconds().default(60),
  POSTHOG_MAX_CALLS: maximumCalls().default(1000),
  // The vendor's own number (its source).
  POSTHOG_HEATMAP_DAYS: integer(1, 36_500).default(90),
})

export const posthog = {
  name: 'posthog',
  variables,
  settings: (values, bounds): PostHogSettings => ({
    ...bounds,
    personalApiKey: values.POSTHOG_PERSONAL_API_KEY,
    host: values.POSTHOG_HOST,
    perMinute: values.POSTHOG_PER_MINUTE,
    perHour: values.POSTHOG_PER_HOUR,
    heatmapDays: values.POSTHOG_HEATMAP_DAYS,
    limits: {
      concurrency: values.POSTHOG_CONCURRENCY,
      ttlSeconds: values.POSTHOG_KEEP_SECONDS,
      maximumCalls: values.POSTHOG_MAX_CALLS,
    },
  }),
  account: posthogAccount,
  version: 2,
  connect: connectPosthog,
  sources: posthogSources,
  loaders: posthogLoaders,
  probe: posthogProbe,
  emulator: async () => (await import('../../sandbox/posthog.ts')).servePosthog,
} satisfies Provider<
  'posthog',
  z.output<typeof variables>,
  PostHogSettings,
  PostHogClient,
  PostHogSources,
  PostHogLoaders
>

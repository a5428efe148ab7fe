import { z } from 'zod'
import type { Provider } from '../../upstream/provider/provider.ts'
import {
  choice,
  concurrency,
  key,
  maximumCalls,
  seconds,
  url,
} from '../../upstream/provider/variable-forms.ts'
import { zenovayAuths } from './auth.ts'
import { connectZenovay, type ZenovayClient, type ZenovaySettings, zenovayAccount } from './client.ts'
import { type ZenovayLoaders, type ZenovaySources, zenovayLoaders, zenovaySources } from './loaders.ts'
import { zenovayPlanNames } from './plans.ts'
import { zenovayProbe } from './probe.ts'

const variables = z.object({
  ZENOVAY_API_KEY: key(),
  ZENOVAY_AUTH: choice(zenovayAuths).default('header'),
  ZENOVAY_URL: url(['https:', 'http:']).default(new URL('https://api.zenovay.com/api/external/v1')),
  ZENOVAY_PLAN: choice(zenovayPlanNames).default('pro'),
  ZENOVAY_CONCURRENCY: concurrency(),
  ZENOVAY_KEEP_SECONDS: seconds().default(600),
  ZENOVAY_MAX_CALLS: maximumCalls().default(1000),
})

export const zenovay = {
  name: 'zenovay',
  variables,
  settings: (values, { deadlineMilliseconds, maximumBytes, proxies }): ZenovaySettings => ({
    deadlineMilliseconds,
    maximumBytes,
    proxies,
    apiKey: values.ZENOVAY_API_KEY,
    auth: values.ZENOVAY_AUTH,
    url: values.ZENOVAY_URL,
    plan: values.ZENOVAY_PLAN,
    limits: {
      concurrency: values.ZENOVAY_CONCURRENCY,
      ttlSeconds: values.ZENOVAY_KEEP_SECONDS,
      maximumCalls: values.ZENOVAY_MAX_CALLS,
    },
  }),
  account: zenovayAccount,
  version: 1,
  connect: connectZenovay,
  sources: zenovaySources,
  loaders: zenovayLoaders,
  probe: zenovayProbe,
  emulator: async () => (await import('../../sandbox/zenovay.ts')).serveZenovay,
} satisfies Provider<
  'zenovay',
  z.output<typeof variables>,
  ZenovaySettings,
  ZenovayClient,
  ZenovaySources,
  ZenovayLoaders
>

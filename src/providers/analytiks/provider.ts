import { z } from 'zod'
import type { Provider } from '../../upstream/provider/provider.ts'
import {
  choice,
  concurrency,
  maximumCalls,
  seconds,
  text,
  url,
} from '../../upstream/provider/variable-forms.ts'
import { type AnalytiksClient, type AnalytiksSettings, analytiksAccount, connectAnalytiks } from './client.ts'
import {
  type AnalytiksLoaders,
  type AnalytiksSources,
  analytiksLoaders,
  analytiksSources,
} from './loaders.ts'
import { analytiksProbe } from './probe.ts'

const variables = z.object({
  ANALYTIKS_CLIENT_ID: text(),
  ANALYTIKS_CLIENT_SECRET: text(),
  ANALYTIKS_TOKEN_URL: url(['https:', 'http:']).default(new URL('https://tokens.analytiks.ai')),
  ANALYTIKS_EXPORTS_URL: url(['https:', 'http:']).default(new URL('https://exports.analytiks.ai')),
  ANALYTIKS_AUDIENCE: text().default('https://gql.analytiks.ai'),
  ANALYTIKS_DWELL_TIME: choice(['sum', 'mean']).optional(),
  ANALYTIKS_CONCURRENCY: concurrency(),
  ANALYTIKS_KEEP_SECONDS: seconds().default(2_592_000),
  ANALYTIKS_MAX_CALLS: maximumCalls().default(10_000),
})

export const analytiks = {
  name: 'analytiks',
  variables,
  settings: (values, { deadlineMilliseconds, maximumBytes, proxies }): AnalytiksSettings => ({
    deadlineMilliseconds,
    maximumBytes,
    proxies,
    tokenUrl: values.ANALYTIKS_TOKEN_URL,
    audience: values.ANALYTIKS_AUDIENCE,
    clientId: values.ANALYTIKS_CLIENT_ID,
    clientSecret: values.ANALYTIKS_CLIENT_SECRET,
    exportsUrl: values.ANALYTIKS_EXPORTS_URL,
    dwellTime: values.ANALYTIKS_DWELL_TIME,
    limits: {
      concurrency: values.ANALYTIKS_CONCURRENCY,
      ttlSeconds: values.ANALYTIKS_KEEP_SECONDS,
      maximumCalls: values.ANALYTIKS_MAX_CALLS,
    },
  }),
  account: analytiksAccount,
  version: 2,
  connect: connectAnalytiks,
  sources: analytiksSources,
  loaders: analytiksLoaders,
  probe: analytiksProbe,
  emulator: async () => (await import('../../sandbox/analytiks.ts')).serveAnalytiks,
} satisfies Provider<
  'analytiks',
  z.output<typeof variables>,
  AnalytiksSettings,
  AnalytiksClient,
  AnalytiksSources,
  AnalytiksLoaders
>

import { z } from 'zod'
import type { Provider } from '../../upstream/provider/provider.ts'
import { concurrency, key, maximumCalls, seconds, text, url } from '../../upstream/provider/variable-forms.ts'
import { connectDatadog, type DatadogClient, type DatadogSettings, datadogAccount } from './client.ts'
import { type DatadogLoaders, type DatadogSources, datadogLoaders, datadogSources } from './loaders.ts'
import { datadogProbe } from './probe.ts'

const variables = z.object({
  DD_API_KEY: key(),
  DD_APP_KEY: key(),
  DD_SITE: text().refine(isSite, 'must be a site such as datadoghq.eu').default('datadoghq.com'),
  DATADOG_URL: url(['https:', 'http:']).optional(),
  DATADOG_CONCURRENCY: concurrency(),
  DATADOG_KEEP_SECONDS: seconds().default(30),
  DATADOG_MAX_CALLS: maximumCalls().default(1000),
})

export const datadog = {
  name: 'datadog',
  variables,
  settings: (values, { deadlineMilliseconds, maximumBytes, proxies }): DatadogSettings => ({
    deadlineMilliseconds,
    maximumBytes,
    proxies,
    apiKey: values.DD_API_KEY,
    applicationKey: values.DD_APP_KEY,
    url: values.DATADOG_URL ?? new URL(`https://api.${values.DD_SITE}`),
    limits: {
      concurrency: values.DATADOG_CONCURRENCY,
      ttlSeconds: values.DATADOG_KEEP_SECONDS,
      maximumCalls: values.DATADOG_MAX_CALLS,
    },
  }),
  account: datadogAccount,
  version: 1,
  connect: connectDatadog,
  sources: datadogSources,
  loaders: datadogLoaders,
  probe: datadogProbe,
  emulator: async () => (await import('../../sandbox/datadog.ts')).serveDatadog,
} satisfies Provider<
  'datadog',
  z.output<typeof variables>,
  DatadogSettings,
  DatadogClient,
  DatadogSources,
  DatadogLoaders
>

function isSite(text: string): boolean {
  return /^[a-z0-9.-]+$/.test(text) && URL.canParse(`https://api.${text}`)
}

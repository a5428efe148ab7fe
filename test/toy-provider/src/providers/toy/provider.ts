import { z } from 'zod'
import type { Provider } from '../../upstream/provider/provider.ts'
import { concurrency, key, maximumCalls, seconds, url } from '../../upstream/provider/variable-forms.ts'
import { connectToy, type ToyClient, type ToySettings, toyAccount } from './client.ts'
import { type ToyLoaders, type ToySources, toyLoaders, toySources } from './loaders.ts'

const variables = z.object({
  TOY_KEY: key(),
  TOY_URL: url(['https:', 'http:']).default(new URL('https://api.toy.example')),
  TOY_CONCURRENCY: concurrency(),
  TOY_KEEP_SECONDS: seconds().default(60),
  TOY_MAX_CALLS: maximumCalls().default(1000),
})

export type ToyProvider = Provider<
  'toy',
  z.output<typeof variables>,
  ToySettings,
  ToyClient,
  ToySources,
  ToyLoaders
>

export const toy = {
  name: 'toy',
  variables,
  settings: (values, { deadlineMilliseconds, maximumBytes, proxies }): ToySettings => ({
    deadlineMilliseconds,
    maximumBytes,
    proxies,
    key: values.TOY_KEY,
    url: values.TOY_URL,
    limits: {
      concurrency: values.TOY_CONCURRENCY,
      ttlSeconds: values.TOY_KEEP_SECONDS,
      maximumCalls: values.TOY_MAX_CALLS,
    },
  }),
  account: toyAccount,
  version: 1,
  connect: connectToy,
  sources: toySources,
  loaders: toyLoaders,
  probe: {
    kinds: [],
    limits: () => 'none',
    cost: () => '1 call',
    async ask(client, identities, callContext) {
      await client.toy(1, callContext)
      return { unknown: [], unchecked: identities }
    },
  },
  emulator: async () => (await import('../../sandbox/toy.ts')).serveToy,
} satisfies ToyProvider

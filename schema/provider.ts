import type { ProviderState } from '../src/account.ts'
import { providerNames } from '../src/upstream/error.ts'
import { builder } from './builder.ts'

export const ProviderStatus = builder.enumType('ProviderStatus', {
  description: 'Whether a provider can be asked.',
  values: {
    READY: { description: 'Its credentials are set. Isotherm does not check whether they work.' },
    SANDBOX: { description: 'Emulated: its data is made up.' },
    NOT_CONFIGURED: { description: 'Its required variables are not set; its fields are errors.' },
  } as const satisfies Record<ProviderState['status'], unknown>,
})

export const Provider = builder.objectRef<ProviderState>('Provider')
Provider.implement({
  description: 'A vendor whose API is behind the graph.',
  fields: t => ({
    name: t.exposeString('name', {
      nullable: false,
      description: `One of ${providerNames.join(', ')}, as in errors.`,
    }),
    status: t.expose('status', {
      type: ProviderStatus,
      nullable: false,
      description: 'Whether it can be asked.',
    }),
  }),
})

builder.queryField('providers', t =>
  t.field({
    type: [Provider],
    authenticated: true,
    listSize: { assumedSize: providerNames.length },
    nullable: false,
    description: 'The five vendors. Costs no upstream call.',
    resolve: (_root, _args, { providers }) => [...providers],
  }),
)

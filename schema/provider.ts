import type { ProviderState } from '../src/account.ts'
import { providerNames } from '../src/upstream/error.ts'
import { builder } from './builder.ts'
import { ProviderDrift } from './provider-drift.ts'

type Health = ProviderState['health']

export const ProviderStatus = builder.enumType('ProviderStatus', {
  description: 'Whether a provider can be asked.',
  values: {
    READY: { description: 'Its credentials are set. Isotherm does not check whether they work.' },
    SANDBOX: { description: 'Emulated: its data is made up.' },
    NOT_CONFIGURED: { description: 'Its required variables are not set; its fields are errors.' },
  } as const satisfies Record<ProviderState['status'], unknown>,
})

export const BreakerState = builder.enumType('BreakerState', {
  description: 'Whether a provider is called, or calls are held back because they fail.',
  values: {
    CLOSED: { description: 'It is called.' },
    OPEN: { description: 'It is not called for now: cached data is used, and other fields are errors.' },
    HALF_OPEN: {
      description: 'The next call, or the one that is being made, decides whether it is called again.',
    },
  } as const satisfies Record<Health['breaker']['state'], unknown>,
})

export const ProviderBreaker = builder.objectRef<Health['breaker']>('ProviderBreaker').implement({
  description: 'Whether calls to a provider are held back: the worst state of all its hosts.',
  fields: t => ({
    state: t.expose('state', { type: BreakerState, nullable: false, description: 'The state now.' }),
    until: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the next call is let through, in UTC. Null if it is not open.',
      resolve: ({ until }) => dateOf(until),
    }),
  }),
})

export const ProviderError = builder.objectRef<NonNullable<Health['lastError']>>('ProviderError').implement({
  description: 'How a call to a provider failed.',
  fields: t => ({
    at: t.field({
      type: 'DateTime',
      nullable: false,
      description: 'When, in UTC.',
      resolve: ({ at }) => new Date(at).toISOString(),
    }),
    code: t.exposeString('code', {
      nullable: false,
      description: 'The code of the error, as in the extensions of errors: UPSTREAM_TIMEOUT, for example.',
    }),
  }),
})

function dateOf(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString()
}

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
    breaker: t.field({
      type: ProviderBreaker,
      nullable: false,
      description: 'Whether calls are held back because they fail. Each instance decides for itself.',
      resolve: ({ health }) => health.breaker,
    }),
    quotaLeft: t.expose('quotaLeft', {
      type: 'SafeInt',
      nullable: true,
      description: 'How many calls are left in the period of its scarcest limit. Null if no limit is known.',
    }),
    lastSuccessAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it last answered a call of this instance, in UTC. Null if it did not yet.',
      resolve: ({ health }) => dateOf(health.lastSuccessAt),
    }),
    lastError: t.field({
      type: ProviderError,
      nullable: true,
      description:
        'The last call of this instance that failed. Calls with a question that the vendor did not know or rejected do not count. Null if there was none.',
      resolve: ({ health }) => health.lastError,
    }),
    drift: t.field({
      type: [ProviderDrift],
      listSize: { assumedSize: 200 },
      nullable: false,
      description:
        'How its responses differ from its documentation: at most 200 entries, the first ones that were seen.',
      resolve: ({ health }) => health.drift.entries,
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
    resolve(_root, _args, { providers, noteState }) {
      noteState()
      return [...providers]
    },
  }),
)

import type { ProviderState } from '../src/account.ts'
import { builder } from './builder.ts'

type Drift = ProviderState['health']['drift']['entries'][number]

export const DriftKind = builder.enumType('DriftKind', {
  description: 'How a response differs from what its provider documents.',
  values: {
    UNKNOWN: { description: 'A member that is not documented.' },
    MISSING: { description: 'A documented member that a response, or one of its rows, has not.' },
    OTHER_TYPE: { description: 'A member of another type.' },
  } as const satisfies Record<Drift['kind'], unknown>,
})

export const ProviderDrift = builder.objectRef<Drift>('ProviderDrift').implement({
  description:
    'A difference between the responses of a provider and its documentation. Isotherm reads responses tolerantly; this is what it tolerated or could not read. Of each endpoint the first ten responses of a second are compared, and every unreadable one.',
  fields: t => ({
    endpoint: t.exposeString('endpoint', {
      nullable: false,
      description: 'The route, such as `GET /websites`, without values.',
    }),
    path: t.exposeString('path', {
      nullable: false,
      description:
        'The member, such as `data.pages[].url`: `[]` is any row, `{}` any name that is data. Empty for the whole response.',
    }),
    kind: t.expose('kind', { type: DriftKind, nullable: false, description: 'What is different.' }),
    sample: t.exposeString('sample', {
      nullable: true,
      description:
        'The type that was sent, such as `string` or `array of 3`, never a value. Null for what is missing.',
    }),
    count: t.exposeInt('count', {
      nullable: false,
      description: 'In how many compared responses, since the process started.',
    }),
    firstSeenAt: t.field({
      type: 'DateTime',
      nullable: false,
      description: 'When it was seen first, in UTC.',
      resolve: ({ firstSeenAt }) => new Date(firstSeenAt).toISOString(),
    }),
    lastSeenAt: t.field({
      type: 'DateTime',
      nullable: false,
      description: 'When it was seen last, in UTC.',
      resolve: ({ lastSeenAt }) => new Date(lastSeenAt).toISOString(),
    }),
  }),
})

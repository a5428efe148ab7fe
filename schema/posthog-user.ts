import type { PostHogUser as UserRecord } from '../src/providers/posthog/wire.ts'
import { builder } from './builder.ts'

export const PostHogUser = builder.objectRef<UserRecord>('PostHogUser')
PostHogUser.implement({
  requiresScopes: [['people:read']],
  description: 'A PostHog user who made something. Personal data.',
  fields: t => ({
    id: t.exposeID('id', { description: "PostHog's number of the user." }),
    uuid: t.exposeID('uuid', { description: 'UUID of the user.' }),
    distinctId: t.exposeString('distinctId', {
      description: 'The id of their own events.',
    }),
    firstName: t.exposeString('firstName', { description: 'First name.' }),
    lastName: t.exposeString('lastName', { description: 'Last name.' }),
    email: t.exposeString('email', { description: 'E-mail address.' }),
    isEmailVerified: t.exposeBoolean('isEmailVerified', { description: 'Whether the address was verified.' }),
    hedgehogConfig: t.field({
      type: 'JSON',
      description: 'How their mascot looks.',
      resolve: ({ hedgehogConfig }) => printedAsIs(hedgehogConfig),
    }),
    roleAtOrganization: t.exposeString('roleAtOrganization', {
      description: 'What they do, such as `engineering`.',
    }),
  }),
})

/** An executor may take an object with a member `then` for a promise: this hides the value until it is printed. */
function printedAsIs(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'then' in value ? { toJSON: () => value } : value
}

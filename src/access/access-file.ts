import { z } from 'zod'
import { type ReadYaml, readYaml } from '../config/yaml-file.ts'
import { providerNames } from '../upstream/error.ts'
import { claimProblems } from './access-claims.ts'
import { anyone, strangerId } from './caller.ts'
import { scopes } from './scopes.ts'

/** The SHA-256 of a key; the key itself is stored nowhere. */
export const keyHash = z
  .string({ error: 'must be a text' })
  .regex(
    /^sha256:[\da-f]{64}$/i,
    'must be sha256: and 64 hexadecimal digits, as isotherm keys create prints it',
  )
  .toLowerCase()

const id = z
  .string({ error: 'must be a text' })
  .regex(
    /^[a-z\d][\w.-]*$/i,
    'must begin with a letter or digit, and hold only those, dots, dashes and underscores',
  )
  .max(64, 'must have at most 64 characters')

/** These ids already stand for strangers in logs and limits. */
const strangers = [strangerId, anyone.id]

export const callerId = id.refine(
  id => !strangers.includes(id),
  `must not be ${strangers.join(' or ')}, which stand for whoever shows no key`,
)

const text = z.string({ error: 'must be a text' }).min(1, 'must not be empty')

const account = z.strictObject({
  id,
  /** Relative to the access file; so is `documents`. */
  catalog: text.optional(),
  /** The prefix of the account's provider variables. */
  variables: text
    .regex(/^[a-z_]\w*$/i, 'must be the beginning of names of variables, such as ACME_')
    .optional(),
  documents: text.optional(),
})

/** Limits; a key with nothing below it sets none. */
const limits = z
  .strictObject(
    {
      requestsPerMinute: count(1_000_000_000).optional(),
      costPerMinute: count(1_000_000_000_000).optional(),
      upstreamCallsPerHour: z
        .partialRecord(z.enum(providerNames), count(1_000_000_000), {
          error: `must name ${providerNames.join(', ')}, each with a whole number`,
        })
        .nullish()
        .transform(calls => calls ?? undefined),
    },
    { error: 'must hold limits such as requestsPerMinute: 600' },
  )
  .nullish()
  .transform(limits => limits ?? undefined)

const scope = z.enum(scopes, { error: `must be one of ${scopes.join(', ')}` })

/** A rotation needs two; more than five are a mistake. */
const mostKeys = 5

const caller = z.strictObject({
  id: callerId,
  keys: entries(keyHash).pipe(z.array(z.string()).max(mostKeys, `must be at most ${mostKeys} keys`)),
  accounts: z.array(id, { error: 'must be a list of accounts' }).min(1, 'must name an account'),
  scopes: entries(scope),
  /** From this moment on the keys are refused, in ms since 1970. */
  expires: z
    .union([z.iso.date(), z.iso.datetime({ offset: true })], {
      error: 'must be a date such as 2027-01-01, or a time such as 2027-01-01T12:00:00Z',
    })
    .transform(moment => Date.parse(moment))
    .optional(),
  limits: limits.optional(),
})

/** No HS…: the issuer would have to share its key. Never `none`. */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const

const issuer = z.strictObject({
  /** The claim `iss`, letter for letter. */
  issuer: text,
  audience: text,
  jwks: z
    .url({ protocol: /^https?$/, error: 'must be a URL that starts with https:// or http://' })
    .refine(hasNoCredentials, 'must hold no user name or password: a key set is public'),
  algorithms: z
    .array(z.enum(algorithms, { error: `must be one of ${algorithms.join(', ')}` }), {
      error: 'must be a list of algorithms',
    })
    .min(1, 'must name an algorithm'),
  scopesClaim: text.optional(),
  accountsClaim: text.default('isotherm_accounts'),
  /** The limits of each of its callers. */
  limits: limits.optional(),
})

const accessFile = z.strictObject(
  {
    accounts: z.array(account, { error: 'must be a list of accounts' }).min(1, 'must name an account'),
    callers: entries(caller),
    issuers: entries(issuer),
  },
  { error: 'the file must hold accounts, callers and issuers, each a key with a list below it' },
)

export type AccessFile = z.output<typeof accessFile>
export type AccountEntry = AccessFile['accounts'][number]
export type CallerEntry = AccessFile['callers'][number]
export type IssuerEntry = AccessFile['issuers'][number]

/** Reads the YAML of `ISOTHERM_ACCESS`; returns every problem with its file and line. */
export function readAccessFile(text: string, file: string): ReadYaml<AccessFile> {
  return readYaml(text, file, accessFile, claimProblems)
}

/** A list. A key with nothing below it, or a missing key, is an empty list. */
function entries<Item>(item: z.ZodType<Item>) {
  return z
    .array(item, { error: 'must be a list' })
    .nullish()
    .transform(list => list ?? [])
}

function hasNoCredentials(address: string): boolean {
  const { username, password } = new URL(address)
  return username === '' && password === ''
}

/** A whole number from 1 to `maximum`; numbers come as texts. */
function count(maximum: number) {
  const error = `must be a whole number from 1 to ${maximum}`
  return z
    .string({ error })
    .regex(/^\d{1,15}$/, error)
    .transform(Number)
    .refine(number => number >= 1 && number <= maximum, error)
}

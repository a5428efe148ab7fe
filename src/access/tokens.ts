import { createHash } from 'node:crypto'
import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose'
import { LRUCache } from 'lru-cache'
import { Refusal } from '../server/http/refusal.ts'
import type { Proxies } from '../upstream/http/proxies.ts'
import type { IssuerEntry } from './access-file.ts'
import type { Caller } from './caller.ts'
import { CredentialRefusal, IssuerDown } from './credential-refusal.ts'
import { openIssuerKeys, pauseSeconds } from './issuer-keys.ts'
import { isScope } from './scopes.ts'

/** The claims of a token with a valid signature. */
export interface VerifiedToken {
  readonly caller: Caller
  readonly issuer: string
  /** The accounts that it names, even unknown ones; undefined if it names none. */
  readonly accounts: readonly string[] | undefined
  /** In ms since 1970. */
  readonly expires: number
}

interface Issuer extends IssuerEntry {
  readonly keys: JWTVerifyGetKey
}

const [mostRemembered, longestRemembered] = [10_000, 60_000]
/** How far the clocks of an issuer and of this machine may differ, in seconds. */
const clockTolerance = 5

/** Verifies JSON web tokens of the issuers of an access file. Remembers what it verified until it expires, for a minute at most. */
export class Tokens {
  readonly #issuers: ReadonlyMap<string, Issuer>
  readonly #verified = new LRUCache<string, VerifiedToken>({ max: mostRemembered })

  /** Takes over the keys that `last` has read; reads new ones through the proxies. */
  constructor(issuers: readonly IssuerEntry[], last?: Tokens, proxies?: Proxies) {
    const lastIssuers = last ? [...last.#issuers.values()] : []
    const read = new Map(lastIssuers.map(({ jwks, keys }) => [jwks, keys]))
    this.#issuers = new Map(
      issuers.map(issuer => {
        const keys = read.get(issuer.jwks) ?? openIssuerKeys(new URL(issuer.jwks), proxies)
        return [issuer.issuer, { ...issuer, keys }]
      }),
    )
  }

  has(issuer: string): boolean {
    return this.#issuers.has(issuer)
  }

  limitsOf(issuer: string): Caller['limits'] {
    return this.#issuers.get(issuer)?.limits
  }

  /** Throws a Refusal, or rejects with one. Cheap checks come before any key is looked up. */
  verify(token: string): VerifiedToken | Promise<VerifiedToken> {
    const name = createHash('sha256').update(token).digest('base64url')
    return this.#verified.get(name) ?? this.#verifyNew(token, name)
  }

  async #verifyNew(token: string, name: string): Promise<VerifiedToken> {
    const { alg, claims } = decode(token)
    const issuer = this.#issuers.get(claims.iss ?? '')
    if (!issuer) throw CredentialRefusal.invalid('The issuer of the token is not known here.')
    const { keys, audience } = issuer
    const algorithms: readonly string[] = issuer.algorithms
    const about = `issuer ${issuer.issuer}`
    const refuse = (reason: string) => CredentialRefusal.invalid(reason, about)
    if (!algorithms.includes(alg ?? '')) throw refuse('The token is not signed as its issuer signs.')
    if (![claims.aud].flat().includes(audience)) throw refuse('The token is meant for another audience.')
    if (claims.exp === undefined) throw refuse('The token never expires.')
    const now = Date.now() / 1000
    if (claims.exp + clockTolerance <= now) throw refuse('The token has expired.')
    if (claims.nbf !== undefined && claims.nbf - clockTolerance > now)
      throw refuse('The token is not valid yet.')
    const { payload } = await jwtVerify(token, keys, {
      issuer: issuer.issuer,
      audience,
      algorithms: [...algorithms],
      clockTolerance,
      requiredClaims: ['exp'],
    }).catch((error: unknown) => {
      if (error instanceof errors.JOSEError) throw refuse('The token is not valid.')
      // An unusable key of the issuer, such as a short one, says nothing about the token.
      throw error instanceof Refusal ? error : new IssuerDown(pauseSeconds, error)
    })
    const verified = verifiedToken(issuer, payload)
    const left = ((payload.exp ?? 0) + clockTolerance) * 1000 - Date.now()
    this.#verified.set(name, verified, { ttl: Math.max(1, Math.min(left, longestRemembered)) })
    return verified
  }
}

/** The claims of a token before its signature is verified. */
function decode(token: string): { readonly alg: string | undefined; readonly claims: JWTPayload } {
  try {
    return { alg: decodeProtectedHeader(token).alg, claims: decodeJwt(token) }
  } catch {
    throw CredentialRefusal.invalid('The credential is neither a key nor a token.')
  }
}

function verifiedToken(
  { issuer, scopesClaim, accountsClaim, limits }: Issuer,
  claims: JWTPayload,
): VerifiedToken {
  const scopes = scopesClaim
    ? textsOf(claims[scopesClaim])
    : (textsOf(claims.scope) ?? textsOf(claims.scp) ?? textsOf(claims.scopes))
  return {
    caller: { id: callerId(issuer, claims), scopes: new Set((scopes ?? []).filter(isScope)), limits },
    issuer,
    // A claim of an unknown form must not allow more than no claim.
    accounts: claims[accountsClaim] === undefined ? undefined : (textsOf(claims[accountsClaim]) ?? []),
    expires: (claims.exp ?? 0) * 1000,
  }
}

/** Identifies the caller by a hash: a subject may be a person's e-mail address, and ids are logged. */
function callerId(issuer: string, { sub, azp }: JWTPayload): string {
  const subject = JSON.stringify([issuer, sub ?? azp])
  return `token:${createHash('sha256').update(subject).digest('hex').slice(0, 16)}`
}

/** A list, or a text of words. */
function textsOf(claim: unknown): readonly string[] | undefined {
  if (typeof claim === 'string') return claim.split(/[\s,]+/).filter(Boolean)
  return Array.isArray(claim) ? claim.filter(item => typeof item === 'string') : undefined
}

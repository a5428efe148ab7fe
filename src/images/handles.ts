import { createSecretKey, hkdfSync, type webcrypto } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, errors, jwtVerify, SignJWT } from 'jose'
import type { ProviderName } from '../upstream/error.ts'
import { type ImageReference, imageReference } from './references.ts'
import type { ImageSettings } from './settings.ts'

/** The handle was not made here, not for these credentials, or has expired. */
export class WrongHandle extends Error {
  override readonly name = 'WrongHandle'
  readonly isExpired: boolean

  constructor(isExpired: boolean) {
    super(isExpired ? 'The link has expired.' : 'The link names no picture.')
    this.isExpired = isExpired
  }
}

export interface Handles {
  /** Returns text for a URL. It stays the same for a while, so that browsers can cache the image. */
  sign(reference: ImageReference): Promise<string>
  /** Returns what was signed and when it expires, in milliseconds. Rejects with WrongHandle. */
  read(handle: string): Promise<{ readonly reference: ImageReference; readonly expiresAt: number }>
}

export interface HandleOptions extends Pick<ImageSettings, 'keys' | 'lifeSeconds'> {
  /** The id of the account, which a handle names by its `kid`. */
  readonly account?: string | undefined
  /** How each vendor identifies the account. A handle works only with the same credentials. */
  readonly identities: Readonly<Partial<Record<ProviderName, readonly string[] | undefined>>>
  readonly now?: () => number
}

/**
 * Handles are JSON web tokens (HS256) that anybody can read, so they hold no secret. They live for their lifetime and
 * up to a seventh longer. Without keys, the account's credentials sign them.
 */
export function openHandles(options: HandleOptions): Handles {
  const { account, keys, lifeSeconds, identities, now = Date.now } = options
  const header = { alg: 'HS256', ...(account !== undefined && { kid: account }) }
  const secrets = new Map<ProviderName, readonly webcrypto.CryptoKey[]>()
  const secretsOf = (provider: ProviderName): readonly webcrypto.CryptoKey[] => {
    const identity = identities[provider]
    if (!identity) return []
    return secrets.getOrInsertComputed(provider, () => {
      // Accounts with the same credentials sign differently.
      const name = JSON.stringify([
        ...(account === undefined ? [] : ['account', account]),
        provider,
        ...identity,
      ])
      return (keys.length > 0 ? keys : [name]).map(key => derive(key, name))
    })
  }
  return {
    async sign(reference) {
      const [secret] = secretsOf(reference.provider)
      if (!secret) throw new TypeError(`No link can be made for ${reference.provider}.`)
      // Links that clients have carry the claim `picture`, so its name stays.
      const token = new SignJWT({ picture: reference }).setProtectedHeader(header)
      if (lifeSeconds > 0) token.setExpirationTime(endOf(now() / 1000, lifeSeconds))
      return token.sign(secret)
    },
    async read(handle) {
      const reference = claimOf(handle)
      if (!reference) throw new WrongHandle(false)
      for (const secret of secretsOf(reference.provider)) {
        try {
          const { payload } = await jwtVerify(handle, secret, {
            algorithms: ['HS256'],
            currentDate: new Date(now()),
          })
          return { reference, expiresAt: (payload.exp ?? Number.POSITIVE_INFINITY) * 1000 }
        } catch (error) {
          if (error instanceof errors.JWTExpired) throw new WrongHandle(true)
          if (!(error instanceof errors.JOSEError)) throw error
        }
      }
      throw new WrongHandle(false)
    },
  }
}

/** The account that a handle names, before its signature is verified; undefined if it names none. */
export function accountIn(handle: string): string | undefined {
  try {
    return decodeProtectedHeader(handle).kid
  } catch {
    return undefined
  }
}

/** What a handle claims, before its signature is verified. */
function claimOf(handle: string): ImageReference | undefined {
  try {
    return imageReference.parse(decodeJwt(handle).picture)
  } catch {
    return undefined
  }
}

/** Rounds the expiry up to a seventh of the lifetime, so that the same link is handed out for that long. */
function endOf(now: number, lifeSeconds: number): number {
  const step = Math.ceil(lifeSeconds / 7)
  return Math.ceil((now + lifeSeconds) / step) * step
}

/** Imports the key once: from raw bytes, the library would import it on every call. */
function derive(key: string, name: string): webcrypto.CryptoKey {
  const bytes = new Uint8Array(hkdfSync('sha256', key, 'isotherm', `image link ${name}`, 32))
  return createSecretKey(bytes).toCryptoKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify'])
}

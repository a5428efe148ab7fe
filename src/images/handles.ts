import { createSecretKey, hkdfSync, type webcrypto } from 'node:crypto'
import { decodeJwt, errors, jwtVerify, SignJWT } from 'jose'
import type { ProviderName } from '../upstream/error.ts'
import { type ImageReference, imageReference } from './references.ts'
import type { ImageSettings } from './settings.ts'

/** What is wrong with a handle: it was not made here, or not for these credentials; or its time is over. */
export class WrongHandle extends Error {
  override readonly name = 'WrongHandle'
  readonly isExpired: boolean

  constructor(isExpired: boolean) {
    super(isExpired ? 'The link has expired.' : 'The link names no picture.')
    this.isExpired = isExpired
  }
}

export interface Handles {
  /** A text for URLs that stays the same for some time, so that browsers know the picture again. */
  sign(reference: ImageReference): Promise<string>
  /** What was signed, and until when in milliseconds; rejects with WrongHandle. */
  read(handle: string): Promise<{ readonly reference: ImageReference; readonly expiresAt: number }>
}

export interface HandleOptions extends Pick<ImageSettings, 'keys' | 'lifeSeconds'> {
  /** By provider, what the vendor knows the account by: a handle works with these credentials alone. */
  readonly identities: Readonly<Partial<Record<ProviderName, readonly string[] | undefined>>>
  readonly now?: () => number
}

/**
 * Handles are JSON web tokens (HS256), readable to everyone: they hold no secret. They work for their life and up to a
 * seventh of it longer. Without keys they are signed by the account's credentials.
 */
export function openHandles({ keys, lifeSeconds, identities, now = Date.now }: HandleOptions): Handles {
  const secrets = new Map<ProviderName, readonly webcrypto.CryptoKey[]>()
  const secretsOf = (provider: ProviderName): readonly webcrypto.CryptoKey[] => {
    const identity = identities[provider]
    if (!identity) return []
    return secrets.getOrInsertComputed(provider, () => {
      const name = JSON.stringify([provider, ...identity])
      return (keys.length > 0 ? keys : [name]).map(key => derive(key, name))
    })
  }
  return {
    async sign(reference) {
      const [secret] = secretsOf(reference.provider)
      if (!secret) throw new TypeError(`No link can be made for ${reference.provider}.`)
      const token = new SignJWT({ picture: reference }).setProtectedHeader({ alg: 'HS256' })
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

/** What a handle says, which its signature has to bear out. */
function claimOf(handle: string): ImageReference | undefined {
  try {
    return imageReference.parse(decodeJwt(handle).picture)
  } catch {
    return undefined
  }
}

/** The end of the seventh of a life that a whole life from now falls into. */
function endOf(now: number, lifeSeconds: number): number {
  const step = Math.ceil(lifeSeconds / 7)
  return Math.ceil((now + lifeSeconds) / step) * step
}

/** Made ready for use once: of raw bytes the library would make a key each time. */
function derive(key: string, name: string): webcrypto.CryptoKey {
  const bytes = new Uint8Array(hkdfSync('sha256', key, 'isotherm', `image link ${name}`, 32))
  return createSecretKey(bytes).toCryptoKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify'])
}

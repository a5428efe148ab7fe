import { createHmac, createSecretKey, hkdfSync, type KeyObject, type webcrypto } from 'node:crypto'
import { CompactEncrypt, decodeProtectedHeader, errors, jwtDecrypt, jwtVerify } from 'jose'
import { padding } from '../seal.ts'
import type { ProviderName } from '../upstream/error.ts'
import { type ImageReference, imageProviders, imageReference } from './references.ts'
import type { ImageSettings } from './settings.ts'

/** The handle was not made here, not for these credentials, or has expired. */
export class WrongHandle extends Error {
  override readonly name = 'WrongHandle'
  readonly isExpired: boolean

  constructor(isExpired: boolean) {
    super(isExpired ? 'The link has expired.' : 'The link names no image.')
    this.isExpired = isExpired
  }
}

export interface Handles {
  /** Returns text for a URL. It stays the same for a while, so that browsers can cache the image. */
  make(reference: ImageReference): Promise<string>
  /** Returns what the handle is for and when it expires, in milliseconds. Rejects with WrongHandle. */
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
 * Handles are encrypted JSON web tokens (`dir`, A256GCM), as they describe the people that an image shows. They live for their
 * lifetime and up to a seventh longer. Without keys, the account's credentials encrypt them, and these are read with keys as well.
 * Handles that were only signed (HS256) are read until they expire.
 */
export function openHandles(options: HandleOptions): Handles {
  const { account, keys, lifeSeconds, identities, now = Date.now } = options
  const header = { alg: 'dir', enc: 'A256GCM', ...(account !== undefined && { kid: account }) }
  const known = new Map<ProviderName, readonly Secret[]>()
  const secretsOf = (provider: ProviderName): readonly Secret[] => {
    const identity = identities[provider]
    if (!identity) return []
    return known.getOrInsertComputed(provider, () => {
      // Accounts with the same credentials have other keys.
      const name = JSON.stringify([
        ...(account === undefined ? [] : ['account', account]),
        provider,
        ...identity,
      ])
      // The last one reads links that were made before keys were configured.
      return [...keys, name].map(key => secretOf(key, name))
    })
  }
  const open = (handle: string, { cipher, signature }: Secret) => {
    const currentDate = new Date(now())
    return isSigned(handle)
      ? jwtVerify(handle, signature, { algorithms: ['HS256'], currentDate })
      : jwtDecrypt(handle, cipher, { ...algorithms, currentDate })
  }
  return {
    async make(reference) {
      const [secret] = secretsOf(reference.provider)
      if (!secret) throw new TypeError(`No link can be made for ${reference.provider}.`)
      const exp = lifeSeconds > 0 ? endOf(now() / 1000, lifeSeconds) : undefined
      const claims = Buffer.from(printClaims(reference, exp))
      // A random nonce would make a different link each time, and no browser would find it in its cache. A nonce derived from the
      // key and the claims never serves two different claims.
      const vector = createHmac('sha256', secret.vector).update(claims).digest().subarray(0, vectorBytes)
      return new CompactEncrypt(claims)
        .setProtectedHeader(header)
        .setInitializationVector(vector)
        .encrypt(secret.cipher)
    },
    async read(handle) {
      if (!isCanonical(handle)) throw new WrongHandle(false)
      for (const provider of imageProviders) {
        for (const secret of secretsOf(provider)) {
          try {
            const { payload } = await open(handle, secret)
            const { data } = imageReference.safeParse(payload.picture)
            if (data?.provider !== provider) continue
            return { reference: data, expiresAt: (payload.exp ?? Number.POSITIVE_INFINITY) * 1000 }
          } catch (error) {
            if (error instanceof errors.JWTExpired) throw new WrongHandle(true)
            if (!(error instanceof errors.JOSEError)) throw error
          }
        }
      }
      throw new WrongHandle(false)
    },
  }
}

/** The account that a handle names, before the handle is verified; undefined if it names none. */
export function accountIn(handle: string): string | undefined {
  try {
    return decodeProtectedHeader(handle).kid
  } catch {
    return undefined
  }
}

/** Links that clients have carry the claim `picture`, so its name stays. */
function printClaims(reference: ImageReference, exp: number | undefined): string {
  const claims = JSON.stringify({ picture: reference, exp })
  if (reference.provider !== 'aura-vision') return claims
  const { role, age, gender, roles, ages, genders } = reference
  return claims + padding({ role, age, gender, roles, ages, genders })
}

function isSigned(handle: string): boolean {
  return handle.split('.').length === 3
}

/** Whether the base64url text is the canonical one for its bytes. */
function isCanonical(handle: string): boolean {
  return handle.split('.').every(part => Buffer.from(part, 'base64url').toString('base64url') === part)
}

/** Rounds the expiry up to a seventh of the lifetime, so that the same link is handed out for that long. */
function endOf(now: number, lifeSeconds: number): number {
  const step = Math.ceil(lifeSeconds / 7)
  return Math.ceil((now + lifeSeconds) / step) * step
}

interface Secret {
  readonly cipher: webcrypto.CryptoKey
  readonly vector: KeyObject
  /** For handles that were only signed. */
  readonly signature: webcrypto.CryptoKey
}

const algorithms = { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] }
const vectorBytes = 12

/** Imports the keys once: from raw bytes, the library would import them on every call. */
function secretOf(key: string, name: string): Secret {
  const derive = (purpose: string) =>
    createSecretKey(new Uint8Array(hkdfSync('sha256', key, 'isotherm', `${purpose} ${name}`, 32)))
  return {
    cipher: derive('image link cipher').toCryptoKey('AES-GCM', false, ['encrypt', 'decrypt']),
    vector: derive('image link vector'),
    signature: derive('image link').toCryptoKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['verify']),
  }
}

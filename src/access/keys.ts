import { hash, randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { AccessFile } from './access-file.ts'

const prefix = 'iso_'
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const [secretDigits, checkDigits] = [30, 6]
const form = new RegExp(`^${prefix}[\\dA-Za-z]{${secretDigits + checkDigits}}$`)

export interface MintedKey {
  /** For the caller; it is stored nowhere. */
  readonly key: string
  /** For the access file: `sha256:` and 64 hexadecimal digits. */
  readonly line: string
}

/**
 * A new random key: `iso_`, 30 digits of base 62 (178 bits), and 6 digits that are the CRC32 of the rest. The checksum finds a
 * typo without a look-up, and lets scanners recognise leaked keys.
 */
export function mintKey(): MintedKey {
  const secret = Array.from({ length: secretDigits }, () => alphabet[randomInt(alphabet.length)]).join('')
  const key = `${prefix}${secret}${checkOf(prefix + secret)}`
  return { key, line: `sha256:${digestOf(key)}` }
}

/** Whether a credential has the form of a key; all others are tokens. */
export function looksLikeKey(credential: string): boolean {
  return credential.startsWith(prefix)
}

/** Whether one of the words in a text is a key. */
export function holdsKey(text: string): boolean {
  return text.split(/\W/).some(isKey)
}

/** Whether it has a key's form and checksum. */
export function isKey(text: string): boolean {
  return form.test(text) && text.endsWith(checkOf(text.slice(0, -checkDigits)))
}

/** As 64 hexadecimal digits, which take a fifth of the time of bytes. */
export function digestOf(key: string): string {
  return hash('sha256', key, 'hex')
}

export interface KeyListing {
  readonly caller: string
  /** Enough of the hash to find its line. */
  readonly hash: string
  readonly accounts: readonly string[]
  readonly scopes: readonly string[]
  readonly expires: Date | undefined
  readonly isExpired: boolean
}

/** A row for each key of an access file, in its order. */
export function listKeys({ callers }: AccessFile, now = Date.now()): readonly KeyListing[] {
  return callers.flatMap(({ id, keys, accounts, scopes, expires }) =>
    keys.map(hash => ({
      caller: id,
      hash: `${hash.slice(0, 'sha256:'.length + 12)}…`,
      accounts,
      scopes,
      expires: expires === undefined ? undefined : new Date(expires),
      isExpired: expires !== undefined && expires <= now,
    })),
  )
}

function checkOf(text: string): string {
  let left = crc32(text)
  let digits = ''
  for (let place = 0; place < checkDigits; place++) {
    digits = `${alphabet[left % alphabet.length]}${digits}`
    left = Math.floor(left / alphabet.length)
  }
  return digits
}

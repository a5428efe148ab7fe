import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  timingSafeEqual,
} from 'node:crypto'

/** Encrypts what an account's ids say about people. */
export interface Seal {
  /**
   * A text of `A-Z a-z 0-9 - _` that opens only with the same `place`; always the same for the same text and place. If the text
   * is JSON with `personal` parts, its length does not reveal theirs: see `padding`.
   */
  close(text: string, place: string, personal?: object): string
  /** Undefined for a text that another account or another place sealed, or that nobody did. */
  open(sealed: string, place: string): string | undefined
}

export interface SealOptions {
  /** The id of the account. */
  readonly account: string | undefined
  /** The first key seals; texts that were sealed with the others still open. */
  readonly keys: readonly string[]
}

/** Without a key it opens nothing, and throws a TypeError when it should seal. */
export function openSeal({ account, keys }: SealOptions): Seal {
  const pairs = keys.map(key => derive(key, `seal ${JSON.stringify(account ?? null)}`))
  return {
    close(text, place, personal) {
      const [pair] = pairs
      if (!pair) throw new TypeError('Nothing can be sealed without a key.')
      const bytes = Buffer.from(personal ? text + padding(personal) : text)
      const tag = tagOf(pair, bytes, place)
      return Buffer.concat([tag, createCipheriv(algorithm, pair.cipher, tag).update(bytes)]).toString(
        'base64url',
      )
    },
    open(sealed, place) {
      const bytes = Buffer.from(sealed, 'base64url')
      if (bytes.length < tagBytes || bytes.toString('base64url') !== sealed) return undefined
      const tag = bytes.subarray(0, tagBytes)
      for (const pair of pairs) {
        const text = createDecipheriv(algorithm, pair.cipher, tag).update(bytes.subarray(tagBytes))
        if (timingSafeEqual(tagOf(pair, text, place), tag)) return text.toString()
      }
      return undefined
    },
  }
}

/**
 * Spaces after a JSON text, so that its length does not reveal the length of its `personal` parts, up to 96 bytes of JSON. For
 * longer parts it reveals how many times 96 bytes they have.
 */
export function padding(personal: object): string {
  const bytes = Buffer.byteLength(JSON.stringify(personal))
  return ' '.repeat(Math.ceil(bytes / step) * step - bytes)
}

const step = 96

interface KeyPair {
  readonly tag: KeyObject
  readonly cipher: KeyObject
}

const algorithm = 'aes-256-ctr'
const tagBytes = 16

/**
 * Rogaway and Shrimpton's SIV with HMAC-SHA256: the tag is also the first block of the counter. With a random nonce the same id
 * would get different texts, and a signature alone would hide nothing.
 */
function tagOf({ tag }: KeyPair, text: Buffer, place: string): Buffer {
  const mac = createHmac('sha256', tag).update(`${place.length} ${place}`).update(text)
  return mac.digest().subarray(0, tagBytes)
}

function derive(key: string, name: string): KeyPair {
  const bytes = Buffer.from(hkdfSync('sha256', key, 'isotherm', name, 64))
  return {
    tag: createSecretKey(bytes.subarray(0, 32)),
    cipher: createSecretKey(bytes.subarray(32)),
  }
}

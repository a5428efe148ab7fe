import { timingSafeEqual } from 'node:crypto'
import type { CallerEntry } from './access-file.ts'
import type { Caller } from './caller.ts'
import { CredentialRefusal } from './credential-refusal.ts'
import { digestOf, isKey } from './keys.ts'

/** A caller of the access file with one of its keys. */
export interface KeyHolder {
  readonly caller: Caller
  readonly accounts: readonly string[]
  /** In ms since 1970. */
  readonly expires: number
  /** The hexadecimal digits of the key's hash. */
  readonly digest: Buffer
  /** Its first digits, which holders are found by. */
  readonly mark: string
}

/** 64 bits of a hash that nobody can choose. */
const markDigits = 16

/** Finds callers by their keys. Knows only hashes of the keys. */
export class KeyHolders {
  readonly #byMark: ReadonlyMap<string, KeyHolder>
  readonly #shown = Buffer.alloc(64)

  constructor(callers: readonly CallerEntry[]) {
    const holders = callers.flatMap(({ id, keys, accounts, scopes, expires, limits }) => {
      const caller: Caller = { id, scopes: new Set(scopes), limits }
      return keys.map(line => {
        const hex = line.slice('sha256:'.length)
        const [digest, mark] = [Buffer.from(hex, 'latin1'), hex.slice(0, markDigits)]
        return { caller, accounts, expires: expires ?? Number.POSITIVE_INFINITY, digest, mark }
      })
    })
    this.#byMark = new Map(holders.map(holder => [holder.mark, holder]))
  }

  /** Throws a CredentialRefusal for a key that has a typo, is unknown or revoked, or has expired. */
  holderOf(key: string): KeyHolder {
    if (!isKey(key)) throw CredentialRefusal.invalid('The key has a typo: its form or checksum is wrong.')
    const digest = digestOf(key)
    const holder = this.#byMark.get(digest.slice(0, markDigits))
    if (!holder || !this.#isDigest(digest, holder)) throw unknownKey()
    return checked(holder)
  }

  /** In constant time. */
  #isDigest(digest: string, holder: KeyHolder): boolean {
    this.#shown.write(digest, 'latin1')
    return timingSafeEqual(holder.digest, this.#shown)
  }

  /** The same by the mark of a key that was verified before. */
  holderMarked(mark: string): KeyHolder {
    const holder = this.#byMark.get(mark)
    if (!holder) throw unknownKey()
    return checked(holder)
  }
}

function unknownKey(): CredentialRefusal {
  return CredentialRefusal.invalid('The key is not known here.')
}

function checked(holder: KeyHolder): KeyHolder {
  if (Date.now() < holder.expires) return holder
  throw CredentialRefusal.invalid('The key has expired.', `caller ${holder.caller.id}`)
}

import { createHash, hkdfSync, randomBytes } from 'node:crypto'
import { errors, jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import { CredentialRefusal } from './credential-refusal.ts'
import { scopes } from './scopes.ts'

/** How long a ticket works at most. */
const ticketSeconds = 60

/** Who got the ticket. */
const claims = z.object({
  caller: z.string(),
  account: z.string(),
  scopes: z.array(z.enum(scopes)),
  /** The credential behind it: the beginning of its key's hash, or the issuer of its token. */
  by: z.union([z.object({ key: z.string() }), z.object({ issuer: z.string() })]),
})

export type TicketClaims = z.output<typeof claims>

export interface Ticket {
  readonly ticket: string
  readonly expiresInSeconds: number
}

/** JSON web tokens (HS256) in place of a credential, for one address and at most one minute. Anybody can read one, so it holds no secret. */
export class Tickets {
  readonly #keys: readonly [Uint8Array, ...Uint8Array[]]

  /** The first key signs, all are accepted; without one, a ticket only works in the process that signed it. */
  constructor(keys: readonly string[]) {
    const [first = randomBytes(32), ...others] = keys
    const derive = (key: string | Buffer) => new Uint8Array(hkdfSync('sha256', key, 'isotherm', 'ticket', 32))
    this.#keys = [derive(first), ...others.map(derive)]
  }

  /**
   * `until` is when the credential behind the ticket expires, in ms since 1970. Rejects with a CredentialRefusal if that is now.
   */
  async sign(given: TicketClaims, address: string, until = Number.POSITIVE_INFINITY): Promise<Ticket> {
    const now = Math.floor(Date.now() / 1000)
    const expires = Math.min(now + ticketSeconds, Math.floor(until / 1000))
    if (expires <= now) throw CredentialRefusal.invalid('The credential ends before a ticket could be used.')
    const ticket = await new SignJWT({ ...given, address: fingerprint(address) })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime(expires)
      .sign(this.#keys[0])
    return { ticket, expiresInSeconds: expires - now }
  }

  /** Rejects with a CredentialRefusal if the ticket is for another address, or its minute is over. */
  async read(ticket: string, address: string): Promise<TicketClaims> {
    for (const key of this.#keys) {
      try {
        const { payload } = await jwtVerify(ticket, key, { algorithms: ['HS256'], requiredClaims: ['exp'] })
        if (payload.address !== fingerprint(address))
          throw CredentialRefusal.invalid('The ticket is for another address.')
        return claims.parse(payload)
      } catch (error) {
        if (error instanceof errors.JWTExpired) throw CredentialRefusal.invalid('The ticket has expired.')
        if (!(error instanceof errors.JOSEError)) throw error
      }
    }
    throw CredentialRefusal.invalid('The ticket is not valid.')
  }
}

/** Path and query as a browser writes them. */
export function spelledAddress(address: string): string {
  const { pathname, search } = new URL(address, 'http://isotherm')
  return pathname + search
}

function fingerprint(address: string): string {
  return createHash('sha256').update(spelledAddress(address)).digest('base64url')
}

import type { IncomingMessage } from 'node:http'
import { CredentialRefusal } from './credential-refusal.ts'
import { holdsKey } from './keys.ts'

/** The header by which a caller of several accounts names one. */
export const accountHeader = 'isotherm-account'

/** The credential of the header `Authorization`; undefined without one. Throws a Refusal for several. */
export function bearerOf({ headers: { authorization }, rawHeaders }: IncomingMessage): string | undefined {
  if (authorization === undefined) return undefined
  if (countOf(rawHeaders) > 1) throw CredentialRefusal.several()
  const bearer = /^bearer(?:[ \t]+(.*))?$/i.exec(authorization)
  if (bearer) return bearer[1] ?? ''
  // Another scheme, such as Basic, belongs to a proxy. A key in it belongs to this server, so its caller is no stranger.
  if (holdsKey(authorization)) throw CredentialRefusal.invalid('Before a key there must be the word Bearer.')
  return undefined
}

/** Of the headers with that name; each name stands before its value. */
function countOf(rawHeaders: readonly string[]): number {
  let count = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]
    if (name?.length === 13 && name.toLowerCase() === 'authorization') count++
  }
  return count
}

/** The account that a request names; several are joined with commas, and then name none; undefined without the header. */
export function accountNamed({ headers }: IncomingMessage): string | undefined {
  const named = headers[accountHeader]
  return (typeof named === 'string' ? named : named?.join())?.trim() || undefined
}

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
  // A proxy's own scheme, such as Basic, is not meant for this server; a key is, and its caller no stranger.
  if (holdsKey(authorization)) throw CredentialRefusal.invalid('Before a key there must be the word Bearer.')
  return undefined
}

/** Of the headers by that name; each stands before its value. */
function countOf(rawHeaders: readonly string[]): number {
  let count = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]
    if (name?.length === 13 && name.toLowerCase() === 'authorization') count++
  }
  return count
}

/** The account that a request names, or several with commas between them, which is none; undefined if it names none. */
export function accountNamed({ headers }: IncomingMessage): string | undefined {
  const named = headers[accountHeader]
  return (typeof named === 'string' ? named : named?.join())?.trim() || undefined
}

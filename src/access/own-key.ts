import { timingSafeEqual } from 'node:crypto'
import type { Access } from './access.ts'
import { CredentialRefusal } from './credential-refusal.ts'
import { bearerOf } from './credentials.ts'

/** Lets in only requests with this key. */
export function onlyWith(key: string, access: Access): Access {
  const expected = Buffer.from(key)
  return {
    enter(request, ticket) {
      const shown = Buffer.from(bearerOf(request) ?? '')
      if (shown.byteLength !== expected.byteLength || !timingSafeEqual(shown, expected))
        throw CredentialRefusal.missing()
      return access.enter(request, ticket)
    },
    accountOf: handle => access.accountOf(handle),
    ticketFor: (entry, address) => access.ticketFor(entry, address),
  }
}

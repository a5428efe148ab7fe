import type { Caller } from '../../access/caller.ts'
import type { Scope } from '../../access/scopes.ts'
import { Refusal } from './refusal.ts'

/** Throws a Refusal in the form of RFC 6750. For anything but fields: a field without its scope is null instead. */
export function requireScope({ scopes }: Caller, scope: Scope, what: string): void {
  if (scopes.has(scope)) return
  throw new Refusal(403, `${what} needs the scope ${scope}, which this caller does not have.`, {
    'www-authenticate': `Bearer error="insufficient_scope", scope="${scope}"`,
  })
}

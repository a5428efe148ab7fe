import { LRUCache } from 'lru-cache'
import type { Refusal } from '../server/http/refusal.ts'
import type { Log } from '../upstream/log.ts'
import { AccountRefusal } from './account-refusal.ts'
import { CredentialRefusal, IssuerDown } from './credential-refusal.ts'

const [mostRemembered, hour] = [1000, 3_600_000]

/** Logs each kind of refusal once an hour, so that ten thousand wrong keys do not fill the log. */
export function logRefusals(log: Log): (refusal: Refusal) => void {
  const logged = new LRUCache<string, true>({ max: mostRemembered, ttl: hour })
  return refusal => {
    const isOfSomebody = refusal instanceof CredentialRefusal || refusal instanceof AccountRefusal
    const about = isOfSomebody ? refusal.about : undefined
    const cause = refusal instanceof IssuerDown ? reasonOf(refusal.cause) : undefined
    const details = [about, cause].filter(detail => detail !== undefined).join(', ')
    const line = `refused with ${refusal.status}: ${refusal.message}${details && ` (${details})`}`
    if (logged.has(line)) return
    logged.set(line, true)
    log.warn({ status: refusal.status }, line)
  }
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'unknown'
  return cause.cause instanceof Error ? cause.cause.message : cause.message
}

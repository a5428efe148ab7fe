import { createHash } from 'node:crypto'
import { explainHeader } from './explain.ts'
import { traceHeader } from './plugins/inline-trace.ts'
import type { Result } from './result-text.ts'

/** The request headers that decide the response to a GET, or whether it is refused. */
export const decisive = `accept, ${explainHeader}, origin, ${traceHeader}, sec-fetch-site`

/**
 * Lets the caller's own cache keep what a GET by id was answered, for so many seconds, and then ask whether it is still the
 * same. Nobody keeps an error, nor what stood in for a vendor that is down.
 */
export function freshnessOf(result: Result, seconds: number): Readonly<Record<string, string>> {
  if (!isKeepable(result)) return { 'cache-control': 'no-store' }
  return { 'cache-control': `private, max-age=${seconds}`, etag: tagOf(result) }
}

function isKeepable({ data, errors, extensions }: Result): boolean {
  const freshness: unknown = extensions?.freshness
  const parts: readonly unknown[] = Object.values(freshness ?? {})
  return !!data && !errors?.length && !parts.some(isStale)
}

function isStale(part: unknown): boolean {
  return typeof part === 'object' && part !== null && 'stale' in part && part.stale === true
}

/** A weak one: what the answer cost, and how old it is, may differ. */
function tagOf({ data, extensions }: Result): string {
  const told = JSON.stringify([data, extensions?.sandbox])
  return `W/"${createHash('sha256').update(told).digest('base64url')}"`
}

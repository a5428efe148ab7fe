import { createHash } from 'node:crypto'
import { accountHeader } from '../../access/credentials.ts'
import { explainHeader } from '../http/explain.ts'
import { traceHeader } from '../http/trace-header.ts'
import type { Result } from './result-body.ts'

/** The request headers that decide the response to an operation, or whether it is refused, beside who asks. */
export const decidingHeaders = ['accept', explainHeader, 'origin', traceHeader, 'sec-fetch-site'] as const

/** The same for a GET, with those that say who asks. */
export const varyingHeaders = [
  'accept',
  'authorization',
  accountHeader,
  ...decidingHeaders.filter(name => name !== 'accept'),
].join(', ')

/** The cache headers of a response that no cache may keep. */
export const unkept = { 'cache-control': 'no-store' } as const

/**
 * Cache headers of a GET by id: private for `seconds`, or until a time in milliseconds since 1970 if that is sooner, then
 * revalidated by ETag. Errors, what holds no longer, and data that stands in for a vendor that is down are not stored.
 */
export function freshnessOf(
  result: Result,
  seconds: number,
  until = Number.POSITIVE_INFINITY,
): Readonly<Record<string, string>> {
  const left = until - Date.now()
  if (!isCacheable(result) || left <= 0) return unkept
  return {
    'cache-control': `private, max-age=${Math.min(seconds, Math.floor(left / 1000))}`,
    etag: tagOf(result),
  }
}

function isCacheable({ data, errors, extensions }: Result): boolean {
  const freshness: unknown = extensions?.freshness
  const providers: readonly unknown[] = Object.values(freshness ?? {})
  return !!data && !errors?.length && !providers.some(isStale)
}

function isStale(provider: unknown): boolean {
  return typeof provider === 'object' && provider !== null && 'stale' in provider && provider.stale === true
}

/** A weak tag, as cost and age may differ. */
function tagOf({ data, extensions }: Result): string {
  const taggedContent = JSON.stringify([data, extensions?.sandbox])
  return `W/"${createHash('sha256').update(taggedContent).digest('base64url')}"`
}

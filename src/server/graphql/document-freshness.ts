import { createHash } from 'node:crypto'
import { accountHeader } from '../../access/credentials.ts'
import { explainHeader } from '../http/explain.ts'
import { traceHeader } from '../http/trace-header.ts'
import type { Result } from './result-body.ts'

/** The request headers that influence the response to an operation or its refusal, besides the caller's. */
export const decidingHeaders = ['accept', explainHeader, 'origin', traceHeader, 'sec-fetch-site'] as const

/** The same for a GET, with the headers that identify the caller. */
export const varyingHeaders = [
  'accept',
  'authorization',
  accountHeader,
  ...decidingHeaders.filter(name => name !== 'accept'),
].join(', ')

/** The cache headers of a response that must not be cached. */
export const unkept = { 'cache-control': 'no-store' } as const

/**
 * Cache headers of a GET by id: private for `seconds`, or until a time in milliseconds since 1970 if that is sooner, then
 * revalidated by ETag. Never stored are errors, expired states, and data that is used because a vendor is down.
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

/** A weak tag, since cost and age may differ. */
function tagOf({ data, extensions }: Result): string {
  const taggedContent = JSON.stringify([data, extensions?.sandbox])
  return `W/"${createHash('sha256').update(taggedContent).digest('base64url')}"`
}

import { createHash } from 'node:crypto'
import fresh from 'fresh'
import type { ExecutionResult } from 'graphql'
import { isAsyncIterable, type Plugin } from 'graphql-yoga'
import { documentIdOf } from './document-ids.ts'
import { explainHeader } from './explain.ts'

/**
 * Lets browsers and caches keep what a GET by id was answered, for so many seconds, and then ask whether it is still the same.
 * Nobody keeps an error, nor what stood in for a vendor that is down. It stands before the plugin that knows the ids.
 */
export function useDocumentCaching(seconds: number): Plugin {
  const askedById = new WeakSet<Request>()
  const tags = new WeakMap<Request, string>()
  return {
    onParams({ params, request }) {
      if (request.method === 'GET' && !params.query && documentIdOf(params, request) !== null)
        askedById.add(request)
    },
    onResultProcess({ request, result }) {
      if (!askedById.has(request) || isAsyncIterable(result) || Array.isArray(result)) return
      if (isKeepable(result)) tags.set(request, tagOf(result))
    },
    onResponse({ request, response, setResponse, fetchAPI }) {
      if (!askedById.has(request)) return
      const { headers } = response
      headers.append('vary', `accept, ${explainHeader}, origin`)
      const etag = tags.get(request)
      // Streams say of themselves how they are kept.
      if (!headers.get('content-type')?.startsWith('application/')) return
      headers.set('cache-control', etag === undefined ? 'no-store' : `max-age=${seconds}`)
      if (etag === undefined) return
      headers.set('etag', etag)
      if (!fresh(Object.fromEntries(request.headers), { etag })) return
      headers.delete('content-type')
      headers.delete('content-length')
      setResponse(new fetchAPI.Response(null, { status: 304, headers }))
    },
  }
}

function isKeepable({ data, errors, extensions }: ExecutionResult): boolean {
  const freshness: unknown = extensions?.freshness
  const parts: readonly unknown[] = Object.values(freshness ?? {})
  return !!data && !errors?.length && !parts.some(isStale)
}

function isStale(part: unknown): boolean {
  return typeof part === 'object' && part !== null && 'stale' in part && part.stale === true
}

/** A weak one: what the answer cost, and how old it is, may differ. */
function tagOf({ data, extensions }: ExecutionResult): string {
  const told = JSON.stringify([data, extensions?.sandbox])
  return `W/"${createHash('sha256').update(told).digest('base64url')}"`
}

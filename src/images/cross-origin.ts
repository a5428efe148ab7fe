import type { IncomingMessage, ServerResponse } from 'node:http'

/** Lets the scripts of those pages read an answer: to show a picture in an `<img>` nobody needs to be let. */
export function allowOrigins(
  { headers: { origin } }: IncomingMessage,
  response: ServerResponse,
  origins: readonly string[],
): void {
  if (origins.length === 0) return
  const allowed = origins.includes('*') ? '*' : origins.find(known => known === origin)
  response.setHeader('vary', 'Origin')
  if (allowed === undefined) return
  response.setHeader('access-control-allow-origin', allowed)
  response.setHeader('access-control-allow-methods', 'GET, HEAD')
  response.setHeader('access-control-allow-headers', 'If-None-Match, If-Range, Range')
  response.setHeader('access-control-expose-headers', 'Content-Range, ETag, Retry-After')
}

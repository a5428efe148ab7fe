import type { IncomingMessage, ServerResponse } from 'node:http'
import { Refusal } from './refusal.ts'
import type { Target } from './request-target.ts'

/** Lets pages of listed origins read the response, and tells caches that it varies by origin. `*` lists all. */
export function allowOrigin(
  { headers: { origin } }: IncomingMessage,
  response: ServerResponse,
  origins: readonly string[],
): void {
  if (origins.length === 0) return
  response.setHeader('vary', 'Origin')
  if (origin === undefined || !isListed(origin, origins)) return
  response.setHeader('access-control-allow-origin', origins.includes('*') ? '*' : origin)
  response.setHeader(
    'access-control-expose-headers',
    `Content-Range, ETag, Isotherm-Sandbox, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Cost-Actual, X-Cost-Estimated, X-Cost-Max, X-Request-Id`,
  )
}

/**
 * Answers OPTIONS with the methods of a resource. A preflight of a listed origin may use them, with any header it
 * asks for.
 */
export function writeOptions(
  { headers }: IncomingMessage,
  response: ServerResponse,
  methods: readonly string[],
): void {
  if (response.hasHeader('access-control-allow-origin')) {
    response.setHeader(
      'access-control-allow-methods',
      methods.filter(method => method !== 'OPTIONS').join(', '),
    )
    const requestedHeaders = headers['access-control-request-headers']
    if (requestedHeaders && /^[\w, -]+$/.test(requestedHeaders))
      response.setHeader('access-control-allow-headers', requestedHeaders)
    response.appendHeader('vary', 'Access-Control-Request-Headers')
  }
  response.writeHead(204, { allow: [...new Set([...methods, 'OPTIONS'])].join(', ') }).end()
}

/**
 * Throws a Refusal of status 403 if a browser sends the request for a page of an unlisted origin. Browsers too old
 * for `Sec-Fetch-Site` send `Origin`; a request with neither header is not from a browser.
 */
export function refuseStrangers(
  { headers }: IncomingMessage,
  { host }: Target,
  origins: readonly string[],
  publicUrl: URL | undefined,
): void {
  const { origin } = headers
  const site = headers['sec-fetch-site']
  if (origin !== undefined && isListed(origin, origins)) return
  if (site === 'same-origin' || site === 'none' || origins.includes('*')) return
  if (site === undefined && (origin === undefined || isOwn(origin, host, publicUrl))) return
  throw new Refusal(
    403,
    'This server does not answer pages of other origins: list the origin in ISOTHERM_CORS_ORIGINS.',
  )
}

/** Whether somebody follows a link or enters an address, so that the browser shows the response instead of the page. */
export function isNavigation({ method, headers }: IncomingMessage): boolean {
  return (
    method === 'GET' && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
  )
}

function isListed(origin: string, origins: readonly string[]): boolean {
  return origins.includes('*') || origins.includes(origin)
}

/** Both schemes are its own, as a proxy may speak TLS for this server. */
function isOwn(origin: string, host: string | undefined, publicUrl: URL | undefined): boolean {
  if (origin === publicUrl?.origin) return true
  return (
    host !== undefined && ['http', 'https'].some(scheme => new URL(`${scheme}://${host}`).origin === origin)
  )
}

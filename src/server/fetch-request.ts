import type { IncomingMessage } from 'node:http'

/** A request as Yoga's hooks see it, without its body; by a class of its own where that is faster than Node's. */
export function fetchRequestOf(
  { method = 'GET', headers }: IncomingMessage,
  RequestClass = globalThis.Request,
): Request {
  const texts = Object.entries(headers).map(([name, value]) => [name, String(value)])
  return new RequestClass('http://localhost/graphql', { method, headers: Object.fromEntries(texts) })
}

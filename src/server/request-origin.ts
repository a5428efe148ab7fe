import type { IncomingMessage } from 'node:http'

/** Where a request came to by its own word, when that is a host and nothing else. */
export function originOf({ headers: { host } }: IncomingMessage, otherwise: string): string {
  return host && /^([\w.-]+|\[[\da-f:.]+\])(:\d{1,5})?$/i.test(host) ? `http://${host}` : otherwise
}

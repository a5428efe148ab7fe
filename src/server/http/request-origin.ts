import type { IncomingMessage } from 'node:http'

/** The origin in a request's host header, if that holds only a host. */
export function originOf({ headers: { host } }: IncomingMessage, otherwise: string): string {
  return host && /^([\w.-]+|\[[\da-f:.]+\])(:\d{1,5})?$/i.test(host) ? `http://${host}` : otherwise
}

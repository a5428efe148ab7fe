import type { IncomingMessage } from 'node:http'

/** The origin that a request names in its host header, if that is only a host. */
export function originOf({ headers: { host } }: IncomingMessage, otherwise: string): string {
  return host && /^([\w.-]+|\[[\da-f:.]+\])(:\d{1,5})?$/i.test(host) ? `http://${host}` : otherwise
}

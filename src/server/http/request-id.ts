import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'

/** The header that names a request, in its own and in its response. */
export const requestIdHeader = 'x-request-id'

/** The id from the request, if logs, headers and errors can hold it unchanged; else a new one. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers[requestIdHeader]
  return typeof given === 'string' && form.test(given) ? given : randomUUID()
}

const form = /^[\w.-]{1,128}$/

/** The id of the response's request, which the front door wrote on it first. */
export function answeredId(response: Pick<ServerResponse, 'getHeader'>): string | undefined {
  const id = response.getHeader(requestIdHeader)
  return typeof id === 'string' ? id : undefined
}

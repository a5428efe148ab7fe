import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'

/** The header that names a request, in its own and in its response. */
export const requestIdHeader = 'x-request-id'

/** The id that a request comes with, if logs, headers and errors can hold it as it is; else a new one. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers[requestIdHeader]
  return typeof given === 'string' && form.test(given) ? given : randomUUID()
}

const form = /^[\w.-]{1,128}$/

/** The id of the request that a response answers, which the front door writes on it first. */
export function answeredId(response: Pick<ServerResponse, 'getHeader'>): string | undefined {
  const id = response.getHeader(requestIdHeader)
  return typeof id === 'string' ? id : undefined
}

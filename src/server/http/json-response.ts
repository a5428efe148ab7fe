import fresh from 'fresh'
import type { Exchange } from '../front-door.ts'
import type { RequestRecord } from './request-record.ts'
import type { BodyOptions } from './response-body.ts'

/** The head of a JSON response, without the headers of each request. */
export interface JsonHead {
  readonly status: number
  readonly type: string
  /** The headers that the result asks for. */
  readonly headers: Readonly<Record<string, string>>
  /** For a document that is named by its id: the ETag, and how long a caller's own cache may keep the response. */
  readonly cacheHeaders: Readonly<Record<string, string>>
}

/** Sends the response by `send`, or 304 if the caller has it already. Adds its timing. */
export async function sendJson(
  { record, request, response }: Exchange,
  { status, type, headers, cacheHeaders }: JsonHead,
  patience: number,
  send: (options: BodyOptions) => Promise<void>,
): Promise<void> {
  if (cacheHeaders.etag && fresh(request.headers, { etag: cacheHeaders.etag })) {
    // The response that it replaces may be compressed.
    response.appendHeader('vary', 'accept-encoding')
    return void response.writeHead(304, { ...headers, ...cacheHeaders }).end()
  }
  const own = { 'content-type': `${type}; charset=utf-8`, 'server-timing': timingOf(record) }
  await send({ request, response, status, headers: { ...own, ...headers, ...cacheHeaders }, patience })
}

/** The time until the response began, and how much of it was waiting for vendors. */
function timingOf({ startedAt, waiting }: RequestRecord): string {
  const total = `total;dur=${(performance.now() - startedAt).toFixed(1)}`
  return waiting.milliseconds === 0 ? total : `${total}, upstream;dur=${waiting.milliseconds.toFixed(1)}`
}

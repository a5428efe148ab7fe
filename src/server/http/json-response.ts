import fresh from 'fresh'
import type { Exchange } from '../front-door.ts'
import type { RequestRecord } from './request-record.ts'
import type { BodyOptions } from './response-body.ts'

/** The head of a response in JSON, but for what is told of each request. */
export interface JsonHead {
  readonly status: number
  readonly type: string
  /** That the result asks for. */
  readonly headers: Readonly<Record<string, string>>
  /** The ETag and how long a caller's own cache may keep it, for a document that was named by its id. */
  readonly cacheHeaders: Readonly<Record<string, string>>
}

/** Sends it by `send`, or says that the caller has it already. Tells how long it took. */
export async function sendJson(
  { record, request, response }: Exchange,
  { status, type, headers, cacheHeaders }: JsonHead,
  patience: number,
  send: (options: BodyOptions) => Promise<void>,
): Promise<void> {
  if (cacheHeaders.etag && fresh(request.headers, { etag: cacheHeaders.etag })) {
    // The response that it stands for may be compressed.
    response.appendHeader('vary', 'accept-encoding')
    return void response.writeHead(304, { ...headers, ...cacheHeaders }).end()
  }
  const told = { 'content-type': `${type}; charset=utf-8`, 'server-timing': timingOf(record) }
  await send({ request, response, status, headers: { ...told, ...headers, ...cacheHeaders }, patience })
}

/** The time until the response began, and of it the time that vendors took. */
function timingOf({ startedAt, waiting }: RequestRecord): string {
  const total = `total;dur=${(performance.now() - startedAt).toFixed(1)}`
  return waiting.milliseconds === 0 ? total : `${total}, upstream;dur=${waiting.milliseconds.toFixed(1)}`
}

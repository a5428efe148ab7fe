import type { ServerResponse } from 'node:http'
import { createGunzip } from 'node:zlib'
import fresh from 'fresh'
import type { Exchange } from '../front-door.ts'
import { takesCoding } from '../http/body-coding.ts'
import { Refusal } from '../http/refusal.ts'
import { endWith, untilTaken } from '../http/slow-readers.ts'
import { packedExplorer } from './packed-explorer.ts'

export interface ExplorerRouteOptions {
  /** Milliseconds in which a reader has to take the next part. */
  readonly patience: number
  readonly logError: (error: unknown, where: string, requestId: string) => void
}

/** Sends GraphiQL's page, or 304 to a browser that has it. GraphiQL is loaded on the first request. */
export function explorerRoute({
  patience,
  logError,
}: ExplorerRouteOptions): (exchange: Exchange) => Promise<void> {
  const explorer = packedExplorer()
  return async ({ request, response, record }) => {
    const { packed, tag } = await explorer().catch(error => {
      logError(error, 'GraphiQL', record.id)
      throw new Refusal(500, 'GraphiQL could not be loaded. The log of this server says why.')
    })
    if (response.destroyed) return
    // The same tag for all codings of the page, so it is a weak one.
    const headers = { etag: `W/"${tag}"`, 'cache-control': 'no-cache' }
    response.appendHeader('vary', 'Accept, Accept-Encoding')
    if (fresh(request.headers, headers)) return void response.writeHead(304, headers).end()
    const isPacked = takesCoding(request.headers['accept-encoding'], 'gzip')
    response.writeHead(200, {
      ...headers,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "frame-ancestors 'self'",
      ...(isPacked && { 'content-encoding': 'gzip', 'content-length': packed.byteLength }),
    })
    if (isPacked) await endWith(response, packed, patience)
    else await endUnpacked(response, packed, patience)
  }
}

/** No faster than it is read. */
async function endUnpacked(response: ServerResponse, packed: Buffer, patience: number): Promise<void> {
  const unpacking = createGunzip()
  unpacking.end(packed)
  for await (const bytes of unpacking) {
    await untilTaken(response, patience, taken => response.write(bytes, taken))
    if (response.closed) return
  }
  response.end()
}

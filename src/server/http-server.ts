import { once } from 'node:events'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { StartProblems } from '../config/config.ts'

export interface HttpServer {
  /** The address that is listened on. */
  readonly address: string
  /** `http://<host>:<port>` */
  readonly origin: string
  readonly isDraining: () => boolean
  /** Has every request answered by `enter`; to be called before anything else is waited for. */
  serve(enter: RequestListener): void
  /** Takes no more connections, lets requests in flight end for that long, then ends them. */
  drain(milliseconds: number): Promise<void>
}

export interface HttpServerOptions {
  readonly host: string
  /** 0 picks a free one. */
  readonly port: number
  /** How long a request may take to come, to the last byte of its body. A response takes as long as it likes. */
  readonly requestMilliseconds?: number
}

/** Listens. Rejects with StartProblems when the address cannot be had. */
export async function listen({
  host,
  port,
  requestMilliseconds = 60_000,
}: HttpServerOptions): Promise<HttpServer> {
  const server = createServer({
    requestTimeout: requestMilliseconds,
    headersTimeout: Math.min(requestMilliseconds, 20_000),
    connectionsCheckingInterval: Math.min(requestMilliseconds, 5_000),
    // Longer than balancers and clients keep an idle connection, or a request may meet one that just closes.
    keepAliveTimeout: 65_000,
  })
  // Node ends the connection without a word.
  server.on('connect', (_request, socket) => {
    socket.on('error', () => socket.destroy())
    socket.end(
      'HTTP/1.1 405 Method Not Allowed\r\nallow: GET, POST\r\nconnection: close\r\ncontent-length: 0\r\n\r\n',
    )
  })
  let isDraining = false
  const openResponses = new Set<ServerResponse>()
  server.listen(port, host)
  await once(server, 'listening').catch(error => {
    throw new StartProblems([
      `${host}:${port} cannot be listened on (${error.code ?? error.name}): set HOST and PORT to an address that is free`,
    ])
  })
  const { address, family, port: taken } = server.address() as AddressInfo
  return {
    address,
    origin: `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`,
    isDraining: () => isDraining,
    serve(enter) {
      const handle: RequestListener = (request, response) => {
        openResponses.add(response)
        response.once('close', () => {
          openResponses.delete(response)
          if (isDraining) server.closeIdleConnections()
        })
        enter(request, response)
      }
      server.on('request', handle)
      // Whoever reads the body says when it may come: what is refused needs none.
      server.on('checkContinue', handle)
    },
    async drain(milliseconds) {
      isDraining = true
      // Told to their callers as well, whose next request would meet a closed connection.
      for (const response of openResponses) response.shouldKeepAlive = false
      const closed = once(server, 'close')
      server.close()
      const late = setTimeout(() => server.closeAllConnections(), milliseconds)
      await closed
      clearTimeout(late)
    },
  }
}

import { once } from 'node:events'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { StartProblems } from '../../config/config.ts'
import { errorCode } from '../../upstream/error-code.ts'
import { authorityOf } from './authority.ts'
import { requestIdHeader, requestIdOf } from './request-id.ts'

export interface HttpServer {
  /** The address it listens on. */
  readonly address: string
  /** `http://<host>:<port>` */
  readonly origin: string
  readonly isReady: () => boolean
  /** Passes every request to `enter`. Call it before awaiting anything else, or early requests are lost. */
  serve(enter: RequestListener): void
  /** Is not ready from now on, and goes on serving. */
  beUnready(): void
  /** Accepts no more connections, gives requests in flight that much time, then closes their connections. */
  drain(milliseconds: number): Promise<void>
}

export interface HttpServerOptions {
  readonly host: string
  /** 0 picks a free port. */
  readonly port: number
  /** How long a request may take to arrive, up to the last byte of its body. Responses have no such limit. */
  readonly requestMilliseconds?: number
  /** The settings of the address, for messages: by default HOST and PORT. */
  readonly setting?: string
}

/** Rejects with StartProblems if it cannot listen on the address. */
export async function listen({
  host,
  port,
  requestMilliseconds = 60_000,
  setting = 'HOST and PORT',
}: HttpServerOptions): Promise<HttpServer> {
  const server = createServer({
    requestTimeout: requestMilliseconds,
    headersTimeout: Math.min(requestMilliseconds, 20_000),
    connectionsCheckingInterval: Math.min(requestMilliseconds, 5_000),
    // Longer than balancers and clients keep idle connections: otherwise a request may arrive just as one closes.
    keepAliveTimeout: 65_000,
    // Whoever reads the target refuses a request without one, with an id and a line of the log.
    requireHostHeader: false,
  })
  // Node would close the connection without a response.
  server.on('connect', (request, socket) => {
    socket.on('error', () => socket.destroy())
    socket.end(
      `HTTP/1.1 405 Method Not Allowed\r\n${requestIdHeader}: ${requestIdOf(request)}\r\nallow: GET, POST\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
    )
  })
  let isReady = true
  let isDraining = false
  const openResponses = new Set<ServerResponse>()
  server.listen(port, host)
  await once(server, 'listening').catch((error: unknown) => {
    const code = errorCode(error)
    const remedy = code === 'EADDRINUSE' ? freeAddress : code === 'EACCES' ? allowedPort : ownAddress
    throw new StartProblems([
      `${authorityOf(host, port)} cannot be listened on (${code ?? 'an unknown error'}): set ${setting} to ${remedy}`,
    ])
  })
  const { address, port: taken } = server.address() as AddressInfo
  return {
    address,
    origin: `http://${authorityOf(address, taken)}`,
    isReady: () => isReady,
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
      // The reader of the body sends 100 Continue. A refused request needs none.
      server.on('checkContinue', handle)
      // Node would refuse it without an id and a line of the log.
      server.on('checkExpectation', handle)
    },
    beUnready() {
      isReady = false
    },
    async drain(milliseconds) {
      isReady = false
      isDraining = true
      // Tells clients to close, since their next request would meet a closed connection.
      for (const response of openResponses) response.shouldKeepAlive = false
      const closed = once(server, 'close')
      server.close()
      const late = setTimeout(() => server.closeAllConnections(), milliseconds)
      await closed
      clearTimeout(late)
    },
  }
}

const freeAddress = 'an address that is free'
const ownAddress = 'an address of this machine'
const allowedPort = 'a port that its user may listen on, such as one above 1023'

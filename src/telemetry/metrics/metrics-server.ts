import type { IncomingMessage, ServerResponse } from 'node:http'
import { listen } from '../../server/http/http-server.ts'
import { knownHosts } from '../../server/http/known-hosts.ts'
import { Refusal } from '../../server/http/refusal.ts'
import { readTarget } from '../../server/http/request-target.ts'
import type { Metrics } from './metrics.ts'

export interface MetricsServer extends AsyncDisposable {
  /** Where metrics are read. */
  readonly url: string
}

export interface MetricsAddress {
  readonly host: string
  /** 0 picks a free port. */
  readonly port: number
}

/** Serves `/metrics` by itself, apart from the graph. Rejects with StartProblems if it cannot listen there. */
export async function serveMetrics(address: MetricsAddress, metrics: Metrics): Promise<MetricsServer> {
  const server = await listen({ ...address, setting: 'ISOTHERM_METRICS' })
  const checkHost = knownHosts({ address: server.address, publicUrl: undefined, hosts: [] })
  server.serve((request, response) => {
    respond(request, response).catch(error => {
      const isRefused = error instanceof Refusal
      if (response.headersSent) response.destroy()
      else send(response, isRefused ? error.status : 500, isRefused ? error.message : '')
    })
  })
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const target = readTarget(request)
    checkHost(target)
    if (target.path !== '/metrics') return send(response, 404, 'Metrics are at /metrics.')
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD')
      return send(response, 405, 'Metrics are read.')
    }
    const text = await metrics.print()
    response.setHeader('content-type', metrics.contentType)
    send(response, 200, text)
  }
  return {
    url: `${server.origin}/metrics`,
    [Symbol.asyncDispose]: () => server.drain(patience),
  }
}

/** Milliseconds that a reader may still take when the process ends. */
const patience = 1000

/** Node leaves out the body of a response to HEAD. */
function send(response: ServerResponse, status: number, text: string): void {
  const body = Buffer.from(text)
  response.writeHead(status, { 'content-length': body.byteLength, 'cache-control': 'no-store' }).end(body)
}

import { request as plainRequest } from 'node:http'
import { request as secureRequest } from 'node:https'
import { isIP, type Socket } from 'node:net'
import { connect as connectSecurely } from 'node:tls'
import { buildConnector } from 'undici'
import { errorCode } from '../error-code.ts'

/** Why a connection through a proxy failed. The message is the end of a sentence, without host names and passwords. */
export class ProxyFailure extends Error {
  override readonly name = 'ProxyFailure'
}

export interface TunnelOptions {
  readonly timeoutMilliseconds: number
  /** Aborts opening it. */
  readonly signal?: AbortSignal
}

/** A connection through an HTTP proxy to a host and port, which the proxy resolves. Rejects with ProxyFailure. */
export function openTunnel(
  proxy: URL,
  host: string,
  { timeoutMilliseconds, signal }: TunnelOptions,
): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const request = proxy.protocol === 'https:' ? secureRequest : plainRequest
  const call = request(new URL(proxy.origin), {
    method: 'CONNECT',
    path: host,
    headers: { host, ...authorization(proxy) },
    agent: false,
    timeout: timeoutMilliseconds,
    ...(signal && { signal }),
  })
  call.on('connect', ({ statusCode = 0 }, socket, rest) => {
    if (statusCode < 200 || statusCode > 299) {
      socket.on('error', () => undefined).destroy()
      return reject(new ProxyFailure(refusal(statusCode)))
    }
    if (rest.byteLength > 0) socket.unshift(rest)
    resolve(socket.setTimeout(0).setNoDelay(true).setKeepAlive(true, 60_000))
  })
  call.on('timeout', () => {
    reject(new ProxyFailure('the proxy did not answer in time'))
    call.destroy()
  })
  call.on('error', cause => {
    const code = errorCode(cause)
    reject(new ProxyFailure(`the proxy could not be reached${code ? ` (${code})` : ''}`, { cause }))
  })
  call.end()
  return promise
}

/** A connection to a URL's host, with TLS for wss and https. TLS may fail later, as an error of the connection. */
export async function openSocketTunnel(
  proxy: URL,
  { protocol, hostname, port }: URL,
  options: TunnelOptions,
): Promise<Socket> {
  const isSecure = protocol === 'wss:' || protocol === 'https:'
  const socket = await openTunnel(proxy, `${hostname}:${port || (isSecure ? 443 : 80)}`, options)
  if (!isSecure) return socket
  return connectSecurely({ socket, host: hostname, ...(isIP(hostname) === 0 && { servername: hostname }) })
}

/** Opens the connections of a client or pool through a proxy. */
export function connectorThrough(proxy: URL, options: TunnelOptions): buildConnector.connector {
  const secure = buildConnector({ timeout: options.timeoutMilliseconds, allowH2: false })
  return (target, callback) => {
    const isSecure = target.protocol === 'https:'
    const host = `${target.hostname}:${target.port || (isSecure ? 443 : 80)}`
    openTunnel(proxy, host, options).then(
      socket => {
        if (isSecure) secure({ ...target, httpSocket: socket }, callback)
        else callback(null, socket)
      },
      error => callback(error, null),
    )
  }
}

function authorization({ username, password }: URL): Record<string, string> {
  if (!(username || password)) return {}
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` }
}

function refusal(status: number): string {
  if (status === 407) return 'the proxy does not accept the credentials of its URL (status 407)'
  if (status >= 500) return `the proxy found no way there (status ${status})`
  return `the proxy refused the connection (status ${status})`
}

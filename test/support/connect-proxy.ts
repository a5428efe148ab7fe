import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

/** A proxy on loopback that opens tunnels, and is the only one that knows where hosts are. */
export interface ConnectProxy extends AsyncDisposable {
  /** With the credentials that it asks for. */
  readonly url: URL
  /** The targets that it was asked for. */
  readonly asked: readonly string[]
}

export interface ConnectProxyOptions {
  /** What it answers instead of opening a tunnel. */
  readonly status?: number
  /** `user:password` */
  readonly credentials?: string
  /** Accepts calls and never answers. */
  readonly isMute?: boolean
}

/** Every host ends at loopback, at the port that was asked for. */
export async function startConnectProxy(options: ConnectProxyOptions = {}): Promise<ConnectProxy> {
  const { status, credentials, isMute = false } = options
  const asked: string[] = []
  const open = new Set<Socket>()
  const expected = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`
  const server = createServer((_request, response) => response.writeHead(400).end())
  server.on('connection', socket => {
    open.add(socket)
    socket.on('close', () => open.delete(socket)).on('error', () => socket.destroy())
  })
  server.on('connect', ({ url = '', headers }, near: Socket) => {
    asked.push(url)
    if (isMute) return
    if (expected && headers['proxy-authorization'] !== expected)
      return near.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n')
    if (status !== undefined) return near.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`)
    const far = connect(Number(url.split(':').at(-1)), '127.0.0.1')
    far.on('error', () => near.destroy()).on('close', () => near.destroy())
    near.on('close', () => far.destroy())
    far.on('connect', () => {
      near.write('HTTP/1.1 200 Connection established\r\n\r\n')
      near.pipe(far).pipe(near)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: new URL(`http://${credentials ? `${credentials}@` : ''}127.0.0.1:${port}`),
    asked,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

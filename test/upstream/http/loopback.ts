import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createSocketServer, type Server, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'

/** A server of one test on a free loopback port, closed by scope. */
export interface Loopback extends AsyncDisposable {
  readonly url: URL
  /** Every connection that was ever opened, oldest first. */
  readonly sockets: readonly Socket[]
}

export async function serveHttp(listener: RequestListener): Promise<Loopback> {
  return listen(createServer(listener))
}

/** A server that need not speak HTTP. */
export async function serveSockets(listener: (socket: Socket) => void): Promise<Loopback> {
  return listen(createSocketServer(listener))
}

export async function readJson(request: IncomingMessage): Promise<unknown> {
  return JSON.parse(await text(request))
}

/** Nothing ever listens on port 0. */
export const refusingUrl = new URL('http://127.0.0.1:0/')

/** What the promise was rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  const outcome = await promise.then(
    value => ({ value }),
    (error: unknown) => ({ error }),
  )
  if ('error' in outcome) return outcome.error
  throw new Error(`Resolved with ${JSON.stringify(outcome.value)} where a rejection was due.`)
}

async function listen(server: Server): Promise<Loopback> {
  const sockets: Socket[] = []
  server.on('connection', socket => {
    // A client that goes away in the middle is what some tests are about.
    socket.on('error', () => undefined)
    sockets.push(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No port was given.')
  return {
    url: new URL(`http://127.0.0.1:${address.port}/`),
    sockets,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import {
  type Connection,
  ConnectionLost,
  type ConnectionOptions,
  openConnection,
} from '../../../src/providers/aura-vision/connection.ts'
import { failureOf } from '../../support/wiring.ts'

export async function lossOf(promise: Promise<unknown>) {
  const error = await promise.catch((error: unknown) => error)
  if (error instanceof ConnectionLost) return error.reason
  throw new Error('expected a lost connection', { cause: error })
}

/** Asks, and lets the caller go away, or its deadline pass. */
export async function leave(connection: Connection, id: string, reason: Error = new Error('gone')) {
  const caller = new AbortController()
  const failure = failureOf(connection.ask(id, 'ask', { signal: caller.signal }))
  caller.abort(reason)
  await failure
}

/** A WebSocket server that does as the test says. */
export async function serve({ refusal }: { readonly refusal?: number } = {}) {
  const server: Server = createServer((_request, response) => response.writeHead(refusal ?? 404).end())
  const sockets = new WebSocketServer({ noServer: true })
  let upgrades = 0
  server.on('upgrade', (request, raw, head) => {
    upgrades++
    if (refusal !== undefined) return raw.end(`HTTP/1.1 ${refusal} Refused\r\ncontent-length: 0\r\n\r\n`)
    sockets.handleUpgrade(request, raw, head, socket => sockets.emit('connection', socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const closing = new AbortController()
  const options: ConnectionOptions = {
    url: new URL(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`),
    numbering: 'auto',
    deadlineMilliseconds: 600_000,
    maximumBytes: 1024,
    closing: closing.signal,
  }
  return {
    options,
    get upgrades() {
      return upgrades
    },
    async connect(changes: Partial<ConnectionOptions> = {}) {
      const accepted = once(sockets, 'connection')
      const connection = await openConnection({ ...options, ...changes })
      const [socket] = await accepted
      return { connection, peer: attend(socket) }
    },
    async [Symbol.asyncDispose]() {
      closing.abort()
      for (const socket of sockets.clients) socket.terminate()
      server.close()
      await once(server, 'close')
    },
  }
}

/** The server's end of a connection. */
export function attend(socket: WebSocket) {
  const inbox: string[] = []
  socket.on('message', data => {
    inbox.push(String(data))
    socket.emit('received')
  })
  const messages = async (count: number) => {
    while (inbox.length < count) await once(socket, 'received')
    return inbox.splice(0)
  }
  return {
    socket,
    closed: once(socket, 'close'),
    messages,
    /** Resolves when the client has read all that was sent to it so far. */
    async roundTrip() {
      const pong = once(socket, 'pong')
      socket.ping()
      await pong
    },
  }
}

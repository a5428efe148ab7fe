import { randomBytes } from 'node:crypto'
import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocket, WebSocketServer } from 'ws'
import { arrange, type Framing, frameAnswer, messageLimit } from './aura-vision-frames.ts'
import { type DetailBody, detailRequest } from './aura-vision-rows.ts'
import { type Journal, pause, type Reply } from './emulator.ts'

/** The vendor's WebSocket, attached to an HTTP server. */
export interface SocketService {
  attach(server: Server, journal: Journal): void
  /** Cuts every connection, including those that wait for their upgrade. */
  drop(): void
  /** The number of open sockets. */
  count(): number
}

/**
 * Serves requests on sockets. Checks the token on connect and again for every request. A request that cannot be routed gets
 * an un-framed error, as in API Gateway (inferred).
 */
export function socketService(options: {
  readonly accepts: (token: string | null) => boolean
  readonly answer: (body: DetailBody) => unknown
  readonly framing: Framing
  readonly idleSeconds: number
}): SocketService {
  const service = new WebSocketServer({ noServer: true, maxPayload: messageLimit })
  const upgrades = new Set<Duplex>()
  return {
    attach(server, journal) {
      server.on('upgrade', (request, raw, head) => {
        upgrades.add(raw)
        raw.on('error', () => raw.destroy()).on('close', () => upgrades.delete(raw))
        void connect(request, raw, head, journal)
      })
    },
    drop() {
      for (const socket of service.clients) socket.terminate()
      for (const raw of upgrades) raw.destroy()
    },
    count: () => [...service.clients].filter(({ readyState }) => readyState === WebSocket.OPEN).length,
  }

  async function connect(request: IncomingMessage, raw: Duplex, head: Buffer, journal: Journal) {
    const url = new URL(request.url ?? '/', 'ws://localhost')
    const { headers } = request
    const call = { route: 'connect', path: url.pathname + url.search, headers, body: undefined }
    const fault = journal.arrive(call)
    if (fault?.delay) await pause(fault.delay)
    if (fault?.hang) return
    if (fault?.cut) return raw.destroy()
    const token = url.searchParams.get('token')
    if (fault?.answer) return refuse(raw, fault.answer)
    if (url.pathname !== '/') return refuse(raw, { status: 403, body: { message: 'Forbidden' } })
    if (!options.accepts(token)) return refuse(raw, { status: 401, body: { message: 'Unauthorized' } })
    service.handleUpgrade(request, raw, head, socket => serve(socket, token, journal))
  }

  function serve(socket: WebSocket, token: string | null, journal: Journal): void {
    const connectionId = randomId()
    const ready: string[][] = []
    const idle = setTimeout(() => socket.close(1001, 'Going away'), options.idleSeconds * 1000).unref()
    // A protocol error, such as a message that is too long, closes the socket by itself.
    socket.on('error', () => {})
    socket.on('close', () => clearTimeout(idle))
    socket.on('message', data => {
      idle.refresh()
      receive(String(data)).catch(() => fail('Internal server error'))
    })

    async function receive(text: string): Promise<void> {
      const message = parse(text)
      const { id, route } = labels(message)
      const fault = journal.arrive({ route, path: '', headers: {}, body: message })
      if (fault?.delay) await pause(fault.delay)
      if (fault?.hang) return
      if (fault?.cut) return socket.terminate()
      if (fault?.frames) return send(fault.frames.map(frame => frame.replaceAll('{id}', id)))
      if (!options.accepts(token)) {
        fail('Unauthorized')
        return socket.close(1008)
      }
      const request = detailRequest.safeParse(message)
      if (!request.success) return fail('Forbidden')
      const { body } = request.data.data
      if (!body.entities.every(entity => /^[0-9a-f]{24}$/i.test(entity))) return fail('Internal server error')
      enqueue(frameAnswer(id, options.answer(body), options.framing))
    }

    /** Holds a response until all of the same tick are ready, so that their parts can be mixed. */
    function enqueue(frames: string[]): void {
      if (ready.push(frames) > 1) return
      setImmediate(() => send(arrange(ready.splice(0), options.framing.order)))
    }

    function fail(message: string): void {
      send([JSON.stringify({ message, connectionId, requestId: randomId() })])
    }

    function send(frames: readonly string[]): void {
      idle.refresh()
      for (const frame of frames) socket.send(frame)
    }
  }
}

function refuse(raw: Duplex, { status = 200, headers = {}, body = '' }: Reply): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const type = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json'
  const length = String(Buffer.byteLength(text))
  const fields = { 'content-type': type, 'content-length': length, ...headers, connection: 'close' }
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
  raw.once('finish', () => raw.destroy())
  raw.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${text}`)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** The request's id and route, if it has them. */
function labels(message: unknown): { id: string; route: string } {
  const data = field(message, 'data')
  const [id, route] = [field(data, 'id'), field(data, 'route')]
  return { id: typeof id === 'string' ? id : '', route: typeof route === 'string' ? route : 'unroutable' }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

function randomId(): string {
  return randomBytes(11).toString('base64')
}

import { once } from 'node:events'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'

/** An emulated upstream: its own server on a loopback port that speaks one vendor's wire protocol. */
export interface Emulator extends AsyncDisposable {
  /** The provider that it emulates. */
  readonly provider: string
  /** `http://127.0.0.1:<port>` */
  readonly origin: string
  /** The environment variables that point Isotherm at it, credentials included. */
  readonly environment: Readonly<Record<string, string>>
  /** The calls that arrived, and the scripted faults. */
  readonly journal: Journal
}

/** A recorded call; for a WebSocket, one connect or one request on it. */
export interface Call {
  /** The route's name, such as `POST /json/v2` or `detail/list`. */
  readonly route: string
  /** Path and query as sent; empty for a request on a socket. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** The body: parsed if it is JSON, else its text; undefined without one. */
  readonly body: unknown
}

/** What happens instead of the normal response, or before it. */
export interface Fault {
  /** Only for calls of this route; by default for all. */
  readonly route?: string
  /** How often; by default without end. */
  readonly times?: number
  /** Milliseconds to wait before anything else. */
  readonly delay?: number
  /** Waits for this before anything else. */
  readonly until?: Promise<unknown>
  /** Never responds. */
  readonly hang?: boolean
  /** Cuts the connection without a response. */
  readonly cut?: boolean
  /** Sent unchanged in place of the normal response. */
  readonly answer?: Reply
  /** The same on a socket: messages sent in turn, with `{id}` replaced by the request's id. */
  readonly frames?: readonly string[]
}

/** A handler's response: a body that is neither text nor bytes is sent as JSON. */
export interface Reply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** One call as a handler gets it. */
export interface Exchange {
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  /** Parsed if it is JSON, else the text; undefined without one. */
  readonly body: unknown
}

export type Handler = (exchange: Exchange) => Reply | Promise<Reply>

/** The calls that arrived at an emulator, and the faults for the next ones. */
export class Journal {
  /** The latest calls, oldest first; only thousands are stored, since an emulator may run for weeks. */
  readonly calls: Call[] = []
  readonly #counts = new Map<string, number>()
  #faults: { fault: Fault; left: number }[] = []

  /** The number of calls that arrived, of one route or of all. */
  count(route?: string): number {
    if (route !== undefined) return this.#counts.get(route) ?? 0
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0)
  }

  /** Applies the fault to the next calls that match; earlier faults go first. */
  script(fault: Fault): void {
    this.#faults.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY })
  }

  /** Forgets the calls and the faults. */
  clear(): void {
    this.calls.length = 0
    this.#counts.clear()
    this.#faults = []
  }

  /** Records a call and returns its fault. */
  arrive(call: Call): Fault | undefined {
    this.#counts.set(call.route, this.count(call.route) + 1)
    this.calls.push(call)
    if (this.calls.length > 20_000) this.calls.splice(0, 10_000)
    const met = this.#faults.find(({ fault, left }) => left > 0 && (fault.route ?? call.route) === call.route)
    if (met) met.left--
    return met?.fault
  }
}

/**
 * Serves routes (`METHOD /path/:with/URLPattern`, tried in order) on a free loopback port. `notFound` handles calls that no
 * route matches. Closing the emulator ends every connection.
 */
export async function serveEmulator(options: {
  readonly provider: string
  readonly routes: Readonly<Record<string, Handler>>
  readonly notFound?: Handler
  readonly environment: (origin: string) => Record<string, string>
  /** Called once before listening, for protocols other than HTTP. */
  readonly attach?: (server: Server, journal: Journal) => void
}): Promise<Emulator> {
  const journal = new Journal()
  const routes = Object.entries(options.routes).map(([name, handler]) => {
    const [method = '', pathname = ''] = name.split(' ')
    return { name, method, pattern: new URLPattern({ pathname }), handler }
  })
  const server = createServer((request, response) => {
    answer(request, response).catch(error => {
      if (!response.headersSent) send(response, { status: 500, body: String(error) })
      else response.destroy()
    })
  })
  options.attach?.(server, journal)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    provider: options.provider,
    origin,
    environment: options.environment(origin),
    journal,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', origin)
    const matches = routes.flatMap(route => {
      const match = route.method === request.method ? route.pattern.exec(url) : null
      return match ? [{ ...route, params: match.pathname.groups }] : []
    })
    const route = matches[0]
    const body = await readBody(request)
    const { headers } = request
    const name = route?.name ?? `${request.method} ${url.pathname}`
    const fault = journal.arrive({ route: name, path: url.pathname + url.search, headers, body })
    if (fault?.delay) await pause(fault.delay)
    if (fault?.until) await fault.until
    if (fault?.hang) return
    if (fault?.cut) return void request.socket.destroy()
    if (fault?.answer) return send(response, fault.answer)
    const handler = route?.handler ?? options.notFound ?? (() => ({ status: 404 }))
    const params = Object.fromEntries(
      Object.entries(route?.params ?? {}).map(([key, value]) => [key, decodeURIComponent(value ?? '')]),
    )
    send(response, await handler({ params, query: url.searchParams, headers, body }))
  }
}

/** A pause that does not keep the process alive. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds).unref())
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  if (chunks.length === 0) return undefined
  const text = Buffer.concat(chunks).toString()
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function send(response: ServerResponse, { status = 200, headers = {}, body }: Reply): void {
  const raw = body === undefined || typeof body === 'string' || body instanceof Uint8Array
  const type =
    body === undefined
      ? {}
      : raw
        ? { 'content-type': 'text/plain; charset=utf-8' }
        : { 'content-type': 'application/json' }
  response.writeHead(status, { ...type, ...headers })
  response.end(raw ? body : JSON.stringify(body))
}

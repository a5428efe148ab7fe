import { type Dispatcher, errors } from 'undici'
import type { CallContext } from '../call-context.ts'
import type { ProviderName } from '../error.ts'
import type { Turn } from '../fair-queue.ts'
import { hasWorkedLong, runLater } from '../turns.ts'
import type { Bounds } from './bounds.ts'
import { Connections } from './connections.ts'
import { acceptedCodings } from './content-coding.ts'
import { openDispatch } from './dispatch.ts'
import { decodeText, Exchange } from './exchange.ts'
import type { HttpHead, HttpResponse } from './message.ts'

export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly json?: unknown
  readonly callContext?: CallContext | undefined
  /** Whether it changes nothing, so that it is sent again if its connection was closed while idle. A GET is by default. */
  readonly isRead?: boolean
  /** Whether each arrival creates something: after it has left, its failure says so and is not retryable. */
  readonly isCreation?: boolean
  /** Whether the body is unwanted: it is not read, and `body` is empty. */
  readonly skipBody?: (head: HttpHead) => boolean
}

/** One provider's connections. Does not follow redirects, so that a credential reaches only its own host. */
export interface HttpUpstream extends AsyncDisposable {
  /** The response, with any status. Rejects with UpstreamError if there is none, or it is late or too large. */
  call(call: HttpCall): Promise<HttpResponse>
  /** The same, with a body read from bytes. `read` must not keep the bytes, and must not throw. */
  callAndRead<Body>(call: HttpCall, read: (bytes: Buffer) => Body): Promise<HttpResponse<Body>>
}

export function openHttp(provider: ProviderName, bounds: Bounds): HttpUpstream {
  const { deadlineMilliseconds, maximumBytes, proxies } = bounds
  const connections = new Connections({ timeoutMilliseconds: deadlineMilliseconds, maximumBytes, proxies })
  const dispatch = openDispatch(provider, bounds, connections)
  const upstream: HttpUpstream = {
    call: call => upstream.callAndRead(call, decodeText),
    async callAndRead(call, read) {
      const { method, url, headers, json, callContext, skipBody } = call
      const { isRead = method === 'GET', isCreation = false } = call
      const request = {
        origin: url.origin,
        path: url.pathname + url.search,
        method,
        headers: {
          accept: 'application/json',
          'accept-encoding': acceptedCodings,
          ...(json === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        body: json === undefined ? null : JSON.stringify(json),
      }
      return dispatch({
        request,
        open: () => new TextExchange(maximumBytes, read, skipBody, callContext),
        callContext,
        isRead,
        isCreation,
      })
    },
    [Symbol.asyncDispose]: () => connections[Symbol.asyncDispose](),
  }
  return upstream
}

/** A body of so many bytes is not read in a turn of the event loop that has worked long: several may come in one. */
const longBody = 2 ** 16

/** A call whose response is a text. */
class TextExchange<Body> extends Exchange<HttpResponse<Body>> {
  readonly #read: (bytes: Buffer) => Body
  readonly #skipBody: HttpCall['skipBody']
  readonly #turn: Turn

  constructor(
    maximumBytes: number,
    read: (bytes: Buffer) => Body,
    skipBody: HttpCall['skipBody'],
    { caller = '', requester }: Pick<CallContext, 'caller' | 'requester'> = {},
  ) {
    super(maximumBytes)
    this.#read = read
    this.#skipBody = skipBody
    this.#turn = { caller, requester: requester ?? this }
  }

  override onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: HttpHead['headers'],
  ): void {
    super.onResponseStart(controller, status, headers)
    if (status < 200 || !this.#skipBody?.(this.head)) return
    this.resolve({ status, headers, body: this.#read(Buffer.alloc(0)) })
    // Also ends the connection: reading the rest to drop it would wait for the slowest image.
    controller.abort(new Error('The body is not wanted.'))
  }

  protected override received(): void {
    // The connection itself bounds a body without a coding.
    if (this.bytes > this.maximumBytes) this.giveUp(new errors.ResponseExceededMaxSizeError())
  }

  protected override finish(): void {
    // Of a refusal the status decides, also if its text turns out to be broken.
    if (this.bytes < longBody || this.head.status >= 400 || !hasWorkedLong()) this.#readBody()
    else runLater(this.#turn, () => this.attempt(() => this.#readBody()))
  }

  #readBody(): void {
    const { status, headers } = this.head
    this.resolve({ status, headers, body: this.#read(this.textBytes()) })
  }
}

import type { CallContext } from '../call-context.ts'
import type { ProviderName } from '../error.ts'
import type { Bounds } from './bounds.ts'
import { Connections } from './connections.ts'
import { acceptedCodings } from './content-coding.ts'
import { openDispatch } from './dispatch.ts'
import type { HttpHead, HttpResponse } from './message.ts'
import { TextReception } from './reception.ts'

export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly json?: unknown
  readonly callContext?: CallContext | undefined
  /** Whether it changes nothing, so that it is sent again where its connection had been closed; by default where it is a GET. */
  readonly isRead?: boolean
  /** Whether it makes something anew whenever it arrives: once it has left, its failure says so and is not retryable. */
  readonly isCreation?: boolean
  /** Answers whose body is not wanted: it is not read, and `body` is empty. */
  readonly skipBody?: (answer: HttpHead) => boolean
}

/** One provider's connections. Redirects are not followed, so that a credential goes to its own host alone. */
export interface HttpUpstream extends AsyncDisposable {
  /** One call; its answer whatever the status. Throws UpstreamError for no answer, a late one or one too large. */
  call(call: HttpCall): Promise<HttpResponse>
}

export function openHttp(provider: ProviderName, bounds: Bounds): HttpUpstream {
  const { deadlineMilliseconds, maximumBytes } = bounds
  const connections = new Connections({ timeoutMilliseconds: deadlineMilliseconds, maximumBytes })
  const dispatch = openDispatch(provider, bounds, connections)
  return {
    async call({
      method,
      url,
      headers,
      json,
      callContext,
      skipBody,
      isRead = method === 'GET',
      isCreation = false,
    }) {
      const request = {
        origin: url.origin,
        path: url.pathname + url.search,
        method,
        headers: {
          accept: 'application/json',
          'accept-encoding': acceptedCodings,
          ...(json === undefined ? {} : { 'content-type': 'application/json' }),
          ...(callContext?.traceparent === undefined ? {} : { traceparent: callContext.traceparent }),
          ...headers,
        },
        body: json === undefined ? null : JSON.stringify(json),
      }
      return dispatch({
        request,
        open: () => new TextReception(maximumBytes, skipBody),
        callContext,
        isRead,
        isCreation,
      })
    },
    [Symbol.asyncDispose]: () => connections[Symbol.asyncDispose](),
  }
}

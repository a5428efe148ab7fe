import { Agent, type Dispatcher, errors } from 'undici'
import { endedError, watchDeadline } from './deadline.ts'
import { type ProviderName, UpstreamError } from './error.ts'
import type { Flight } from './flight.ts'
import { Reception } from './reception.ts'

/** Bounds of one call, the same for every provider unless its settings say otherwise. */
export interface Bounds {
  /** From the call to the last byte of its answer; waiting for one of the connections counts too. */
  readonly deadlineMilliseconds: number
  /** Of one answer's body; a larger one is an error, and the rest of it is not read. */
  readonly maximumBytes: number
}

export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly json?: unknown
  readonly flight?: Flight | undefined
  /** Answers whose body is not wanted: it is not read, and `body` is empty. */
  readonly skipBody?: (answer: HttpHead) => boolean
}

export interface HttpHead {
  readonly status: number
  /** By lower-case name; a list where one was sent more than once. */
  readonly headers: Dispatcher.ResponseData['headers']
}

export interface HttpAnswer extends HttpHead {
  readonly body: string
}

/** One provider's connections. Redirects are not followed, so that a credential goes to its own host alone. */
export interface HttpUpstream extends AsyncDisposable {
  /** One call; its answer whatever the status. Throws UpstreamError for no answer, a late one or one too large. */
  call(call: HttpCall): Promise<HttpAnswer>
}

export function openHttp(provider: ProviderName, bounds: Bounds): HttpUpstream {
  const agent = new Agent({
    connections: 64,
    maxResponseSize: bounds.maximumBytes,
    // The deadline of each call is the only clock.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: bounds.deadlineMilliseconds },
  })
  return {
    async call({ method, url, headers, json, flight, skipBody }) {
      if (flight?.signal.aborted) throw endedError(provider, flight.signal)
      const reception = new Reception(skipBody)
      using _deadline = watchDeadline(bounds.deadlineMilliseconds, flight?.signal, ended => {
        reception.giveUp(endedError(provider, ended))
      })
      try {
        agent.dispatch(
          {
            origin: url.origin,
            path: url.pathname + url.search,
            method,
            headers: {
              accept: 'application/json',
              ...(json === undefined ? {} : { 'content-type': 'application/json' }),
              ...(flight?.traceparent === undefined ? {} : { traceparent: flight.traceparent }),
              ...headers,
            },
            body: json === undefined ? null : JSON.stringify(json),
          },
          reception,
        )
        const answer = await reception.answer
        flight?.received?.(reception.bytes)
        return answer
      } catch (error) {
        throw error instanceof UpstreamError ? error : noAnswer(provider, bounds, error)
      }
    },
    async [Symbol.asyncDispose]() {
      await agent.destroy()
    },
  }
}

/** A header's value, the first where it was sent more than once. */
export function header({ headers }: HttpHead, name: Lowercase<string>): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}

function noAnswer(provider: ProviderName, { maximumBytes }: Bounds, cause: unknown): UpstreamError {
  if (cause instanceof errors.ResponseExceededMaxSizeError) {
    const message = `${provider} answered more than ${maximumBytes} bytes.`
    return new UpstreamError(provider, 'UPSTREAM_INVALID_RESPONSE', message, { cause })
  }
  if (cause instanceof errors.HTTPParserError) {
    const message = `${provider} answered something that is not HTTP.`
    return new UpstreamError(provider, 'UPSTREAM_INVALID_RESPONSE', message, { cause })
  }
  return new UpstreamError(provider, 'UPSTREAM_UNAVAILABLE', `${provider} could not be reached.`, { cause })
}

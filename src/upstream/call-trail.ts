import { UpstreamError } from './error.ts'
import type { Arrival, CallObservation } from './observer.ts'
import type { WaitClock } from './wait-clock.ts'

/** The incoming request behind a call, for logs and traces. */
export interface IncomingRequest {
  readonly id?: string | undefined
  /** Undefined without an access file. */
  readonly account?: string | undefined
  /** The trace that it is part of, as in W3C's `traceparent` header. */
  readonly traceparent?: string | undefined
  /** Measures its waits for vendors. */
  readonly waiting?: WaitClock
}

/** One planned call on its way to a vendor. It is passed along with the call context. */
export class CallTrail {
  /** Without values, such as `GET /heatmaps/:websiteId/pages`. */
  readonly route: string
  readonly #incoming: IncomingRequest
  readonly #startedAt = performance.now()
  #attempts = 0
  #unread: { readonly observation: CallObservation; readonly arrival: Arrival } | undefined

  constructor(route: string, incoming: IncomingRequest) {
    this.route = route
    this.#incoming = incoming
  }

  /** The trail of another call for the same request. */
  to(route: string): CallTrail {
    return new CallTrail(route, this.#incoming)
  }

  /** Counts an attempt that is about to leave, and returns its number from 1 on. */
  leave(): number {
    this.read()
    return ++this.#attempts
  }

  /** A response has come. Unless its status says all, how the call ended is known when it is read. */
  arrived(observation: CallObservation, arrival: Arrival): void {
    this.read()
    if (arrival.status !== undefined && arrival.status >= 400) observation.end(arrival)
    else this.#unread = { observation, arrival: { ...arrival, at: arrival.at ?? performance.now() } }
  }

  /** The last response was read, or could not be. */
  read(error?: unknown): void {
    if (!this.#unread) return
    const { observation, arrival } = this.#unread
    this.#unread = undefined
    const isInvalid = error instanceof UpstreamError && error.code === 'UPSTREAM_INVALID_RESPONSE'
    observation.end(isInvalid ? { failure: error.code, ...arrival } : arrival)
  }

  /** Records on an error which call it ended. The first record stays, since it is the most exact. */
  explain(error: unknown): void {
    if (!(error instanceof UpstreamError)) return
    const { id, account, traceparent } = this.#incoming
    error.call ??= {
      route: this.route,
      attempt: this.#attempts,
      milliseconds: Math.round(performance.now() - this.#startedAt),
      requestId: id,
      account,
      traceId: traceparent?.split('-')[1],
    }
  }
}

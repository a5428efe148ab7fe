import { type ProviderName, UpstreamError, type UpstreamErrorCode } from './error.ts'

/** Sees each call of one account to a vendor. What it does has to be quick, and must not throw. */
export interface UpstreamObserver {
  /** Called when a call leaves. */
  begin(call: ObservedCall): CallObservation
}

export interface ObservedCall {
  readonly provider: ProviderName
  /** Without values, such as `GET /heatmaps/:websiteId/pages`. */
  readonly route: string
  /** Undefined for a message on a socket. */
  readonly method: string | undefined
  /** Where it goes: no path, no query. */
  readonly origin: string
  /** From 1 on: how often it was sent, this time included. */
  readonly attempt: number
  /** The trace that it is part of, as in W3C's `traceparent` header. */
  readonly traceparent: string | undefined
}

/** A call under way. */
export interface CallObservation {
  /** What the call itself says in its `traceparent` header. */
  readonly traceparent: string | undefined
  /** Called once. */
  end(outcome: CallOutcome): void
}

/** A response, whatever its status, or why there is none: `CANCELLED` if nobody waited for it any more. */
export type CallOutcome =
  | { readonly status: number | undefined; readonly bytes: number }
  | { readonly failure: UpstreamErrorCode | 'CANCELLED' }

/** The outcome of a call without a response; the signal is that of whoever waits for it. */
export function failedOutcome(error: unknown, signal: AbortSignal | undefined): CallOutcome {
  const code = error instanceof UpstreamError ? error.code : 'UPSTREAM_UNAVAILABLE'
  return { failure: signal?.aborted && code !== 'UPSTREAM_TIMEOUT' ? 'CANCELLED' : code }
}

/** One observer for several; undefined for none. The trace that a call carries is the first that one of them gives. */
export function joinObservers(observers: readonly UpstreamObserver[]): UpstreamObserver | undefined {
  if (observers.length < 2) return observers[0]
  return {
    begin(call) {
      const observations = observers.map(observer => observer.begin(call))
      return {
        traceparent: observations.find(({ traceparent }) => traceparent !== undefined)?.traceparent,
        end(outcome) {
          for (const observation of observations) observation.end(outcome)
        },
      }
    },
  }
}

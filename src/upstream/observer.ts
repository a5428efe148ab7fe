import { type ProviderName, UpstreamError, type UpstreamErrorCode } from './error.ts'

/** Observes each call of one account to a vendor. Its methods have to be quick, and must not throw. */
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
  /** The host it goes to: no path, no query. */
  readonly origin: string
  /** From 1 on: how often it was sent, including this time. */
  readonly attempt: number
  /** The trace that it is part of, as in W3C's `traceparent` header. */
  readonly traceparent: string | undefined
}

/** A current call. */
export interface CallObservation {
  /** The value of the call's own `traceparent` header. */
  readonly traceparent: string | undefined
  /** Called once. */
  end(outcome: CallOutcome): void
}

/** What came; without a status on a socket. */
export interface Arrival {
  readonly status: number | undefined
  readonly bytes: number
  /** When its last byte came, by the clock of `performance`; by default it is now. */
  readonly at?: number | undefined
}

/**
 * A response, whatever its status, or why there is none: `CANCELLED` if nobody waited for it any more. A response that cannot be
 * read is both.
 */
export type CallOutcome = Arrival | (Partial<Arrival> & { readonly failure: UpstreamErrorCode | 'CANCELLED' })

/** Ends the observation with a response, once it is read where somebody tells that. */
export function arrive(
  observation: CallObservation,
  arrival: Arrival,
  trail: { arrived(observation: CallObservation, arrival: Arrival): void } | undefined,
): void {
  if (trail) trail.arrived(observation, arrival)
  else observation.end(arrival)
}

/** The outcome of a call without a response; the signal is its waiters'. */
export function failedOutcome(error: unknown, signal: AbortSignal | undefined): CallOutcome {
  const code = error instanceof UpstreamError ? error.code : 'UPSTREAM_UNAVAILABLE'
  return { failure: signal?.aborted && code !== 'UPSTREAM_TIMEOUT' ? 'CANCELLED' : code }
}

/** One observer for several; undefined for none. The first trace that one of them returns goes with the call. */
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

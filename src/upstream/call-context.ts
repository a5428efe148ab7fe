import type { CallTrail } from './call-trail.ts'

/** A caller's own limit of calls. Both reject once it is used up. */
export interface Charge {
  /** Checks the limit before the call waits for its turn. Resolves with whether it had to count the call for that. */
  look(): Promise<boolean>
  /** Counts the call. */
  take(): Promise<void>
}

/** The right to make a call that other instances may want to make too. Its holder must not wait: the others wait for it. */
export interface Claim {
  /** Takes it unless this instance has it already. Rejects if another instance makes the call, which then must not be made. */
  take(): Promise<void>
  /** Gives it back before a wait, so that others may call meanwhile. */
  leave(): void
}

/** What one upstream call carries, on behalf of all requests that wait for it. */
export interface CallContext {
  /** Aborts when no request waits for the call any more. */
  readonly signal: AbortSignal
  /** The request that began the call: the limiters serve requesters round-robin. By default the signal. */
  readonly requester?: object
  /**
   * The caller whose request began the call: the limiters serve callers round-robin, and keep each to its share. By default the
   * requester.
   */
  readonly caller?: string | undefined
  /** The caller's own limit, if it has one. */
  readonly charge?: Charge | undefined
  /** The trace of the request that began the call, as in W3C's `traceparent` header. */
  readonly traceparent?: string | undefined
  /** How long its question already waited for another instance's call, in milliseconds: its deadline is shorter by that. */
  readonly followedMilliseconds?: number
  /** Taken when the call's turn has come; undefined if no other instance makes the call. */
  readonly claim?: Claim
  /** Identifies the call for its observers and for its error. */
  readonly trail?: CallTrail | undefined
  /** Called when the provider's limits allow the call and it is made. */
  readonly begun?: () => void
  /** Called when the call is sent again: with a new token, or because its connection was closed. */
  readonly repeated?: () => void
  /** Called when the call is sent again because its connection was lost during the call. */
  readonly lost?: (reason: Error) => void
  /** Called when a token is requested for the call. */
  readonly tokenAsked?: () => void
  /** Called with the time of the vendor's clock, in milliseconds, if a response has it. */
  readonly dated?: (milliseconds: number) => void
  /** Called with an incomplete value. The call later resolves with the whole value, or rejects. */
  readonly arriving?: (value: object) => void
  /** Called when the last byte of a response has come, which may be read later. */
  readonly arrived?: () => void
  /** Called with the bytes that a response took. */
  readonly received?: (bytes: number) => void
}

/** One upstream call under way, for everyone who waits for it. */
export interface CallContext {
  /** Ends when nobody waits for it any more. */
  readonly signal: AbortSignal
  /** Who began it: whoever asks much takes turns with whoever asks little. By default the signal. */
  readonly requester?: object
  /** The trace that whoever began it is part of, as W3C's `traceparent` header has it. */
  readonly traceparent?: string | undefined
  /** Told when its turn within the provider's limits has come, and it is made. */
  readonly begun?: () => void
  /** Told when a call is sent again: by a newer token, or as its connection had been closed. */
  readonly repeated?: () => void
  /** Told when a token is asked for on its behalf. */
  readonly tokenAsked?: () => void
  /** Told how many bytes an answer took. */
  readonly received?: (bytes: number) => void
}

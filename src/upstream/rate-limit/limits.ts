/** What every provider has a setting for, beside the bounds of one call. */
export interface Limits {
  /** The most calls of one account that are under way at once. */
  readonly concurrency: number
  /** How long an answer may be kept that nothing else puts an end to; 0 is not at all. */
  readonly ttlSeconds: number
  /** The most calls that one request may plan; one that needs more is refused before any, but for what depends on an answer. */
  readonly maximumCalls: number
}

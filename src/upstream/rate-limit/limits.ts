/** Settings of every provider, besides the bounds of one call. */
export interface Limits {
  /** The most calls of one account under way at once. */
  readonly concurrency: number
  /** The TTL of cached responses without another limit; 0 turns caching off. */
  readonly ttlSeconds: number
  /**
   * The most calls of one request. A request that needs more is refused before any call; only calls that depend on a
   * response are counted later.
   */
  readonly maximumCalls: number
}

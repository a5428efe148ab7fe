/** A value, when upstream sent it, and whether it is past its TTL. */
export interface Outcome<Value> {
  readonly value: Value
  readonly at: number
  readonly isStale: boolean
  /** Until when the cache returns it, in ms since 1970; undefined if it did not come from the cache. */
  readonly until?: number
}

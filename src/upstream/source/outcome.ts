/** A value, when upstream gave it, and whether it is past its TTL. */
export interface Outcome<Value> {
  readonly value: Value
  readonly at: number
  readonly isStale: boolean
  /** Until when the cache gives it to whoever asks the same, in ms since 1970; undefined if it did not come from there. */
  readonly until?: number
}

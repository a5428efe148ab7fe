/** A value, when upstream gave it, and whether it is past its TTL. */
export interface Outcome<Value> {
  readonly value: Value
  readonly at: number
  readonly isStale: boolean
}

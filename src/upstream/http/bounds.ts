/** Bounds of one call, the same for every provider unless its settings say otherwise. */
export interface Bounds {
  /** From the call to the last byte of its answer; waiting for one of the connections counts too. */
  readonly deadlineMilliseconds: number
  /** Of one answer's body; a larger one is an error, and the rest of it is not read. */
  readonly maximumBytes: number
}

/** The limits of one operation. */
export interface OperationLimits extends ShapeLimits {
  /** The static cost. */
  readonly cost: number
  /** The estimated size of the response. */
  readonly responseBytes: number
  /** Root fields of a mutation. */
  readonly changes: number
}

export interface ShapeLimits {
  /** Levels of selections, lists and input objects, including fragments. */
  readonly depth: number
  readonly aliases: number
  readonly tokens: number
  readonly directives: number
}

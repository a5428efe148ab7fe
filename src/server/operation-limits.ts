/** What one operation may hold and ask for at most. */
export interface OperationLimits extends ShapeLimits {
  /** The static cost of all that it asks for. */
  readonly cost: number
  /** Of the response, as estimated before anything is run. */
  readonly responseBytes: number
  /** Root fields of a mutation. */
  readonly changes: number
}

export interface ShapeLimits {
  /** Levels of selections, lists and input objects, through fragments. */
  readonly depth: number
  readonly aliases: number
  readonly tokens: number
  readonly directives: number
}

/** What one operation may hold at most. */
export interface OperationLimits {
  /** Levels of selections, lists and input objects, through fragments. */
  readonly depth: number
  readonly aliases: number
  readonly tokens: number
  readonly directives: number
}

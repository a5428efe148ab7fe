/** The `@cost` of a field that calls upstream; other fields cost 1 or 0. */
export const callCost = 10

/** The length of a list by its argument `first`. */
export const listSize = { slicingArguments: ['first'], requireOneSlicingArgument: false }

/** The same for a connection. */
export const connectionSize = { ...listSize, sizedFields: ['edges', 'nodes'] }

/** The extension key for what directives cannot express: the length of a field's list by its arguments. */
export const fieldSize = 'isothermFieldSize'

/** Lengths of lists further below, by the names that those lists use. */
export type Sizes = Readonly<Record<string, number>>

export interface FieldSize<Args> {
  /** The length of the list, by its arguments and those of the fields above. */
  readonly size?: (args: Args, above: Sizes) => number
  /** What the lists below it need. */
  readonly below?: (args: Args) => Sizes
  /** How many times its `@cost` counts: its work is that of so many fields. */
  readonly times?: (args: Args, above: Sizes) => number
  /** The bytes of its text, if they differ much from those of other texts. */
  readonly bytes?: number
}

/** Extensions of a field whose list is as long as its own arguments, or those of a field above, allow. */
export function sized<Args extends object>(size: FieldSize<Args>) {
  return { [fieldSize]: size }
}

/** The assumed number of buckets of a series. */
export const assumedBuckets = 24

/** Extensions of a list with one member for each bucket of the range above. */
export const sizedByBuckets = sized({ size: (_args, { buckets = assumedBuckets }) => buckets })

/** What a field weighs in `@cost` that calls upstream, where one that does not weighs 1 or nothing. */
export const callCost = 10

/** How long a list is whose first rows are asked for. */
export const listSize = { slicingArguments: ['first'], requireOneSlicingArgument: false }

/** The same of a connection. */
export const connectionSize = { ...listSize, sizedFields: ['edges', 'nodes'] }

/** The name under which a field's extensions say what directives cannot: how long its list is by its arguments. */
export const fieldSize = 'isothermFieldSize'

/** Lengths of lists further below, by a name that those lists know. */
export type Sizes = Readonly<Record<string, number>>

export interface FieldSize<Args> {
  /** How long the list is, by its arguments and by what the fields above it said. */
  readonly size?: (args: Args, above: Sizes) => number
  /** What lists below it need to know. */
  readonly below?: (args: Args) => Sizes
  /** How many bytes its text takes, where that is far from what such texts take. */
  readonly bytes?: number
}

/** Extensions of a field whose list is as long as its arguments, or those of a field above, let it be. */
export function sized<Args extends object>(size: FieldSize<Args>) {
  return { [fieldSize]: size }
}

/** How many buckets a series has, where nothing says more. */
export const assumedBuckets = 24

/** Extensions of a list with a member for each bucket of the range that was asked above. */
export const sizedByBuckets = sized({ size: (_args, { buckets = assumedBuckets }) => buckets })

/** What a field weighs in `@cost` that calls upstream, where one that does not weighs 1 or nothing. */
export const callCost = 10

/** How long a list is whose first rows are asked for. */
export const listSize = { slicingArguments: ['first'], requireOneSlicingArgument: false }

/** The same of a connection. */
export const connectionSize = { ...listSize, sizedFields: ['edges', 'nodes'] }

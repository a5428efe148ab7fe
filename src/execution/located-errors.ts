import { GraphQLError, type Source } from 'graphql'

/**
 * Errors with their text. Compiled code knows the line and column of what failed but not the text they are of, and whoever
 * makes an error anew, as a server does before it tells it, keeps a place only with its text.
 */
export function locatedErrors(source: Source, errors: readonly GraphQLError[]): readonly GraphQLError[] {
  const lines = lineStarts(source.body)
  return errors.map(error => {
    const { message, locations, path = null, originalError = null, extensions } = error
    if (error.source || !locations) return error
    const positions = locations.map(({ line, column }) => (lines[line - 1] ?? 0) + column - 1)
    return new GraphQLError(message, { source, positions, path, originalError, extensions })
  })
}

/** By the line ends of the specification. */
function lineStarts(text: string): readonly number[] {
  return [0, ...Array.from(text.matchAll(/\r\n|\n|\r/g), ({ 0: end, index }) => index + end.length)]
}

import { GraphQLError, type Source } from 'graphql'

/**
 * Gives errors of compiled code their source text. They know line and column only, and a GraphQLError that is created
 * from another one, as masking does, loses its location without the text.
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

/** Line terminators as GraphQL defines them. */
function lineStarts(text: string): readonly number[] {
  return [0, ...Array.from(text.matchAll(/\r\n|\n|\r/g), ({ 0: end, index }) => index + end.length)]
}

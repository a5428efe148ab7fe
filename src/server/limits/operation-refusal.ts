import { GraphQLError } from 'graphql'

/**
 * Refuses a whole operation before execution. Always HTTP 400: a client that gets errors with 200 would take them for
 * a partial response.
 */
export function operationRefusal(
  message: string,
  code: string,
  extensions: Readonly<Record<string, unknown>> = {},
): GraphQLError {
  const http = { spec: false, status: 400 }
  return new GraphQLError(message, { extensions: { code, ...extensions, http } })
}

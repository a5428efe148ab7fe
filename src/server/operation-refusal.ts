import { GraphQLError } from 'graphql'

/**
 * An error that refuses a whole operation before execution, as HTTP 400 whatever the caller accepts: a client that expects 200
 * with errors must not take it for a partial answer.
 */
export function operationRefusal(
  message: string,
  code: string,
  extensions: Readonly<Record<string, unknown>> = {},
): GraphQLError {
  const http = { spec: false, status: 400 }
  return new GraphQLError(message, { extensions: { code, ...extensions, http } })
}

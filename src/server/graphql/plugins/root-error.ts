import { GraphQLError } from 'graphql'

/** The thrown error, without the GraphQLErrors around it. */
export function rootOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError ? rootOf(error.originalError) : error
}

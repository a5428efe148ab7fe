import { GraphQLError } from 'graphql'

/** What was thrown, under what the executor made of it. */
export function rootOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError ? rootOf(error.originalError) : error
}

import { GraphQLError } from 'graphql'
import type { Caller } from '../../access/caller.ts'
import type { Result } from './result-body.ts'

/** The end of graphql-js's message about an unknown name: similar names of the schema. */
const suggestion = ' Did you mean '

/** The message for this caller: names that it did not send are only for callers with `explore`. */
export function withoutSuggestion(message: string, { scopes }: Caller): string {
  const start = message.endsWith('?') ? message.lastIndexOf(suggestion) : -1
  return scopes.has('explore') || start < 0 ? message : message.slice(0, start)
}

/** The same for all errors of a result. The errors themselves stay unchanged: requests of other callers may share them. */
export function withoutSuggestions(result: Result, caller: Caller): Result {
  const { errors, incremental, completed } = result
  if (caller.scopes.has('explore') || (!errors?.length && !incremental && !completed)) return result
  const within = (part: Result) => withoutSuggestions(part, caller)
  return {
    ...result,
    ...(errors && { errors: errors.map(error => hidden(error, caller)) }),
    ...(incremental && { incremental: incremental.map(within) }),
    ...(completed && { completed: completed.map(within) }),
  }
}

function hidden(error: unknown, caller: Caller): unknown {
  if (!(error instanceof GraphQLError)) return error
  const message = withoutSuggestion(error.message, caller)
  if (message === error.message) return error
  const { source, positions, path, originalError, extensions } = error
  return new GraphQLError(message, { source, positions, path, originalError, extensions })
}

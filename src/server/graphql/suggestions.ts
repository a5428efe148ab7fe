import { GraphQLError } from 'graphql'
import type { Caller } from '../../access/caller.ts'
import type { Result } from './result-body.ts'

/** What graphql-js adds to an error about a name that it does not know: names of the schema that are like it. */
const suggestion = ' Did you mean '

/** The message as the caller may see it: names that it did not ask for are for callers with `explore`. */
export function withoutSuggestion(message: string, { scopes }: Caller): string {
  const start = message.endsWith('?') ? message.lastIndexOf(suggestion) : -1
  return scopes.has('explore') || start < 0 ? message : message.slice(0, start)
}

/** The same for all errors of a result. The errors themselves stay: requests of other callers may share them. */
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

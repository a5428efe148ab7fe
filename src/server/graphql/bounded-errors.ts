import { GraphQLError } from 'graphql'
import { mostErrors } from '../../execution/coerced-variables.ts'
import { longestMessage } from '../../upstream/bad-input.ts'
import { cutText } from '../../upstream/cut-text.ts'
import type { Result } from './result-body.ts'

/** Per error. A conflict of fields may have thousands of locations. */
const mostLocations = 10

/** The most bytes of the errors of one refusal, as JSON. */
const mostBytes = 50_000

/**
 * Bounds the errors of a response from any source: the length of each, and their number if the whole operation is refused. A
 * library's message may quote all that a client sent.
 */
export function bounded(result: Result): Result {
  const { data, errors, incremental, completed } = result
  if (!errors?.length && !incremental && !completed) return result
  const short = withShortErrors(result)
  return data === undefined && short.errors ? { ...short, errors: fewOf(short.errors) } : short
}

/** A later increment is no refusal: rows come without `data`, and each of their errors is sent. */
function withShortErrors(result: Result): Result {
  const { errors, incremental, completed } = result
  return {
    ...result,
    ...(errors && { errors: errors.map(shortened) }),
    ...(incremental && { incremental: incremental.map(withShortErrors) }),
    ...(completed && { completed: completed.map(withShortErrors) }),
  }
}

/** As many as fit, and at least one. */
function fewOf(errors: readonly unknown[]): readonly unknown[] {
  let bytes = 0
  return errors.slice(0, mostErrors).filter((error, index) => {
    bytes += Buffer.byteLength(JSON.stringify(error))
    return index === 0 || bytes <= mostBytes
  })
}

function shortened(error: unknown): unknown {
  if (!(error instanceof GraphQLError)) return error
  const { message, source, path, originalError, extensions, locations } = error
  const positions = error.positions?.slice(0, mostLocations)
  if (message.length <= longestMessage && (locations?.length ?? 0) <= mostLocations) return error
  return new GraphQLError(cutText(message, longestMessage), {
    source,
    positions,
    path,
    originalError,
    extensions,
  })
}

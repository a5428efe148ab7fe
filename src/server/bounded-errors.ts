import { GraphQLError } from 'graphql'
import { mostErrors } from '../execution/coerced-variables.ts'
import { longestMessage } from '../upstream/bad-input.ts'
import { cutText } from '../upstream/cut-text.ts'
import type { Result } from './result-body.ts'

/** Per error. A conflict of fields may have thousands of locations. */
const mostLocations = 10

/** The most that the errors of one refusal take, as JSON. */
const mostBytes = 50_000

/**
 * Bounds the errors of a response, whoever made them: the length of each, and their number if there is no data. A
 * library's message may quote all that a client sent.
 */
export function bounded(result: Result): Result {
  const { errors, incremental, completed } = result
  if (!errors?.length && !incremental && !completed) return result
  const cut = errors?.map(shortened)
  return {
    ...result,
    ...(cut && { errors: result.data === undefined ? fewOf(cut) : cut }),
    ...(incremental && { incremental: incremental.map(bounded) }),
    ...(completed && { completed: completed.map(bounded) }),
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

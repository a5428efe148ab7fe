import { GraphQLError } from 'graphql'
import { isAsyncIterable, mapAsyncIterator, type Plugin } from 'graphql-yoga'
import { mostErrors } from '../../execution/coerced-variables.ts'
import { longestMessage } from '../../upstream/bad-input.ts'
import { cutText } from '../../upstream/cut-text.ts'

/** Of one error: a conflict of fields may stand in thousands of places. */
const mostLocations = 10

/** What the errors of one refusal take at most, as JSON. */
const mostBytes = 50_000

interface Result {
  readonly data?: unknown
  readonly errors?: readonly GraphQLError[]
  readonly incremental?: readonly Result[]
}

/**
 * Bounds what a response tells of errors, whoever made them: the length of each, and the number of those that stand in place
 * of data. A library's message may quote all that a client sent. Yoga's HTTP writes every response that holds errors.
 */
export function useBoundedErrors(): Plugin {
  return {
    onResultProcess({ result, setResult }) {
      if (isAsyncIterable(result)) setResult(mapAsyncIterator(result, bounded))
      else setResult(Array.isArray(result) ? result.map(bounded) : bounded(result))
    },
  }
}

function bounded<Of extends Result>(result: Of): Of {
  const { errors, incremental } = result
  if (!errors?.length && !incremental) return result
  const cut = errors?.map(shortened)
  return {
    ...result,
    ...(cut && { errors: result.data === undefined ? fewOf(cut) : cut }),
    ...(incremental && { incremental: incremental.map(bounded) }),
  }
}

/** As many as fit, but one at least. */
function fewOf(errors: readonly GraphQLError[]): readonly GraphQLError[] {
  let bytes = 0
  return errors.slice(0, mostErrors).filter((error, index) => {
    bytes += Buffer.byteLength(JSON.stringify(error))
    return index === 0 || bytes <= mostBytes
  })
}

function shortened(error: GraphQLError): GraphQLError {
  const { message, source, path, originalError, extensions, locations } = error
  const positions = error.positions?.slice(0, mostLocations)
  const isShort = message.length <= longestMessage && (locations?.length ?? 0) <= mostLocations
  if (isShort && !extensions.originalError) return error
  return new GraphQLError(cutText(message, longestMessage), {
    source,
    positions,
    path,
    originalError,
    extensions: withShortCause(extensions),
  })
}

/** Of a body that is no JSON, Yoga tells what the parser said, which quotes the body. */
function withShortCause(extensions: GraphQLError['extensions']): GraphQLError['extensions'] {
  const { originalError } = extensions
  if (typeof originalError !== 'object' || originalError === null) return extensions
  const entries = Object.entries(originalError).map(([name, value]) => [
    name,
    typeof value === 'string' ? cutText(value, longestMessage) : value,
  ])
  return { ...extensions, originalError: Object.fromEntries(entries) }
}

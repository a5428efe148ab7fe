import { GraphQLError } from 'graphql'
import type { YogaMaskedErrorOpts } from 'graphql-yoga'
import { Forbidden } from '../../../access/forbidden.ts'
import { BadInput } from '../../../upstream/bad-input.ts'
import { UpstreamError } from '../../../upstream/error.ts'
import { errorCode } from '../../../upstream/error-code.ts'
import type { Log, LogFields } from '../../../upstream/log.ts'
import { rootOf } from './root-error.ts'

export interface MaskedErrors extends YogaMaskedErrorOpts {
  /** Logs an error that belongs to no field; `where` names the place in the code or the response. */
  readonly logError: (error: unknown, where: string, requestId?: string) => void
}

/**
 * Decides what clients see of an error: of an upstream failure its code, provider and sentence, of bad input its sentence, and of
 * others only that they were unexpected. Logs the rest, each error once, without messages from elsewhere. Masks each field error
 * once, however often it is asked to.
 */
export function maskErrors(log: Log): MaskedErrors {
  const logged = new WeakSet<object>()
  const isNew = (error: object) => {
    if (logged.has(error)) return false
    logged.add(error)
    return true
  }
  const logError = (error: unknown, where: string, requestId?: string) => {
    if (!(error instanceof UpstreamError)) {
      if (isNew(Object(error)))
        log.error({ where, requestId }, `unexpected error at ${where}: ${outline(error)}`)
      // A client that left is no upstream failure, and a vendor that is not called is logged once elsewhere.
    } else if (!isAbort(error.cause) && !error.isLogged && isNew(error)) {
      log.warn(upstreamFields(error), upstreamLine(error))
    }
  }
  const mask = (error: unknown, message: string) => {
    const located = error instanceof GraphQLError ? error : undefined
    const original = rootOf(error)
    if (original instanceof UpstreamError) {
      logError(original, '')
      return relocated(located, original.message, original.extensions)
    }
    // An error with a path is the executor's about a value that does not fit its field, and quotes the value.
    const isOurs = original instanceof BadInput || original instanceof Forbidden
    if (original instanceof GraphQLError && (isOurs || !located?.path)) return located ?? original
    logError(original, located?.path?.join('.') ?? 'start')
    return relocated(located, message, { code: 'INTERNAL_SERVER_ERROR', unexpected: true })
  }
  const known = new WeakMap<GraphQLError, Error>()
  return {
    logError,
    errorMessage: 'Something unexpected went wrong.',
    maskError(error, message) {
      if (!(error instanceof GraphQLError)) return mask(error, message)
      return known.getOrInsertComputed(error, () => mask(error, message))
    },
  }
}

function relocated(
  located: GraphQLError | undefined,
  message: string,
  extensions: Record<string, unknown>,
): GraphQLError {
  const { nodes = null, path = null, source = null, positions = null } = located ?? {}
  return new GraphQLError(message, { nodes, path, source, positions, extensions })
}

function isAbort(cause: unknown): boolean {
  return cause instanceof DOMException && cause.name === 'AbortError'
}

function upstreamFields({
  provider,
  code,
  upstreamStatus,
  upstreamRequestId,
  call,
}: UpstreamError): LogFields {
  return { provider, code, upstreamStatus, upstreamRequestId, ...call }
}

function upstreamLine({ provider, code, upstreamStatus, upstreamRequestId, cause }: UpstreamError): string {
  const details = [
    upstreamStatus !== undefined && `status ${upstreamStatus}`,
    upstreamRequestId && `request ${upstreamRequestId}`,
    cause !== undefined && `cause ${outline(cause)}`,
  ]
  return [`${provider} ${code}`, ...details.filter(Boolean)].join(', ')
}

/** Names, codes and stack frames, but no messages: a parser or a socket may quote a body, a URL or a key. */
export function outline(cause: unknown): string {
  if (!(cause instanceof Error)) return typeof cause
  const code = errorCode(cause)
  const where = cause.stack?.split('\n').find(line => /^\s+at .*\/(src|schema|dist)\//.test(line))
  const inner = cause.cause === undefined ? '' : ` < ${outline(cause.cause)}`
  return `${cause.name}${code ? ` ${code}` : ''}${where ? ` ${where.trim()}` : ''}${inner}`
}

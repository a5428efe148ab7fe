import { errors } from 'undici'
import { type ProviderName, UpstreamError, type UpstreamErrorCode } from '../error.ts'
import { errorCode } from '../error-code.ts'
import { maximumHeaderBytes } from './connections.ts'
import { UnreadableBody } from './content-coding.ts'
import { ProxyFailure } from './tunnel.ts'

export interface CallEnd {
  readonly maximumBytes: number
  /** Whether a part of the response had come. */
  readonly hasBegun: boolean
}

/** The error of a call without a complete response. Only the log gets the cause: it may name hosts and quote the body. */
export function noResponse(provider: ProviderName, cause: unknown, end: CallEnd): UpstreamError {
  if (cause instanceof UpstreamError) return cause
  const { code, sentence, ...details } = reasonOf(cause, end)
  return new UpstreamError(provider, code, `${provider} ${sentence}.`, { cause, ...details })
}

interface Reason {
  readonly code: UpstreamErrorCode
  /** By default as usual for the code. */
  readonly retryable?: boolean
  readonly isOverBound?: boolean
  /** Follows the provider's name. */
  readonly sentence: string
}

function reasonOf(cause: unknown, { maximumBytes, hasBegun }: CallEnd): Reason {
  if (cause instanceof ProxyFailure) return unavailable(`could not be reached: ${cause.message}`)
  if (cause instanceof UnreadableBody) return invalid(`answered ${cause.message}`)
  if (cause instanceof errors.ResponseExceededMaxSizeError)
    return overBound(`answered more than ${maximumBytes} bytes`)
  if (cause instanceof errors.HeadersOverflowError)
    return overBound(`answered with headers of more than ${maximumHeaderBytes} bytes`)
  if (isNotHttp(cause)) return invalid('answered something that is not HTTP')
  if (cause instanceof errors.SocketError && /^bad /.test(cause.message))
    return invalid('answered something that does not belong to the question')
  if (cause instanceof errors.ConnectTimeoutError)
    return { code: 'UPSTREAM_TIMEOUT', sentence: 'took no connection in time' }
  if (cause instanceof errors.InvalidArgumentError)
    return unavailable('cannot be asked this: it fits into no request', false)
  if (isCertificateError(cause))
    return unavailable('could not be reached: its certificate is not valid', false)
  if (isTlsError(cause)) return unavailable('could not be reached: it does not speak TLS as it should', false)
  if (endsConnection(cause)) {
    return unavailable(
      hasBegun
        ? 'closed the connection in the middle of its answer'
        : 'closed the connection before it answered',
    )
  }
  return unavailable('could not be reached')
}

/** The failure of a creation that may have arrived: sending it again might create a second one. */
export function mayBeDone({ provider, code, message, ...details }: UpstreamError): UpstreamError {
  const sentence = `${message} What was to be created may be there all the same: look before it is sent again.`
  const { cause, upstreamStatus, upstreamRequestId, isOverBound } = details
  return new UpstreamError(provider, code, sentence, {
    cause,
    upstreamStatus,
    upstreamRequestId,
    isOverBound,
    retryable: false,
  })
}

/** Whether the other side ended a connection that had been open. */
export function endsConnection(cause: unknown): boolean {
  if (cause instanceof errors.SocketError) return !/^bad /.test(cause.message)
  if (cause instanceof errors.ResponseContentLengthMismatchError) return true
  return ['ECONNRESET', 'EPIPE', 'ECONNABORTED'].includes(errorCode(cause) ?? '') && !isConnecting(cause)
}

/** A connection may also be reset while it is being opened: such an error names the address. */
function isConnecting(cause: unknown): boolean {
  return cause instanceof Error && 'syscall' in cause && cause.syscall === 'connect'
}

/** A status below 100 passes the parser, and fails an assertion of undici's. */
function isNotHttp(cause: unknown): boolean {
  return cause instanceof errors.HTTPParserError || errorCode(cause) === 'ERR_ASSERTION'
}

function isCertificateError(cause: unknown): boolean {
  return /CERT|^ERR_TLS_|UNABLE_TO_VERIFY|UNABLE_TO_GET|HOSTNAME_MISMATCH|INVALID_CA|CRL_/.test(
    errorCode(cause) ?? '',
  )
}

function isTlsError(cause: unknown): boolean {
  return /^(ERR_SSL_|EPROTO$)/.test(errorCode(cause) ?? '')
}

function invalid(sentence: string): Reason {
  return { code: 'UPSTREAM_INVALID_RESPONSE', sentence }
}

function overBound(sentence: string): Reason {
  return { ...invalid(sentence), isOverBound: true }
}

function unavailable(sentence: string, retryable = true): Reason {
  return { code: 'UPSTREAM_UNAVAILABLE', retryable, sentence }
}

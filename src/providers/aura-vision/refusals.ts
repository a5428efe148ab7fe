import { UpstreamError } from '../../upstream/error.ts'
import { tryJson } from '../../upstream/http/json.ts'
import type { HttpHead } from '../../upstream/http/message.ts'
import { requestId, retryAfter } from '../../upstream/http/status.ts'

/** The error for a refused connect. */
export function connectRefusal(answer: HttpHead): UpstreamError {
  const { status } = answer
  const details = {
    upstreamStatus: status,
    upstreamRequestId: requestId(answer),
    retryAfterSeconds: retryAfter(answer),
  }
  if (status === 401 || status === 403) {
    const message = 'aura-vision did not accept the token.'
    return new UpstreamError('aura-vision', 'UPSTREAM_UNAUTHENTICATED', message, details)
  }
  if (status === 429) {
    const message = 'aura-vision was asked too often.'
    return new UpstreamError('aura-vision', 'UPSTREAM_RATE_LIMITED', message, details)
  }
  const message = `aura-vision refused the connection with status ${status}.`
  return new UpstreamError('aura-vision', 'UPSTREAM_UNAVAILABLE', message, details)
}

/** The words of an API gateway, whose platform this is believed to be (inferred); the text itself is not repeated. */
export function strayError(message: string): UpstreamError {
  const json = tryJson(message)
  const text = json && typeof json === 'object' && 'message' in json ? json.message : undefined
  if (typeof text !== 'string') {
    const sentence = 'aura-vision sent a message that is no frame.'
    return new UpstreamError('aura-vision', 'UPSTREAM_INVALID_RESPONSE', sentence)
  }
  if (/forbidden|denied/i.test(text)) {
    return new UpstreamError('aura-vision', 'UPSTREAM_FORBIDDEN', 'aura-vision does not allow this question.')
  }
  if (/unauthori[sz]ed|token/i.test(text)) {
    return new UpstreamError(
      'aura-vision',
      'UPSTREAM_UNAUTHENTICATED',
      'aura-vision did not accept the token.',
    )
  }
  if (/timed? ?out/i.test(text)) {
    return new UpstreamError('aura-vision', 'UPSTREAM_TIMEOUT', 'aura-vision did not answer in time.')
  }
  if (/too many|limit|throttl/i.test(text)) {
    return new UpstreamError('aura-vision', 'UPSTREAM_RATE_LIMITED', 'aura-vision was asked too often.')
  }
  if (/internal/i.test(text)) {
    return new UpstreamError('aura-vision', 'UPSTREAM_UNAVAILABLE', 'aura-vision failed to answer.')
  }
  return new UpstreamError('aura-vision', 'UPSTREAM_REJECTED', 'aura-vision rejected the question.')
}

/** A refusal with an unclear reason, if no newer token can be requested now. */
export function eitherRefused({ code, upstreamStatus, upstreamRequestId }: UpstreamError): UpstreamError {
  const message =
    'aura-vision refuses the token, or what was asked: it does not say which, and the token was renewed too often just now.'
  return new UpstreamError('aura-vision', code, message, {
    upstreamStatus,
    upstreamRequestId,
    retryable: true,
    retryAfterSeconds: 60,
  })
}

export function closedEarly(cause?: Error): UpstreamError {
  const message = 'aura-vision closed the connection before it answered.'
  return new UpstreamError('aura-vision', 'UPSTREAM_UNAVAILABLE', message, { cause })
}

/** The meaning of a close code for one of the sent messages (RFC 6455, 7.4.1); undefined if it is about none. */
export function closedOver(code: number): UpstreamError | undefined {
  if (code === 1009) {
    const message = 'aura-vision takes no question that is so long.'
    return new UpstreamError('aura-vision', 'UPSTREAM_REJECTED', message)
  }
  if (code === 1003 || code === 1007) {
    const message = 'aura-vision closed the connection over the question.'
    return new UpstreamError('aura-vision', 'UPSTREAM_REJECTED', message)
  }
  if (code === 1008 || code === 1011) return closedEarly()
  return undefined
}

export function tooLarge(maximumBytes: number, cause?: Error): UpstreamError {
  const message = `aura-vision answered more than ${maximumBytes} bytes.`
  return new UpstreamError('aura-vision', 'UPSTREAM_INVALID_RESPONSE', message, {
    cause: cause ?? new RangeError(message),
    isOverBound: true,
  })
}

export function notText(): UpstreamError {
  const message = 'aura-vision sent a message that is not UTF-8.'
  return new UpstreamError('aura-vision', 'UPSTREAM_INVALID_RESPONSE', message)
}

import { UpstreamError } from '../error.ts'
import type { Outcome } from './breaker.ts'

/** What an error says about the host that was called. */
export function outcomeOf(error: unknown): Outcome {
  if (!(error instanceof UpstreamError)) return 'unknown'
  const { code, upstreamStatus = 0, isOverBound } = error
  if (isOverBound) return 'refused'
  // A 408 is a timeout by its code, and a refusal by its status.
  if (upstreamStatus >= 400 && upstreamStatus < 500) return 'refused'
  return isFailure.has(code) ? 'failed' : 'refused'
}

const isFailure: ReadonlySet<string> = new Set([
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_INVALID_RESPONSE',
])

/** Whether a read with this error may succeed a moment later: after a 5xx status, 408, or a connection that ended. */
export function isPassing(error: unknown): error is UpstreamError {
  if (!(error instanceof UpstreamError) || !error.retryable) return false
  const { code, upstreamStatus } = error
  if (code !== 'UPSTREAM_UNAVAILABLE' && code !== 'UPSTREAM_TIMEOUT') return false
  return upstreamStatus === undefined || upstreamStatus >= 500 || upstreamStatus === 408
}

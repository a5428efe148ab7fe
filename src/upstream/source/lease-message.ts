import { z } from 'zod'
import { isUpstreamErrorCode, providerNames, UpstreamError, type UpstreamErrorCode } from '../error.ts'

/** The message about a call's result for instances that wait for it, if the cache does not have it. */
export type LeaseMessage =
  | { readonly kind: 'failed'; readonly error: UpstreamError }
  | GivenResult
  /** The result does not help another instance, which has to ask for itself. */
  | { readonly kind: 'unshared' }
  /** It could not reach the vendor; another instance may. */
  | { readonly kind: 'unreached' }

/** A value as JSON, and when upstream sent it. */
export interface GivenResult {
  readonly kind: 'given'
  readonly value: unknown
  readonly at: number
}

/**
 * The message about a failure: the failure itself if the vendor sent it; otherwise perhaps only this instance cannot reach the
 * vendor. `isSecond` says that another one could not reach it either.
 */
export function printFailure(error: Error, isSecond: boolean): unknown {
  if (!(error instanceof UpstreamError)) return { kind: 'unshared' }
  if (isAnswered(error)) return printFailed(error)
  // After waiting for a timeout, nobody has time for another one.
  if (error.code !== 'UPSTREAM_UNAVAILABLE') return { kind: 'unshared' }
  return isSecond ? printFailed(error) : { kind: 'unreached' }
}

function isAnswered({ upstreamStatus, code }: UpstreamError): boolean {
  return upstreamStatus !== undefined || codesOfAnswers.has(code)
}

/** Codes that no failed connection has. An error on a socket has no status. */
const codesOfAnswers: ReadonlySet<UpstreamErrorCode> = new Set([
  'UPSTREAM_UNAUTHENTICATED',
  'UPSTREAM_FORBIDDEN',
  'UPSTREAM_NOT_FOUND',
  'UPSTREAM_REJECTED',
])

/** Without its cause, which is for the log of the instance that made the call. */
function printFailed(error: UpstreamError): unknown {
  const { provider, code, message, retryable, retryAfterSeconds, upstreamStatus, upstreamRequestId } = error
  const details = {
    retryable,
    retryAfterSeconds,
    upstreamStatus,
    upstreamRequestId,
    isLogged: error.isLogged,
  }
  return { kind: 'failed', provider, code, message, ...details }
}

/** Undefined for a text that is no such message. */
export function readLeaseMessage(value: unknown): LeaseMessage | undefined {
  const { data: result } = leaseMessage.safeParse(value)
  if (result?.kind !== 'failed') return result
  const { provider, code, message, ...details } = result
  return { kind: 'failed', error: new UpstreamError(provider, code, message, details) }
}

const leaseMessage = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('failed'),
    provider: z.enum(providerNames),
    code: z.custom<UpstreamErrorCode>(isUpstreamErrorCode),
    message: z.string(),
    retryable: z.boolean(),
    retryAfterSeconds: z.number().optional(),
    upstreamStatus: z.number().optional(),
    upstreamRequestId: z.string().optional(),
    isLogged: z.boolean().optional(),
  }),
  z.object({ kind: z.literal('given'), value: z.unknown(), at: z.number() }),
  z.object({ kind: z.literal('unshared') }),
  z.object({ kind: z.literal('unreached') }),
])

import { z } from 'zod'
import { isUpstreamErrorCode, providerNames, UpstreamError, type UpstreamErrorCode } from '../error.ts'

/** What an instance tells those that wait for its call, where the cache does not. */
export type ToldResult =
  | { readonly kind: 'failed'; readonly error: UpstreamError }
  | GivenResult
  /** What came of it is of no use to another instance, which asks for itself. */
  | { readonly kind: 'unshared' }
  /** It found no way to the vendor; another may. */
  | { readonly kind: 'unreached' }

/** A value as JSON, and when upstream gave it. */
export interface GivenResult {
  readonly kind: 'given'
  readonly value: unknown
  readonly at: number
}

/**
 * What is told of a failure: itself if the vendor answered it, else perhaps only this instance has no way to the vendor.
 * `isSecond` says that another one had none either.
 */
export function printFailure(error: Error, isSecond: boolean): unknown {
  if (!(error instanceof UpstreamError)) return { kind: 'unshared' }
  if (isAnswered(error)) return printFailed(error)
  // Of those who have waited for a timeout nobody has time for yet another.
  if (error.code !== 'UPSTREAM_UNAVAILABLE') return { kind: 'unshared' }
  return isSecond ? printFailed(error) : { kind: 'unreached' }
}

function isAnswered({ upstreamStatus, code }: UpstreamError): boolean {
  return upstreamStatus !== undefined || codesOfAnswers.has(code)
}

/** What no failed connection is told as; on a socket there is no status. */
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

/** Undefined for what no instance tells. */
export function readTold(told: unknown): ToldResult | undefined {
  const { data: result } = toldResult.safeParse(told)
  if (result?.kind !== 'failed') return result
  const { provider, code, message, ...details } = result
  return { kind: 'failed', error: new UpstreamError(provider, code, message, details) }
}

const toldResult = z.discriminatedUnion('kind', [
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

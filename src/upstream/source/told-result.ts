import { z } from 'zod'
import { isUpstreamErrorCode, providerNames, UpstreamError, type UpstreamErrorCode } from '../error.ts'

/** What an instance tells those that wait for its call, where the cache does not. */
export type ToldResult =
  | { readonly kind: 'failed'; readonly error: UpstreamError }
  | GivenResult
  /** There is a value, but no other instance can have it. */
  | { readonly kind: 'unshared' }

/** A value as JSON, and when upstream gave it. */
export interface GivenResult {
  readonly kind: 'given'
  readonly value: unknown
  readonly at: number
}

/** The JSON of an error; without its cause, which is for the log of the instance that made the call. */
export function printFailure(error: UpstreamError): unknown {
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
])

/** The providers, by the names that errors, settings and the graph know them by. */
export const providerNames = ['aura-vision', 'posthog', 'analytiks', 'zenovay', 'datadog'] as const
export type ProviderName = (typeof providerNames)[number]

/** What can go wrong with an upstream, and whether asking again later may help. */
const retryableByCode = {
  PROVIDER_NOT_CONFIGURED: false,
  UPSTREAM_UNAUTHENTICATED: false,
  UPSTREAM_FORBIDDEN: false,
  UPSTREAM_NOT_FOUND: false,
  UPSTREAM_REJECTED: false,
  UPSTREAM_RATE_LIMITED: true,
  UPSTREAM_QUOTA_EXHAUSTED: false,
  UPSTREAM_TIMEOUT: true,
  UPSTREAM_UNAVAILABLE: true,
  UPSTREAM_INVALID_RESPONSE: false,
} as const

export type UpstreamErrorCode = keyof typeof retryableByCode

export interface UpstreamErrorDetails {
  /** Whether the same question may succeed later; by default what the code implies. */
  readonly retryable?: boolean | undefined
  readonly retryAfterSeconds?: number | undefined
  readonly upstreamStatus?: number | undefined
  readonly upstreamRequestId?: string | undefined
  /** For the log alone; never shown to a client. */
  readonly cause?: unknown
}

/**
 * What a provider's client throws, but for the BadInput of an id that no route can hold. Its message is shown to
 * callers, so it is a sentence of our own: it never quotes an upstream body, a URL or a credential.
 */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError'
  readonly provider: ProviderName
  readonly code: UpstreamErrorCode
  readonly retryable: boolean
  readonly retryAfterSeconds: number | undefined
  readonly upstreamStatus: number | undefined
  readonly upstreamRequestId: string | undefined

  constructor(
    provider: ProviderName,
    code: UpstreamErrorCode,
    message: string,
    { cause, retryable, retryAfterSeconds, upstreamStatus, upstreamRequestId }: UpstreamErrorDetails = {},
  ) {
    super(message, cause === undefined ? undefined : { cause })
    this.provider = provider
    this.code = code
    this.retryable = retryable ?? retryableByCode[code]
    this.retryAfterSeconds = retryAfterSeconds
    this.upstreamStatus = upstreamStatus
    this.upstreamRequestId = upstreamRequestId
  }

  /** What a client is told beside the message. */
  get extensions(): Record<string, unknown> {
    const { code, provider, retryable, retryAfterSeconds, upstreamStatus, upstreamRequestId } = this
    return {
      code,
      provider,
      retryable,
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
      ...(upstreamStatus !== undefined && { upstreamStatus }),
      ...(upstreamRequestId !== undefined && { upstreamRequestId }),
    }
  }
}

/** Whether an upstream fails for now, whatever it is asked: what it told before may stand in for it. */
export function isDown(error: unknown): boolean {
  return (
    error instanceof UpstreamError &&
    (error.code === 'UPSTREAM_UNAVAILABLE' ||
      error.code === 'UPSTREAM_TIMEOUT' ||
      error.code === 'UPSTREAM_RATE_LIMITED' ||
      error.code === 'UPSTREAM_QUOTA_EXHAUSTED')
  )
}

/** The error of a provider that the environment does not configure. */
export function notConfigured(provider: ProviderName): UpstreamError {
  return new UpstreamError(
    provider,
    'PROVIDER_NOT_CONFIGURED',
    `${provider} is not configured: its required variables are not set.`,
  )
}

/** What was thrown, as an error; what is none is its cause. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error('A question failed.', { cause: thrown })
}

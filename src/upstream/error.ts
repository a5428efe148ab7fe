/** The providers, by the names that errors, settings and the graph know them by. */
export const providerNames = ['aura-vision', 'posthog', 'analytiks', 'zenovay', 'datadog'] as const
export type ProviderName = (typeof providerNames)[number]

/** What can go wrong with an upstream, and whether a later retry may succeed. */
const retryableByCode = {
  PROVIDER_NOT_CONFIGURED: false,
  UPSTREAM_UNAUTHENTICATED: false,
  UPSTREAM_FORBIDDEN: false,
  UPSTREAM_NOT_FOUND: false,
  UPSTREAM_REJECTED: false,
  UPSTREAM_RATE_LIMITED: true,
  RATE_LIMITED: true,
  UPSTREAM_QUOTA_EXHAUSTED: false,
  UPSTREAM_TIMEOUT: true,
  UPSTREAM_UNAVAILABLE: true,
  UPSTREAM_INVALID_RESPONSE: false,
} as const

export type UpstreamErrorCode = keyof typeof retryableByCode

export function isUpstreamErrorCode(code: unknown): code is UpstreamErrorCode {
  return typeof code === 'string' && Object.hasOwn(retryableByCode, code)
}

export interface UpstreamErrorDetails {
  /** Whether the same request may succeed later; by default what the code implies. */
  readonly retryable?: boolean | undefined
  readonly retryAfterSeconds?: number | undefined
  readonly upstreamStatus?: number | undefined
  readonly upstreamRequestId?: string | undefined
  /** Only for the log; never shown to a client. */
  readonly cause?: unknown
  /** Whether the log has its reason already, so that each further one is not worth a line. */
  readonly isLogged?: boolean | undefined
  /** Whether the answer is larger than we take: whoever asks for less gets one, so the vendor does not fail. */
  readonly isOverBound?: boolean | undefined
  /** Whether the token endpoint refused it: the call that a token was needed for was not made. */
  readonly isOfToken?: boolean | undefined
}

/** The call that an error ended: for the log, and for no client. */
export interface FailedCall {
  /** Without values, such as `GET /websites`. */
  readonly route: string
  /** The one that failed, from 1 on; 0 if it was refused before it left. */
  readonly attempt: number
  readonly milliseconds: number
  /** Of the incoming request that it was made for. */
  readonly requestId: string | undefined
  readonly traceId: string | undefined
}

/**
 * What a provider's client throws, except BadInput for an id that does not fit a route. Clients see the message, so it is a
 * sentence of our own: it never quotes an upstream body, a URL or a credential.
 */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError'
  readonly provider: ProviderName
  readonly code: UpstreamErrorCode
  readonly retryable: boolean
  readonly retryAfterSeconds: number | undefined
  readonly upstreamStatus: number | undefined
  readonly upstreamRequestId: string | undefined
  readonly isLogged: boolean
  readonly isOverBound: boolean
  readonly isOfToken: boolean
  /** Noted when the call ends. */
  call: FailedCall | undefined

  constructor(
    provider: ProviderName,
    code: UpstreamErrorCode,
    message: string,
    details: UpstreamErrorDetails = {},
  ) {
    const { cause, retryable, retryAfterSeconds, upstreamStatus, upstreamRequestId } = details
    super(message, cause === undefined ? undefined : { cause })
    this.provider = provider
    this.code = code
    this.retryable = retryable ?? retryableByCode[code]
    this.retryAfterSeconds = retryAfterSeconds
    this.upstreamStatus = upstreamStatus
    this.upstreamRequestId = upstreamRequestId
    this.isLogged = details.isLogged ?? false
    this.isOverBound = details.isOverBound ?? false
    this.isOfToken = details.isOfToken ?? false
  }

  /** What a client sees besides the message. */
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

/** The HTTP status that tells a client of such an error; 502 for a code that is none of these. */
export function clientStatusOf(code: string): number {
  switch (code) {
    case 'UPSTREAM_NOT_FOUND':
    case 'PROVIDER_NOT_CONFIGURED':
      return 404
    case 'RATE_LIMITED':
    case 'UPSTREAM_RATE_LIMITED':
    case 'UPSTREAM_QUOTA_EXHAUSTED':
      return 429
    case 'UPSTREAM_TIMEOUT':
      return 504
    default:
      return 502
  }
}

/** A limit of one caller: the same call is still possible for another. */
export class CallerLimited extends UpstreamError {}

/** Whether the upstream itself fails for now, whatever the request: stale-if-error applies. */
export function isDown(error: unknown): boolean {
  return (
    error instanceof UpstreamError &&
    (error.code === 'UPSTREAM_UNAVAILABLE' ||
      error.code === 'UPSTREAM_TIMEOUT' ||
      error.code === 'UPSTREAM_RATE_LIMITED' ||
      error.code === 'RATE_LIMITED' ||
      error.code === 'UPSTREAM_QUOTA_EXHAUSTED')
  )
}

/** The error for a provider without its required variables. */
export function notConfigured(provider: ProviderName): UpstreamError {
  return new UpstreamError(
    provider,
    'PROVIDER_NOT_CONFIGURED',
    `${provider} is not configured: its required variables are not set.`,
  )
}

/** What was thrown, as an Error; anything else becomes the cause of one. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error('A question failed.', { cause: thrown })
}

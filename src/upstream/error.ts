/** The providers, by their names in errors, settings and the graph. */
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
  /** Whether the same request may succeed later; by default as usual for the code. */
  readonly retryable?: boolean | undefined
  readonly retryAfterSeconds?: number | undefined
  readonly upstreamStatus?: number | undefined
  readonly upstreamRequestId?: string | undefined
  /** Only for the log; never shown to a client. */
  readonly cause?: unknown
  /** Whether the log already has its reason, so that repetitions need no line. */
  readonly isLogged?: boolean | undefined
  /** Whether the response is larger than the bound: a smaller question may get one, so the vendor does not fail. */
  readonly isOverBound?: boolean | undefined
  /** Whether the token endpoint refused it: the call that needed the token was not made. */
  readonly isOfToken?: boolean | undefined
}

/** The call that an error ended: for the log, and for no client. */
export interface FailedCall {
  /** Without values, such as `GET /websites`. */
  readonly route: string
  /** The failed attempt, from 1 on; 0 if it was refused before it left. */
  readonly attempt: number
  readonly milliseconds: number
  /** The incoming request behind the call. */
  readonly requestId: string | undefined
  readonly account: string | undefined
  readonly traceId: string | undefined
}

/**
 * The error of a provider's client, except BadInput for an id that does not fit a route. Clients see the message, so it is a
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
  /** Set when the call ends. */
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

  /** The extensions that a client sees, besides the message. */
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

/** The HTTP status for a client that gets such an error; 502 for other codes. */
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

/** A limit of one caller: other callers may still make the same call. */
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

/** A thrown value as an Error; any other value becomes the cause of one. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error('A question failed.', { cause: thrown })
}

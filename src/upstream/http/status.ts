import {
  type ProviderName,
  UpstreamError,
  type UpstreamErrorCode,
  type UpstreamErrorDetails,
} from '../error.ts'
import { type HttpHead, header } from './message.ts'

/** The error for a response's status. Pass `code` and `retryAfterSeconds` if the provider has better ones. */
export function statusError(
  provider: ProviderName,
  head: HttpHead,
  known: UpstreamErrorDetails & { readonly code?: UpstreamErrorCode | undefined } = {},
): UpstreamError {
  const { code = codeOf(head.status), ...details } = known
  return new UpstreamError(provider, code, sentences[code](provider, head.status), {
    ...detailsOf(head),
    // A 5xx status may be gone a moment later; a gateway's 408 and 425 (Too Early) too.
    ...(head.status >= 500 || [408, 425].includes(head.status) ? { retryable: true } : {}),
    retryAfterSeconds: retryAfter(head),
    ...Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined)),
  })
}

/** The members of an error that describe its response. */
export function detailsOf(head: HttpHead): UpstreamErrorDetails {
  return { upstreamStatus: head.status, upstreamRequestId: requestId(head) }
}

/** The upstream's own id of the call, for questions to its support. */
export function requestId(head: HttpHead): string | undefined {
  const id = header(head, 'x-request-id') ?? header(head, 'x-amzn-requestid') ?? header(head, 'cf-ray')
  return id && /^[\w.:-]{1,128}$/.test(id) ? id : undefined
}

/** `Retry-After` in seconds, sent as seconds or as a date. */
export function retryAfter(head: HttpHead): number | undefined {
  const value = header(head, 'retry-after')
  if (!value) return undefined
  return toWait(/^\d+$/.test(value) ? Number(value) : (dateOf(value) - Date.now()) / 1000)
}

/** Whole seconds, 0 if the time is over; undefined if it is no number, or does not fit the 32 bits of the graph's Int. */
export function toWait(seconds: number): number | undefined {
  const whole = Math.max(0, Math.ceil(seconds))
  return whole < 2 ** 31 ? whole : undefined
}

/** `Date.parse` reads nearly anything as a date: `1.5` is a day in January 2001. */
function dateOf(value: string): number {
  return /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun).+ GMT$/.test(value) ? Date.parse(value) : Number.NaN
}

function codeOf(status: number): UpstreamErrorCode {
  if (status === 401) return 'UPSTREAM_UNAUTHENTICATED'
  if (status === 403) return 'UPSTREAM_FORBIDDEN'
  if (status === 404 || status === 410) return 'UPSTREAM_NOT_FOUND'
  if (status === 408 || status === 504) return 'UPSTREAM_TIMEOUT'
  if (status === 429) return 'UPSTREAM_RATE_LIMITED'
  if (status >= 500) return 'UPSTREAM_UNAVAILABLE'
  if (status >= 400) return 'UPSTREAM_REJECTED'
  return 'UPSTREAM_INVALID_RESPONSE'
}

const sentences: Record<UpstreamErrorCode, (provider: string, status: number) => string> = {
  PROVIDER_NOT_CONFIGURED: provider => `${provider} is not configured.`,
  UPSTREAM_UNAUTHENTICATED: provider => `${provider} did not accept the credentials.`,
  UPSTREAM_FORBIDDEN: provider => `${provider} does not allow these credentials to read or change this.`,
  UPSTREAM_NOT_FOUND: provider => `${provider} does not know this.`,
  UPSTREAM_REJECTED: (provider, status) => `${provider} rejected the question with status ${status}.`,
  UPSTREAM_RATE_LIMITED: provider => `${provider} was asked too often.`,
  RATE_LIMITED: provider => `This caller has asked ${provider} too often.`,
  UPSTREAM_QUOTA_EXHAUSTED: provider => `The quota of ${provider} is used up.`,
  UPSTREAM_TIMEOUT: provider => `${provider} did not answer in time.`,
  UPSTREAM_UNAVAILABLE: (provider, status) => `${provider} is not available (status ${status}).`,
  UPSTREAM_INVALID_RESPONSE: (provider, status) =>
    redirects.has(status)
      ? `${provider} redirects to another address (status ${status}), which is not followed.`
      : `${provider} answered an unexpected status ${status}.`,
}

/** A credential is sent to no other host, so the address in the settings has to be right. */
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

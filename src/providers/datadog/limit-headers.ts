import { digits, type HttpResponse, header } from '../../upstream/http/message.ts'
import type { ReportedLimits } from '../../upstream/rate-limit/call-counter.ts'

/**
 * The period of an operation as a response's headers describe it: in seconds or calls; `Reset` is the seconds until its end.
 * Impossible values are left out: a limit of 0 would allow no call that could ever correct it.
 */
export function limitsFromHeaders(answer: HttpResponse): ReportedLimits {
  const count = (name: Lowercase<string>) => digits(header(answer, name), 9)
  const left = count('x-ratelimit-remaining')
  const reset = count('x-ratelimit-reset')
  if (left === undefined || reset === undefined) return {}
  const period = count('x-ratelimit-period') || undefined
  const length = period === undefined ? undefined : Math.min(period, longestPeriod)
  return {
    period: {
      left,
      limit: count('x-ratelimit-limit') || undefined,
      resetsInMilliseconds: Math.min(reset, length ?? longestPeriod) * 1000,
      length: length === undefined ? undefined : length * 1000,
    },
  }
}

/** A day, in seconds: the vendor has no longer period, and a mistake of it must not block an account for good. */
const longestPeriod = 86_400

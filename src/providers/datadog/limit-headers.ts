import { digits, type HttpResponse, header } from '../../upstream/http/message.ts'
import type { ReportedLimits } from '../../upstream/rate-limit/call-counter.ts'

/**
 * What an answer's headers tell of its operation's period: all are seconds or calls, `Reset` the seconds that are left of it. What
 * no period can be is left out: a limit of nothing would allow no call that could ever tell another one.
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

/** A day, in seconds: none of the vendor's is longer, and its mistake must not block an account for good. */
const longestPeriod = 86_400

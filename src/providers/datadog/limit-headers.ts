import { digits, type HttpResponse, header } from '../../upstream/http/message.ts'
import type { ReportedLimits } from '../../upstream/rate-limit/call-counter.ts'

/** What an answer's headers tell of its operation's period: all are seconds or calls, `Reset` the seconds that are left of it. */
export function limitsFromHeaders(answer: HttpResponse): ReportedLimits {
  const count = (name: Lowercase<string>) => digits(header(answer, name), 9)
  const left = count('x-ratelimit-remaining')
  const reset = count('x-ratelimit-reset')
  if (left === undefined || reset === undefined) return {}
  const length = count('x-ratelimit-period')
  return {
    period: {
      left,
      limit: count('x-ratelimit-limit'),
      resetsInMilliseconds: reset * 1000,
      length: length ? length * 1000 : undefined,
    },
  }
}

import { type HttpResponse, header } from '../../upstream/http/message.ts'
import type { ReportedLimits } from '../../upstream/rate-limit/call-counter.ts'

/** What an answer's headers tell of its operation's period: all are seconds or calls, `Reset` the seconds that are left of it. */
export function limitsFromHeaders(answer: HttpResponse): ReportedLimits {
  const left = count(header(answer, 'x-ratelimit-remaining'))
  const reset = count(header(answer, 'x-ratelimit-reset'))
  if (left === undefined || reset === undefined) return {}
  const length = count(header(answer, 'x-ratelimit-period'))
  return {
    period: {
      left,
      limit: count(header(answer, 'x-ratelimit-limit')),
      resetsInMilliseconds: reset * 1000,
      length: length ? length * 1000 : undefined,
    },
  }
}

function count(value: string | undefined): number | undefined {
  return value && /^\d{1,9}$/.test(value) ? Number(value) : undefined
}

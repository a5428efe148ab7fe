import { digits, type HttpResponse, header } from '../../upstream/http/message.ts'
import type { ReportedLimits } from '../../upstream/rate-limit/call-counter.ts'
import { type ZenovayPlan, zenovayPlans } from './plans.ts'

/** What an answer's headers tell of the minute's and the month's calls: truer than what the plan's name stands for. */
export function limitsFromHeaders(answer: HttpResponse, plan: ZenovayPlan): ReportedLimits {
  const count = (name: Lowercase<string>) => digits(header(answer, name), 15)
  const perMinute = count('x-ratelimit-limit')
  const left = count('x-ratelimit-remaining')
  const used = count('x-usage-monthly')
  // Of a limit of nothing no call could ever tell another one.
  const limit = count('x-usage-limit') || zenovayPlans[plan].perMonth
  // A refusal says itself how long to wait, which may be less than a whole minute.
  const isRefusal = answer.status === 429
  // Others with the same key may have used the minute up long before this call.
  const wait = left === 0 && !isRefusal ? minuteWait(answer) || undefined : undefined
  return {
    waitMilliseconds: wait === undefined ? undefined : wait * 1000,
    window: {
      calls: perMinute || undefined,
      left: isRefusal || wait !== undefined ? undefined : left,
    },
    period:
      used === undefined
        ? undefined
        : { limit, left: Math.max(0, limit - used), resetsInMilliseconds: monthReset(answer) },
  }
}

/**
 * The milliseconds until the month's quota begins anew; undefined when no header tells, or one that is further than a month can
 * be: a mistake must not block an account for good.
 */
export function monthReset(answer: HttpResponse): number | undefined {
  const reset = header(answer, 'x-usage-reset') ?? header(answer, 'x-usage-monthly-reset') ?? ''
  const milliseconds = Date.parse(reset) - Date.now()
  return milliseconds <= longestMonth ? Math.max(0, milliseconds) : undefined
}

/** 31 days, and one for clocks and time zones that differ. */
const longestMonth = 32 * 86_400_000

/**
 * The seconds until the minute's calls begin anew, by a header that holds a Unix time; undefined when it does not tell. No more than
 * a minute, whatever clocks say.
 */
export function minuteWait(answer: HttpResponse): number | undefined {
  const reset = digits(header(answer, 'x-ratelimit-reset'), 10)
  if (reset === undefined || reset < firstUnixTime) return undefined
  return Math.min(Math.max(0, Math.ceil(reset - Date.now() / 1000)), 60)
}

/** In 2001. A smaller number is no time of now. */
const firstUnixTime = 1_000_000_000

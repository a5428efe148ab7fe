import { digits, type HttpResponse, header } from '../../upstream/http/message.ts'
import type { ReportedLimits } from '../../upstream/rate-limit/call-counter.ts'
import { type ZenovayPlan, zenovayPlans } from './plans.ts'

/** The minute's and the month's calls as a response's headers report them, which is more exact than the plan's name. */
export function limitsFromHeaders(answer: HttpResponse, plan: ZenovayPlan): ReportedLimits {
  const count = (name: Lowercase<string>) => digits(header(answer, name), 15)
  const perMinute = count('x-ratelimit-limit')
  const left = count('x-ratelimit-remaining')
  const used = count('x-usage-monthly')
  // A limit of 0 would allow no call that could ever correct it.
  const limit = count('x-usage-limit') || zenovayPlans[plan].perMonth
  // A refusal itself says how long to wait, which may be less than a minute.
  const isRefusal = answer.status === 429
  // Other users of the key may have used up the minute long before this call.
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
 * The milliseconds until the month's quota begins again; undefined without such a header, or for a time further away than a
 * month: a mistake must not block an account for good.
 */
export function monthReset(answer: HttpResponse): number | undefined {
  const reset = header(answer, 'x-usage-reset') ?? header(answer, 'x-usage-monthly-reset') ?? ''
  const milliseconds = Date.parse(reset) - Date.now()
  return milliseconds <= longestMonth ? Math.max(0, milliseconds) : undefined
}

/** 31 days, and one more for clocks and time zones that differ. */
const longestMonth = 32 * 86_400_000

/**
 * The seconds until the minute begins again, from a header with a Unix time; undefined if it holds none. At most a minute, even
 * if clocks differ.
 */
export function minuteWait(answer: HttpResponse): number | undefined {
  const reset = digits(header(answer, 'x-ratelimit-reset'), 10)
  if (reset === undefined || reset < firstUnixTime) return undefined
  return Math.min(Math.max(0, Math.ceil(reset - Date.now() / 1000)), 60)
}

/** In 2001. A smaller number is no current time. */
const firstUnixTime = 1_000_000_000

import type { z } from 'zod'
import type { ProviderHealth } from '../../upstream/breaker/provider-health.ts'
import type { CallContext } from '../../upstream/call-context.ts'
import type { ResponseWatch } from '../../upstream/drift/drift.ts'
import { UpstreamError } from '../../upstream/error.ts'
import type { Bounds } from '../../upstream/http/bounds.ts'
import { openHttp } from '../../upstream/http/http.ts'
import { tryJson } from '../../upstream/http/json.ts'
import type { HttpResponse } from '../../upstream/http/message.ts'
import { readResponse } from '../../upstream/http/read-response.ts'
import { baseName, routeUrl } from '../../upstream/http/route.ts'
import { detailsOf, retryAfter, statusError, toWait } from '../../upstream/http/status.ts'
import { openAccountLimiter } from '../../upstream/rate-limit/account-limiter.ts'
import type { CallCounters } from '../../upstream/rate-limit/call-counters.ts'
import type { Limits } from '../../upstream/rate-limit/limits.ts'
import { authHeaders, type ZenovayAuth } from './auth.ts'
import { limitsFromHeaders, minuteWait, monthReset } from './limit-headers.ts'
import { type ZenovayPlan, zenovayPlans } from './plans.ts'
import {
  pagesResponse,
  readFailure,
  websitesResponse,
  type ZenovayPage,
  type ZenovayWebsite,
} from './wire.ts'

export interface ZenovaySettings extends Bounds {
  readonly apiKey: string
  readonly auth: ZenovayAuth
  /** Including the version, such as `https://api.zenovay.com/api/external/v1`. */
  readonly url: URL
  readonly plan: ZenovayPlan
  readonly limits: Limits
}

export interface ZenovayClient extends AsyncDisposable {
  /** The calls left of this month; null while unknown. */
  readonly quotaLeft: number | null
  /** The `limit` (1 to 100) most visited pages of a website, by all-time interactions. */
  pages(websiteId: string, limit: number, callContext: CallContext): Promise<readonly ZenovayPage[]>
  /** All websites that the key may read, each once. */
  websites(callContext: CallContext): Promise<readonly ZenovayWebsite[]>
}

/** What identifies an account at Zenovay: the address and the key. */
export function zenovayAccount({ url, apiKey }: ZenovaySettings): readonly string[] {
  return [baseName(url), apiKey]
}

export function connectZenovay(
  settings: ZenovaySettings,
  counters?: CallCounters,
  health?: ProviderHealth,
): ZenovayClient {
  const { apiKey, auth, url: base, plan } = settings
  const { perMinute, perMonth } = zenovayPlans[plan]
  const http = openHttp('zenovay', settings)
  const limiter = openAccountLimiter('zenovay', settings, {
    account: zenovayAccount(settings),
    allowance: {
      windows: [{ calls: perMinute, milliseconds: 60_000 }],
      period: { limit: perMonth, length: 'month' },
    },
    counters,
    health,
    url: base,
  })

  const headers = authHeaders(auth, apiKey)
  const watches = {
    pages: health?.drift.watch('GET /heatmaps/:websiteId/pages'),
    websites: health?.drift.watch('GET /websites'),
  }
  const get = <Schema extends z.ZodType>(
    url: URL,
    schema: Schema,
    watch: ResponseWatch | undefined,
    callContext: CallContext,
  ) =>
    limiter.spend(callContext, { name: url.href, isRead: true }, async callContext => {
      const answer = await http.call({ method: 'GET', url, headers, callContext })
      limiter.learn(limitsFromHeaders(answer, plan))
      return readResponse('zenovay', schema, answer, failure, watch)
    })
  return {
    get quotaLeft() {
      return limiter.quotaLeft
    },
    async pages(websiteId, limit, callContext) {
      const url = routeUrl(base, ['heatmaps', websiteId, 'pages'], { limit })
      return (await get(url, pagesResponse, watches.pages, callContext)).data.pages
    },
    async websites(callContext) {
      const url = routeUrl(base, ['websites'])
      const { websites } = (await get(url, websitesResponse, watches.websites, callContext)).data
      return [...Map.groupBy(websites, ({ id }) => id).values()].flatMap(rows => rows.slice(0, 1))
    },
    async [Symbol.asyncDispose]() {
      limiter[Symbol.dispose]()
      await http[Symbol.asyncDispose]()
    },
  }
}

function failure(answer: HttpResponse): UpstreamError {
  const reported = readFailure(tryJson(answer.body))
  if (answer.status === 429 && reported.code === 'MONTHLY_LIMIT_EXCEEDED') {
    const reset = monthReset(answer) ?? Number.NaN
    return statusError('zenovay', answer, {
      code: 'UPSTREAM_QUOTA_EXHAUSTED',
      retryAfterSeconds: toWait(reset / 1000),
    })
  }
  if (answer.status === 403 && reported.code === 'API_PAID_PLAN_REQUIRED') {
    const message = "zenovay does not offer its API on the plan of this key's account."
    return new UpstreamError('zenovay', 'UPSTREAM_FORBIDDEN', message, detailsOf(answer))
  }
  const wait = retryAfter(answer) ?? reported.retryAfterSeconds
  // Any response may have the header, but only a refusal means a wait.
  return statusError('zenovay', answer, {
    retryAfterSeconds: answer.status === 429 ? (wait ?? minuteWait(answer)) : wait,
  })
}

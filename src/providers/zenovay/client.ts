import type { z } from 'zod'
import { readAnswer } from '../../upstream/answer.ts'
import type { UpstreamError } from '../../upstream/error.ts'
import { type Bounds, type HttpAnswer, header, openHttp } from '../../upstream/http.ts'
import { tryJson } from '../../upstream/json.ts'
import type { Limits } from '../../upstream/limits.ts'
import { routeUrl } from '../../upstream/route.ts'
import { retryAfter, statusError, toWait } from '../../upstream/status.ts'
import type { ZenovayPlan } from './plans.ts'
import { pagesAnswer, readFailure, websitesAnswer, type ZenovayPage, type ZenovayWebsite } from './wire.ts'

export interface ZenovaySettings extends Bounds {
  readonly apiKey: string
  /** Up to and with the version, such as `https://api.zenovay.com/api/external/v1`. */
  readonly url: URL
  readonly plan: ZenovayPlan
  readonly limits: Limits
}

export interface ZenovayClient extends AsyncDisposable {
  /** The `limit` (1 to 100) most visited pages of a website, by all-time interactions. */
  pages(websiteId: string, limit: number, signal: AbortSignal): Promise<readonly ZenovayPage[]>
  /** All websites that the key may see. */
  websites(signal: AbortSignal): Promise<readonly ZenovayWebsite[]>
}

export function connectZenovay({ apiKey, url: base, ...bounds }: ZenovaySettings): ZenovayClient {
  const http = openHttp('zenovay', bounds)

  const get = async <Schema extends z.ZodType>(url: URL, schema: Schema, signal: AbortSignal) => {
    const answer = await http.call({ method: 'GET', url, headers: { 'x-api-key': apiKey }, signal })
    return readAnswer('zenovay', schema, answer, failure)
  }
  return {
    async pages(websiteId, limit, signal) {
      const url = routeUrl(base, ['heatmaps', websiteId, 'pages'], { limit })
      return (await get(url, pagesAnswer, signal)).data.pages
    },
    async websites(signal) {
      return (await get(routeUrl(base, ['websites']), websitesAnswer, signal)).data.websites
    },
    [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
  }
}

function failure(answer: HttpAnswer): UpstreamError {
  const told = readFailure(tryJson(answer.body))
  if (answer.status === 429 && told.code === 'MONTHLY_LIMIT_EXCEEDED') {
    const reset = header(answer, 'x-usage-reset') ?? header(answer, 'x-usage-monthly-reset') ?? ''
    return statusError('zenovay', answer, {
      code: 'UPSTREAM_QUOTA_EXHAUSTED',
      retryAfterSeconds: toWait((Date.parse(reset) - Date.now()) / 1000),
    })
  }
  return statusError('zenovay', answer, { retryAfterSeconds: retryAfter(answer) ?? told.retryAfterSeconds })
}

import type { z } from 'zod'
import type { UpstreamError } from '../../upstream/error.ts'
import { type Bounds, type HttpAnswer, openHttp } from '../../upstream/http.ts'
import { parseJson, tryJson } from '../../upstream/json.ts'
import { routeUrl } from '../../upstream/route.ts'
import { requestId, retryAfter, statusError } from '../../upstream/status.ts'
import { pagesAnswer, readFailure, websitesAnswer, type ZenovayPage, type ZenovayWebsite } from './wire.ts'

export interface ZenovaySettings extends Bounds {
  readonly apiKey: string
  /** Up to and with the version, such as `https://api.zenovay.com/api/external/v1`. */
  readonly url: URL
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
    if (answer.status !== 200) throw failure(answer)
    const details = { upstreamStatus: 200, upstreamRequestId: requestId(answer) }
    return parseJson('zenovay', schema, answer.body, details)
  }
  return {
    async pages(websiteId, limit, signal) {
      const url = routeUrl(base, ['heatmaps', websiteId, 'pages'], { limit })
      return (await get(url, pagesAnswer, signal)).data.pages
    },
    async websites(signal) {
      return (await get(routeUrl(base, ['websites']), websitesAnswer, signal)).data.websites
    },
    async [Symbol.asyncDispose]() {
      await http[Symbol.asyncDispose]()
    },
  }
}

function failure(answer: HttpAnswer): UpstreamError {
  const told = readFailure(tryJson(answer.body))
  if (answer.status === 429 && told.code === 'MONTHLY_LIMIT_EXCEEDED') {
    return statusError('zenovay', answer, {
      code: 'UPSTREAM_QUOTA_EXHAUSTED',
      retryAfterSeconds: secondsUntil(
        answer.headers['x-usage-reset'] ?? answer.headers['x-usage-monthly-reset'],
      ),
    })
  }
  return statusError('zenovay', answer, { retryAfterSeconds: retryAfter(answer) ?? told.retryAfterSeconds })
}

function secondsUntil(date: string | string[] | undefined): number | undefined {
  const seconds = Math.ceil((Date.parse(String(date)) - Date.now()) / 1000)
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined
}

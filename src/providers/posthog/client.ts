import type { ProviderHealth } from '../../upstream/breaker/provider-health.ts'
import type { CallContext } from '../../upstream/call-context.ts'
import type { ResponseWatch } from '../../upstream/drift/drift.ts'
import { UpstreamError } from '../../upstream/error.ts'
import type { Bounds } from '../../upstream/http/bounds.ts'
import { openHttp } from '../../upstream/http/http.ts'
import { parseJson } from '../../upstream/http/json.ts'
import { type HttpHead, type HttpResponse, header } from '../../upstream/http/message.ts'
import { readResponse } from '../../upstream/http/read-response.ts'
import { baseName, routeUrl } from '../../upstream/http/route.ts'
import { detailsOf, retryAfter, statusError } from '../../upstream/http/status.ts'
import type { ImageFile } from '../../upstream/images/image.ts'
import { openImageDownloader } from '../../upstream/images/image-download.ts'
import { openAccountLimiter } from '../../upstream/rate-limit/account-limiter.ts'
import type { CallCounters } from '../../upstream/rate-limit/call-counters.ts'
import type { Limits } from '../../upstream/rate-limit/limits.ts'
import type { Heat, HeatQuestion } from './records.ts'
import {
  heatmapResponse,
  heatmapsResponse,
  heatParameters,
  heatPointsResponse,
  missingScreenshotResponse,
  type PostHogHeatmap,
  scrollResponse,
  servedWidth,
} from './wire.ts'

export interface PostHogSettings extends Bounds {
  readonly personalApiKey: string
  /** The app's host, such as `https://us.posthog.com`. */
  readonly host: URL
  /** Calls in any 60 seconds. */
  readonly perMinute: number
  /** Calls in any 3,600 seconds. */
  readonly perHour: number
  /** How many days the vendor keeps interactions. */
  readonly heatmapDays: number
  /** For one image. */
  readonly maximumImageBytes: number
  readonly limits: Limits
}

/** The owner of heatmaps: a project, or an environment by the older route. */
export interface PostHogScope {
  readonly kind: 'projects' | 'environments'
  readonly id: string
}

/** The state of an image. Metadata is included only while there is no image. */
export type Screenshot = ReadyScreenshot | MissingScreenshot

export interface ReadyScreenshot {
  readonly state: 'READY'
  /** Null if only the bytes show it. */
  readonly contentType: string | null
  /** The width of the image, which may differ from the requested one. */
  readonly width: number | null
}

export interface RenderingScreenshot {
  readonly state: 'RENDERING'
  readonly retryAfterSeconds: number | null
  readonly heatmap: PostHogHeatmap
}

export type MissingScreenshot =
  | RenderingScreenshot
  | { readonly state: 'FAILED'; readonly failure: string; readonly heatmap: PostHogHeatmap }

/** A part of a heat. Scroll depths always come whole. */
export type HeatPage =
  | (Extract<Heat, { kind: 'points' }> & { readonly hasMore: boolean })
  | Extract<Heat, { kind: 'scroll' }>

export type ScreenshotImage = (ReadyScreenshot & { readonly image: ImageFile }) | MissingScreenshot

export interface PostHogClient extends AsyncDisposable {
  /** The calls left of the current hour. */
  readonly quotaLeft: number | null
  /** The state of a heatmap's image (by UUID) at a width. The nearest width is served if that one is not stored. */
  screenshot(scope: PostHogScope, uuid: string, width: number, callContext: CallContext): Promise<Screenshot>
  /** The same with the image itself. */
  image(scope: PostHogScope, uuid: string, width: number, callContext: CallContext): Promise<ScreenshotImage>
  /** One saved heatmap by its short id. */
  heatmap(scope: PostHogScope, shortId: string, callContext: CallContext): Promise<PostHogHeatmap>
  /** `limit` (at most 500) saved heatmaps from `offset` on, last updated first, and how many there are. */
  heatmaps(
    scope: PostHogScope,
    page: { readonly limit: number; readonly offset: number },
    callContext: CallContext,
  ): Promise<{ readonly results: readonly PostHogHeatmap[]; readonly count: number }>
  /** The heat of a page, from the `offset`-th point on; `lastDay` is the last requested day. */
  heat(
    scope: PostHogScope,
    question: HeatQuestion,
    part: { readonly lastDay: string; readonly offset: number },
    callContext: CallContext,
  ): Promise<HeatPage>
}

/** What identifies an account at PostHog: the host and the key. */
export function posthogAccount({ host, personalApiKey }: PostHogSettings): readonly string[] {
  return [baseName(host), personalApiKey]
}

export function connectPosthog(
  settings: PostHogSettings,
  counters?: CallCounters,
  health?: ProviderHealth,
): PostHogClient {
  const { personalApiKey, host, perMinute, perHour } = settings
  const http = openHttp('posthog', settings)
  const images = openImageDownloader('posthog', {
    ...settings,
    maximumBytes: settings.maximumImageBytes,
  })
  const limiter = openAccountLimiter('posthog', settings, {
    account: posthogAccount(settings),
    allowance: {
      windows: [
        { calls: perMinute, milliseconds: 60_000 },
        { calls: perHour, milliseconds: 3_600_000 },
      ],
    },
    counters,
    health,
    url: host,
  })
  // `*/*`: the vendor's renderers are JSON only, so an Accept of only image/jpeg would be a 406 (inferred from its source).
  const headers = { authorization: `Bearer ${personalApiKey}`, accept: '*/*' }

  const watches = {
    list: health?.drift.watch('GET /saved'),
    saved: health?.drift.watch('GET /saved/:short_id'),
    content: health?.drift.watch('GET /heatmap_screenshots/:id/content'),
    points: health?.drift.watch('GET /heatmaps'),
    scroll: health?.drift.watch('GET /heatmaps?type=scrolldepth'),
  }
  const readScreenshot = (answer: HttpResponse) => readContent(answer, watches.content)
  const urlOf = (
    { kind, id }: PostHogScope,
    route: readonly string[],
    query: Readonly<Record<string, string | number | undefined>>,
  ) => routeUrl(host, ['api', kind, id, ...route, ''], query)
  const get = async <Value>(
    scope: PostHogScope,
    route: readonly string[],
    query: Readonly<Record<string, string | number | undefined>>,
    callContext: CallContext,
    read: (answer: HttpResponse) => Value,
    skipBody?: (head: HttpHead) => boolean,
  ) => {
    const url = urlOf(scope, route, query)
    const call = { method: 'GET', url, headers, ...(skipBody && { skipBody }) } as const
    return limiter.spend(callContext, { name: url.href, isRead: true }, async callContext =>
      read(await http.call({ ...call, callContext })),
    )
  }
  return {
    async screenshot(scope, uuid, width, callContext) {
      const route = ['heatmap_screenshots', uuid, 'content']
      return get(scope, route, { width }, callContext, readScreenshot, head => head.status === 200)
    },
    async image(scope, uuid, width, callContext) {
      const url = urlOf(scope, ['heatmap_screenshots', uuid, 'content'], { width })
      return limiter.spend(callContext, { name: url.href, isRead: true }, async callContext => {
        const answer = await images.get({ url, headers, callContext })
        if ('image' in answer) return { ...readyScreenshot(answer, answer.image), image: answer.image }
        return readMissing(answer, watches.content)
      })
    },
    async heatmap(scope, shortId, callContext) {
      const read = (answer: HttpResponse) =>
        readResponse('posthog', heatmapResponse, answer, undefined, watches.saved)
      return get(scope, ['saved', shortId], {}, callContext, read)
    },
    async heatmaps(scope, page, callContext) {
      const read = (answer: HttpResponse) =>
        readResponse('posthog', heatmapsResponse, answer, undefined, watches.list)
      return get(scope, ['saved'], { ...page }, callContext, read)
    },
    async heat(scope, question, { lastDay, offset }, callContext) {
      const parameters = heatParameters(question, lastDay, offset)
      const read = (answer: HttpResponse): HeatPage =>
        question.type === 'scrollDepth'
          ? readResponse('posthog', scrollResponse, answer, undefined, watches.scroll)
          : readResponse('posthog', heatPointsResponse, answer, undefined, watches.points)
      return get(scope, ['heatmaps'], parameters, callContext, read)
    },
    get quotaLeft() {
      return limiter.quotaLeft
    },
    async [Symbol.asyncDispose]() {
      limiter[Symbol.dispose]()
      await Promise.all([http, images].map(upstream => upstream[Symbol.asyncDispose]()))
    },
  }
}

function readContent(answer: HttpResponse, watch: ResponseWatch | undefined): Screenshot {
  if (answer.status !== 200) return readMissing(answer, watch)
  const contentType = mediaTypeOf(answer)
  if (contentType !== null && !contentType.startsWith('image/')) {
    const message = 'posthog answered a screenshot that is no image.'
    throw new UpstreamError('posthog', 'UPSTREAM_INVALID_RESPONSE', message, detailsOf(answer))
  }
  return readyScreenshot(answer, { contentType })
}

/**
 * Without parameters, in lower case; null if it is missing, or the generic type of bytes, which storage in front of PostHog may
 * send.
 */
function mediaTypeOf(head: HttpHead): string | null {
  const type = (header(head, 'content-type') ?? '').replace(/;.*/s, '').trim().toLowerCase()
  return type === '' || type === 'application/octet-stream' ? null : type
}

function readyScreenshot(
  head: HttpHead,
  { contentType }: Pick<ReadyScreenshot, 'contentType'>,
): ReadyScreenshot {
  return { state: 'READY', contentType, width: servedWidth(header(head, 'content-disposition')) }
}

function readMissing(answer: HttpResponse, watch: ResponseWatch | undefined): MissingScreenshot {
  const { status } = answer
  if (status !== 202 && status !== 501) throw statusError('posthog', answer)
  const heatmap = parseJson('posthog', missingScreenshotResponse, answer.body, detailsOf(answer), watch)
  const failure = status === 501 ? 'The image is stored outside PostHog.' : whyNeverRendered(heatmap)
  if (failure !== undefined) return { state: 'FAILED', failure, heatmap }
  return { state: 'RENDERING', retryAfterSeconds: retryAfter(answer) ?? null, heatmap }
}

/** The content route answers 202 for ever if there will never be an image: it checks neither status nor type (vendor source). */
function whyNeverRendered({ type, status, exception }: PostHogHeatmap): string | undefined {
  if (type !== null && type !== 'screenshot') return `A heatmap of type ${type} has no screenshot.`
  if (status === 'failed') return exception || 'PostHog gave up rendering and told no reason.'
  return undefined
}

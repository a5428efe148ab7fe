import type { z } from 'zod'
import type { ProviderHealth } from '../../upstream/breaker/provider-health.ts'
import type { CallContext } from '../../upstream/call-context.ts'
import { openDeadline } from '../../upstream/deadline.ts'
import type { ResponseWatch } from '../../upstream/drift/drift.ts'
import { UpstreamError } from '../../upstream/error.ts'
import type { Bounds } from '../../upstream/http/bounds.ts'
import { openHttp } from '../../upstream/http/http.ts'
import type { HttpHead, HttpResponse } from '../../upstream/http/message.ts'
import {
  type Credentials,
  credentialParts,
  openTokenSource,
  type Token,
} from '../../upstream/http/oauth-token.ts'
import { readResponse } from '../../upstream/http/read-response.ts'
import { baseName, routeUrl } from '../../upstream/http/route.ts'
import { detailsOf, statusError } from '../../upstream/http/status.ts'
import { openAccountLimiter } from '../../upstream/rate-limit/account-limiter.ts'
import type { CallCounters } from '../../upstream/rate-limit/call-counters.ts'
import type { Limits } from '../../upstream/rate-limit/limits.ts'
import { BucketReader, UnreadableMap } from './decode/bucket-reader.ts'
import { type FastMaps, readFastMaps } from './decode/fast-maps.ts'
import type { LocationTraffic, TrafficSpan, TrafficStep } from './records.ts'
import { pageResponse, partialResponse, spanBody, type Unread, wholeResponse } from './wire.ts'

export interface AnalytiksSettings extends Bounds, Credentials {
  /** Such as `https://exports.analytiks.ai`. */
  readonly exportsUrl: URL
  /** Whether a bucket of dwell time holds the sum of its visits or their mean: the vendor does not say. */
  readonly dwellTime: 'sum' | 'mean' | undefined
  readonly limits: Limits
}

/** At most 50 location ids, or 50 reference numbers of one brand. */
export type LocationChoice =
  | { readonly locations: readonly number[] }
  | { readonly brandId: number; readonly referenceNumbers: readonly string[] }

export interface Question {
  /** At most five days. */
  readonly span: TrafficSpan
  readonly step: TrafficStep
}

export interface AnalytiksClient extends AsyncDisposable {
  /** Gets a token, if there is none. */
  signIn(callContext: CallContext): Promise<void>
  /** Null: the vendor documents no quota. */
  readonly quotaLeft: number | null
  /** v1: every requested location, or an error. */
  whole(
    question: Question,
    choice: LocationChoice,
    callContext: CallContext,
  ): Promise<readonly LocationTraffic[]>
  /** v2: the allowed locations, and the refused ids or reference numbers. */
  partial(
    question: Question,
    choice: LocationChoice,
    callContext: CallContext,
  ): Promise<{ readonly successes: readonly LocationTraffic[]; readonly refused: readonly string[] }>
  /** v3: one page of a brand's locations; its cursor leads to the next page and is null on the last. */
  page(
    question: Question,
    brandId: number,
    cursor: string | undefined,
    callContext: CallContext,
  ): Promise<{ readonly data: readonly LocationTraffic[]; readonly cursor: string | null }>
}

/** What identifies an account at Analytiks: the host and the credentials. */
export function analytiksAccount(settings: AnalytiksSettings): readonly string[] {
  return [baseName(settings.exportsUrl), ...credentialParts(settings)]
}

export function connectAnalytiks(
  settings: AnalytiksSettings,
  counters?: CallCounters,
  health?: ProviderHealth,
): AnalytiksClient {
  const { exportsUrl, deadlineMilliseconds } = settings
  const http = openHttp('analytiks', settings)
  const tokens = openTokenSource('analytiks', http, settings, deadlineMilliseconds, health)
  const limiter = openAccountLimiter('analytiks', settings, {
    account: analytiksAccount(settings),
    counters,
    health,
    url: exportsUrl,
  })

  const watches = {
    v1: health?.drift.watch('POST /json/v1'),
    v2: health?.drift.watch('POST /json/v2'),
    v3: health?.drift.watch('POST /json/v3'),
  }
  const post = async (
    version: Version,
    question: Question,
    body: object,
    about: string,
    callContext: CallContext,
  ) => {
    using deadline = openDeadline(deadlineMilliseconds, callContext.signal)
    const timed = { ...callContext, signal: deadline.signal }
    const json = { ...spanBody(question.span, question.step), ...body }
    const send = async (token: Token) => {
      const call = {
        method: 'POST',
        url: routeUrl(exportsUrl, ['json', version]),
        headers: { authorization: `Bearer ${token.text}` },
        json,
        isRead: true,
        callContext: timed,
      } as const
      const response = await http.callAndRead(call, readFastMaps)
      if (response.status < 400) tokens.accepted(token, about)
      return response
    }
    const token = await tokens.current(timed)
    callContext.begun?.()
    const response = await send(token)
    if (response.status !== 401) return response
    // Analytiks sends 401 for a bad token and for a refused location, so each token is renewed once.
    const newer = await tokens.renew(token, about, timed)
    if (newer === 'known') return response
    if (newer === 'paused') throw eitherRefused(response)
    callContext.repeated?.()
    const second = await send(newer)
    if (second.status === 401) tokens.renewedInVain(newer, about)
    return second
  }
  const request = <Result>(
    version: Version,
    schema: z.ZodType<Unread<Result>>,
    question: Question,
    choice: object,
    callContext: CallContext,
    cursor?: { readonly cursor: string | null },
  ) => {
    const body = { ...choice, ...cursor }
    const about = JSON.stringify(choice)
    // `post` calls `begun` once it has a token: the call is made only then.
    const asked = { name: about, isRead: true, beginsLater: true, prepare: tokens.current }
    return limiter.spend(callContext, asked, async callContext =>
      readExport(schema, await post(version, question, body, about, callContext), watches[version]),
    )
  }
  return {
    async signIn(callContext) {
      await tokens.current(callContext)
    },
    whole: (question, choice, callContext) => request('v1', wholeResponse, question, choice, callContext),
    partial: (question, choice, callContext) => request('v2', partialResponse, question, choice, callContext),
    page(question, brandId, cursor, callContext) {
      return request('v3', pageResponse, question, { brandId }, callContext, { cursor: cursor ?? null })
    },
    get quotaLeft() {
      return limiter.quotaLeft
    },
    async [Symbol.asyncDispose]() {
      limiter[Symbol.dispose]()
      await http[Symbol.asyncDispose]()
    },
  }
}

function readExport<Result>(
  schema: z.ZodType<Unread<Result>>,
  { body: fastMaps, ...response }: HttpResponse<FastMaps>,
  watch: ResponseWatch | undefined,
): Result {
  const read = readResponse('analytiks', schema, { ...response, body: fastMaps.text }, failure, watch)
  try {
    return read(new BucketReader(fastMaps))
  } catch (cause) {
    if (!(cause instanceof UnreadableMap)) throw cause
    const message = 'analytiks answered JSON of another shape than documented.'
    throw new UpstreamError('analytiks', 'UPSTREAM_INVALID_RESPONSE', message, {
      ...detailsOf(response),
      cause,
    })
  }
}

type Version = 'v1' | 'v2' | 'v3'

/** A 401 that may be about the token or about what was requested. */
function eitherRefused(response: HttpHead): UpstreamError {
  const message =
    'analytiks refuses the token, or a requested location or brand: it does not say which, and the token was renewed too often just now.'
  return new UpstreamError('analytiks', 'UPSTREAM_FORBIDDEN', message, {
    ...detailsOf(response),
    retryable: true,
    retryAfterSeconds: 60,
  })
}

/** With a renewed token a 401 is about the locations (the vendor's page: "requesting locations you are not allowed to access"). */
function failure(response: HttpResponse): UpstreamError {
  if (response.status !== 401) return statusError('analytiks', response)
  const message =
    'analytiks refuses a requested location or brand: it does not exist, or these credentials may not read it.'
  return new UpstreamError('analytiks', 'UPSTREAM_FORBIDDEN', message, detailsOf(response))
}

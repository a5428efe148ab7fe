import { z } from 'zod'
import type { Question } from '../../upstream/breaker/guard.ts'
import type { ProviderHealth } from '../../upstream/breaker/provider-health.ts'
import type { CallContext } from '../../upstream/call-context.ts'
import type { ResponseWatch } from '../../upstream/drift/drift.ts'
import { UpstreamError } from '../../upstream/error.ts'
import type { Bounds } from '../../upstream/http/bounds.ts'
import { type HttpCall, openHttp } from '../../upstream/http/http.ts'
import { parseJson } from '../../upstream/http/json.ts'
import { type HttpResponse, header } from '../../upstream/http/message.ts'
import { mayBeDone } from '../../upstream/http/no-response.ts'
import { readResponse } from '../../upstream/http/read-response.ts'
import { baseName, routeUrl } from '../../upstream/http/route.ts'
import { detailsOf, statusError, toWait } from '../../upstream/http/status.ts'
import { type AccountLimiter, openAccountLimiter } from '../../upstream/rate-limit/account-limiter.ts'
import type { CallCounters } from '../../upstream/rate-limit/call-counters.ts'
import { openFairSemaphore } from '../../upstream/rate-limit/fair-semaphore.ts'
import type { Limits } from '../../upstream/rate-limit/limits.ts'
import { limitsFromHeaders } from './limit-headers.ts'
import { refusalOf } from './refusals.ts'
import {
  changeBody,
  creationBody,
  type DatadogSnapshot,
  type Refused,
  type SnapshotChange,
  type SnapshotCreation,
  snapshotResponse,
  snapshotsResponse,
  snapshotsRoute,
} from './wire.ts'

export interface DatadogSettings extends Bounds {
  readonly apiKey: string
  readonly applicationKey: string
  /** Such as `https://api.datadoghq.com`. */
  readonly url: URL
  readonly limits: Limits
}

export interface SnapshotFilter {
  readonly viewName: string
  readonly deviceType?: string | null | undefined
  readonly applicationId?: string | null | undefined
}

export type Written<Value> = { readonly written: Value } | Refused

export interface DatadogClient extends AsyncDisposable {
  /** The calls left in the current period of the operation that has fewest; null while none is known. */
  readonly quotaLeft: number | null
  /** At most `limit` snapshots of a view, newest first; nothing says whether there are more. */
  snapshots(
    filter: SnapshotFilter,
    limit: number,
    callContext: CallContext,
  ): Promise<readonly DatadogSnapshot[]>
  /** Not safe to repeat: the vendor takes no idempotency key. */
  createSnapshot(
    creation: SnapshotCreation,
    callContext: CallContext,
  ): Promise<Written<DatadogSnapshot | null>>
  updateSnapshot(
    id: string,
    change: SnapshotChange,
    callContext: CallContext,
  ): Promise<Written<DatadogSnapshot | null>>
  deleteSnapshot(id: string, callContext: CallContext): Promise<Written<string>>
  /** Whether the vendor knows the API key, whatever the application key is. */
  acceptsApiKey(callContext: CallContext): Promise<boolean>
}

/** What identifies an account at Datadog: the address and the keys. */
export function datadogAccount({ url, apiKey, applicationKey }: DatadogSettings): readonly string[] {
  return [baseName(url), apiKey, applicationKey]
}

export function connectDatadog(
  settings: DatadogSettings,
  counters?: CallCounters,
  health?: ProviderHealth,
): DatadogClient {
  const { apiKey, applicationKey, url: base, limits } = settings
  const http = openHttp('datadog', settings)
  const commonSemaphore = openFairSemaphore('datadog', limits.concurrency, settings)
  const account = datadogAccount(settings)
  const openRateLimiter = (operation: string) =>
    openAccountLimiter('datadog', settings, {
      account,
      counters,
      commonSemaphore,
      operation,
      health,
      url: base,
    })
  // The vendor limits each operation separately.
  const limiters = {
    list: openRateLimiter('list'),
    create: openRateLimiter('create'),
    update: openRateLimiter('update'),
    delete: openRateLimiter('delete'),
  }
  const watches = {
    list: health?.drift.watch(`GET ${snapshotsRoute}`),
    change: health?.drift.watch(`POST, PATCH ${snapshotsRoute}`),
  }
  const readSnapshot = (answer: HttpResponse) => readChanged(answer, watches.change)
  const headers = { 'dd-api-key': apiKey, 'dd-application-key': applicationKey }
  const path = snapshotsRoute.slice(1).split('/')
  const spend = <Value>(
    limiter: AccountLimiter,
    call: HttpCall & { readonly callContext: CallContext },
    read: (answer: HttpResponse) => Value,
  ) =>
    limiter.spend(call.callContext, questionOf(call), async callContext => {
      const answer = await http.call({ headers, ...call, callContext })
      limiter.learn(limitsFromHeaders(answer))
      return read(answer)
    })
  const written = <Value>(
    answer: HttpResponse,
    change: 'create' | 'update' | 'delete',
    read: (answer: HttpResponse) => Value,
  ): Written<Value> => {
    if (answer.status >= 200 && answer.status < 300) return { written: read(answer) }
    const refused = refusalOf(answer, change, [apiKey, applicationKey])
    if (refused) return refused
    throw failure(answer)
  }

  return {
    async snapshots({ viewName, deviceType, applicationId }, limit, callContext) {
      const url = routeUrl(base, path, {
        'filter[view_name]': viewName,
        'filter[device_type]': deviceType ?? undefined,
        'filter[application_id]': applicationId ?? undefined,
        'page[limit]': limit,
      })
      return spend(
        limiters.list,
        { method: 'GET', url, callContext },
        answer => readResponse('datadog', snapshotsResponse, answer, failure, watches.list).data,
      )
    },
    async createSnapshot(creation, callContext) {
      const json = creationBody(creation)
      const url = routeUrl(base, path)
      const call = { method: 'POST', url, json, callContext, isCreation: true } as const
      return spend(limiters.create, call, answer => {
        try {
          return written(answer, 'create', readSnapshot)
        } catch (error) {
          throw unsure(answer, error)
        }
      })
    },
    async updateSnapshot(id, change, callContext) {
      const json = changeBody(id, change)
      const call = { method: 'PATCH', url: routeUrl(base, [...path, id]), json, callContext } as const
      return spend(limiters.update, call, answer => written(answer, 'update', readSnapshot))
    },
    async deleteSnapshot(id, callContext) {
      const call = { method: 'DELETE', url: routeUrl(base, [...path, id]), callContext } as const
      return spend(limiters.delete, call, answer =>
        written(answer, 'delete', answer => readDeleted(answer, id)),
      )
    },
    async acceptsApiKey(callContext) {
      const url = routeUrl(base, ['api', 'v1', 'validate'])
      const answer = await http.call({ method: 'GET', url, headers: { 'dd-api-key': apiKey }, callContext })
      if (![200, 401, 403].includes(answer.status)) throw failure(answer)
      return answer.status === 200
    },
    get quotaLeft() {
      const known = Object.values(limiters).flatMap(({ quotaLeft }) => quotaLeft ?? [])
      return known.length > 0 ? Math.min(...known) : null
    },
    async [Symbol.asyncDispose]() {
      for (const limiter of Object.values(limiters)) limiter[Symbol.dispose]()
      await http[Symbol.asyncDispose]()
    },
  }
}

function questionOf({ method, url }: HttpCall): Question {
  return { name: `${method} ${url.href}`, isRead: method === 'GET' }
}

/** Null if the vendor accepted the change with an empty response. */
function readChanged(answer: HttpResponse, watch: ResponseWatch | undefined): DatadogSnapshot | null {
  if (answer.body === '') return null
  return parseJson('datadog', snapshotResponse, answer.body, detailsOf(answer), watch).data
}

/** An empty response of the vendor is valid. A page, such as another server's at this URL, says nothing about the snapshot. */
function readDeleted(answer: HttpResponse, id: string): string {
  if (answer.body.trim() !== '') parseJson('datadog', z.unknown(), answer.body, detailsOf(answer))
  return id
}

/** A response that does not say whether something was created is not retryable. */
function unsure(answer: HttpResponse, error: unknown): unknown {
  const isOpen = answer.status < 400 || answer.status === 408 || answer.status >= 500
  return isOpen && error instanceof UpstreamError ? mayBeDone(error) : error
}

/** Datadog tells the wait as seconds left in a header of its own and never sends `Retry-After` (vendor's rate-limit page). */
function failure(answer: HttpResponse): UpstreamError {
  const reset = Number(header(answer, 'x-ratelimit-reset') ?? Number.NaN)
  return statusError('datadog', answer, {
    retryAfterSeconds: answer.status === 429 ? toWait(reset) : undefined,
  })
}

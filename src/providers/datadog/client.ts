import type { Flight } from '../../upstream/call-context.ts'
import { UpstreamError } from '../../upstream/error.ts'
import type { Bounds } from '../../upstream/http/bounds.ts'
import { mayBeDone } from '../../upstream/http/creation.ts'
import { type HttpCall, openHttp } from '../../upstream/http/http.ts'
import { parseJson } from '../../upstream/http/json.ts'
import { type HttpAnswer, header } from '../../upstream/http/message.ts'
import { readAnswer } from '../../upstream/http/read-response.ts'
import { baseName, routeUrl } from '../../upstream/http/route.ts'
import { detailsOf, statusError, toWait } from '../../upstream/http/status.ts'
import { openAccountBudget } from '../../upstream/rate-limit/account-limiter.ts'
import type { Ledgers } from '../../upstream/rate-limit/call-counters.ts'
import { openPlaces } from '../../upstream/rate-limit/fair-semaphore.ts'
import type { Limits } from '../../upstream/rate-limit/limits.ts'
import type { Budget } from '../../upstream/rate-limit/rate-limiter.ts'
import { limitsTold } from './limit-headers.ts'
import { refusalOf } from './refusals.ts'
import {
  changeBody,
  creationBody,
  type DatadogSnapshot,
  type Refused,
  type SnapshotChange,
  type SnapshotCreation,
  snapshotAnswer,
  snapshotsAnswer,
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
  /** The calls left of the period that runs, of the operation that has fewest; null while none is known. */
  readonly quotaLeft: number | null
  /** At most `limit` snapshots of a view, newest first; nothing says whether there are more. */
  snapshots(filter: SnapshotFilter, limit: number, flight: Flight): Promise<readonly DatadogSnapshot[]>
  /** Not safe to repeat: the vendor takes no idempotency key. */
  createSnapshot(creation: SnapshotCreation, flight: Flight): Promise<Written<DatadogSnapshot | null>>
  updateSnapshot(id: string, change: SnapshotChange, flight: Flight): Promise<Written<DatadogSnapshot | null>>
  deleteSnapshot(id: string, flight: Flight): Promise<Written<string>>
}

/** What Datadog tells accounts apart by, and where it is. */
export function datadogAccount({ url, apiKey, applicationKey }: DatadogSettings): readonly string[] {
  return [baseName(url), apiKey, applicationKey]
}

export function connectDatadog(settings: DatadogSettings, ledgers?: Ledgers): DatadogClient {
  const { apiKey, applicationKey, url: base, limits } = settings
  const http = openHttp('datadog', settings)
  const commonPlaces = openPlaces('datadog', limits.concurrency, settings)
  const account = datadogAccount(settings)
  const openBudget = (operation: string) =>
    openAccountBudget('datadog', settings, { account, ledgers, commonPlaces, operation })
  // The vendor limits each operation by itself.
  const budgets = {
    list: openBudget('list'),
    create: openBudget('create'),
    update: openBudget('update'),
    delete: openBudget('delete'),
  }
  const headers = { 'dd-api-key': apiKey, 'dd-application-key': applicationKey }
  const path = ['api', 'v2', 'replay', 'heatmap', 'snapshots']
  const spend = <Value>(
    budget: Budget,
    call: Omit<HttpCall, 'flight'> & { readonly flight: Flight },
    read: (answer: HttpAnswer) => Value,
  ) =>
    budget.spend(call.flight, async () => {
      const answer = await http.call({ headers, ...call })
      budget.learn(limitsTold(answer))
      return read(answer)
    })
  const written = <Value>(
    answer: HttpAnswer,
    change: 'create' | 'update' | 'delete',
    read: (answer: HttpAnswer) => Value,
  ): Written<Value> => {
    if (answer.status >= 200 && answer.status < 300) return { written: read(answer) }
    const refused = refusalOf(answer, change, [apiKey, applicationKey])
    if (refused) return refused
    throw failure(answer)
  }

  return {
    async snapshots({ viewName, deviceType, applicationId }, limit, flight) {
      const url = routeUrl(base, path, {
        'filter[view_name]': viewName,
        'filter[device_type]': deviceType ?? undefined,
        'filter[application_id]': applicationId ?? undefined,
        'page[limit]': limit,
      })
      return spend(
        budgets.list,
        { method: 'GET', url, flight },
        answer => readAnswer('datadog', snapshotsAnswer, answer, failure).data,
      )
    },
    async createSnapshot(creation, flight) {
      const json = creationBody(creation)
      const url = routeUrl(base, path)
      const call = { method: 'POST', url, json, flight, isCreation: true } as const
      return spend(budgets.create, call, answer => {
        try {
          return written(answer, 'create', readSnapshot)
        } catch (error) {
          throw unsure(answer, error)
        }
      })
    },
    async updateSnapshot(id, change, flight) {
      const json = changeBody(id, change)
      const call = { method: 'PATCH', url: routeUrl(base, [...path, id]), json, flight } as const
      return spend(budgets.update, call, answer => written(answer, 'update', readSnapshot))
    },
    async deleteSnapshot(id, flight) {
      const call = { method: 'DELETE', url: routeUrl(base, [...path, id]), flight } as const
      return spend(budgets.delete, call, answer => written(answer, 'delete', () => id))
    },
    get quotaLeft() {
      const known = Object.values(budgets).flatMap(({ quotaLeft }) => quotaLeft ?? [])
      return known.length > 0 ? Math.min(...known) : null
    },
    async [Symbol.asyncDispose]() {
      for (const budget of Object.values(budgets)) budget[Symbol.dispose]()
      await http[Symbol.asyncDispose]()
    },
  }
}

/** Null where the vendor took the change and answered with nothing. */
function readSnapshot(answer: HttpAnswer): DatadogSnapshot | null {
  if (answer.body === '') return null
  return parseJson('datadog', snapshotAnswer, answer.body, detailsOf(answer)).data
}

/** An answer that leaves open whether a creation was made is not retryable. */
function unsure(answer: HttpAnswer, error: unknown): unknown {
  const isOpen = answer.status < 400 || answer.status === 408 || answer.status >= 500
  return isOpen && error instanceof UpstreamError ? mayBeDone(error) : error
}

/** Datadog tells the wait as seconds left in a header of its own and never sends `Retry-After` (vendor's rate-limit page). */
function failure(answer: HttpAnswer): UpstreamError {
  const reset = Number(header(answer, 'x-ratelimit-reset') ?? Number.NaN)
  return statusError('datadog', answer, {
    retryAfterSeconds: answer.status === 429 ? toWait(reset) : undefined,
  })
}

import { readAnswer } from '../../upstream/answer.ts'
import type { UpstreamError } from '../../upstream/error.ts'
import { type Bounds, type HttpAnswer, type HttpCall, header, openHttp } from '../../upstream/http.ts'
import { parseJson } from '../../upstream/json.ts'
import type { Limits } from '../../upstream/limits.ts'
import { routeUrl } from '../../upstream/route.ts'
import { detailsOf, statusError, toWait } from '../../upstream/status.ts'
import {
  changeBody,
  creationBody,
  type DatadogSnapshot,
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

/** What Datadog may well answer to a change: a result, where other failures are errors. */
export type SnapshotRefusal = 'REJECTED' | 'FORBIDDEN' | 'NOT_FOUND' | 'CONFLICT'
export type Written<Value> = { readonly written: Value } | { readonly refusal: SnapshotRefusal }

export interface DatadogClient extends AsyncDisposable {
  /** At most `limit` snapshots of a view, newest first; nothing says whether there are more. */
  snapshots(filter: SnapshotFilter, limit: number, signal: AbortSignal): Promise<readonly DatadogSnapshot[]>
  /** Not safe to repeat: the vendor takes no idempotency key. */
  createSnapshot(creation: SnapshotCreation, signal: AbortSignal): Promise<Written<DatadogSnapshot | null>>
  updateSnapshot(
    id: string,
    change: SnapshotChange,
    signal: AbortSignal,
  ): Promise<Written<DatadogSnapshot | null>>
  deleteSnapshot(id: string, signal: AbortSignal): Promise<Written<string>>
}

export function connectDatadog({
  apiKey,
  applicationKey,
  url: base,
  ...bounds
}: DatadogSettings): DatadogClient {
  const http = openHttp('datadog', bounds)
  const headers = { 'dd-api-key': apiKey, 'dd-application-key': applicationKey }
  const path = ['api', 'v2', 'replay', 'heatmap', 'snapshots']
  const call = (call: HttpCall) => http.call({ headers, ...call })

  return {
    async snapshots({ viewName, deviceType, applicationId }, limit, signal) {
      const url = routeUrl(base, path, {
        'filter[view_name]': viewName,
        'filter[device_type]': deviceType ?? undefined,
        'filter[application_id]': applicationId ?? undefined,
        'page[limit]': limit,
      })
      const answer = await call({ method: 'GET', url, signal })
      return readAnswer('datadog', snapshotsAnswer, answer, failure).data
    },
    async createSnapshot(creation, signal) {
      const json = creationBody(creation)
      return written(await call({ method: 'POST', url: routeUrl(base, path), json, signal }), readSnapshot)
    },
    async updateSnapshot(id, change, signal) {
      const json = changeBody(id, change)
      return written(
        await call({ method: 'PATCH', url: routeUrl(base, [...path, id]), json, signal }),
        readSnapshot,
      )
    },
    async deleteSnapshot(id, signal) {
      return written(await call({ method: 'DELETE', url: routeUrl(base, [...path, id]), signal }), () => id)
    },
    [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
  }
}

function readSnapshot(answer: HttpAnswer): DatadogSnapshot | null {
  return parseJson('datadog', snapshotAnswer, answer.body, detailsOf(answer)).data
}

function written<Value>(answer: HttpAnswer, read: (answer: HttpAnswer) => Value): Written<Value> {
  if (answer.status >= 200 && answer.status < 300) return { written: read(answer) }
  const refusal = refusalByStatus[answer.status]
  if (refusal) return { refusal }
  throw failure(answer)
}

const refusalByStatus: Readonly<Record<number, SnapshotRefusal>> = {
  400: 'REJECTED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  422: 'REJECTED',
}

/** Datadog tells the wait as seconds left in a header of its own and never sends `Retry-After` (vendor's rate-limit page). */
function failure(answer: HttpAnswer): UpstreamError {
  const reset = Number(header(answer, 'x-ratelimit-reset') ?? Number.NaN)
  return statusError('datadog', answer, {
    retryAfterSeconds: answer.status === 429 ? toWait(reset) : undefined,
  })
}

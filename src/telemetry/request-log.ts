import type { RequestEnd, RequestObserver, RequestRecord } from '../server/http/request-record.ts'
import type { Log, LogFields } from '../upstream/log.ts'

/** Writes one line for each request, except for health checks. */
export function logRequests(log: Log): RequestObserver {
  return {
    end(record, end) {
      const { method, route } = record
      if (route === 'health' || route === 'readiness') return
      log.info(
        fieldsOf(record, end),
        `${method} ${route ?? 'unknown path'} ${end.status ?? 'without response'}`,
      )
    },
  }
}

function fieldsOf(record: RequestRecord, { status, isAborted, milliseconds, bytes }: RequestEnd): LogFields {
  const { id, caller, account, method, route, operation, estimatedCost, actualCost, traceparent } = record
  return {
    requestId: id,
    caller,
    account,
    method,
    route,
    operationType: operation?.type,
    operationName: operation?.name,
    document: operation?.document,
    status,
    milliseconds: Math.round(100 * milliseconds) / 100,
    bytes,
    cost: estimatedCost,
    actualCost,
    upstream: callsOf(record),
    aborted: isAborted,
    traceId: traceparent?.split('-')[1],
  }
}

/** The calls of each provider that was asked: made, shared with other requests, or spared by the cache. */
function callsOf({ used }: RequestRecord): LogFields | undefined {
  const uses = used?.().filter(({ usage: { planned } }) => planned > 0) ?? []
  if (uses.length === 0) return undefined
  return Object.fromEntries(
    uses.map(({ provider, usage: { made, shared, cached } }) => [provider, { made, shared, cached }]),
  )
}

import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { RequestEnd, RequestObserver, RequestRecord } from '../../server/http/request-record.ts'
import { patternOf } from '../../server/routes.ts'
import type { Backlog } from '../backlog.ts'

/** The standard buckets of `http.server.request.duration`, in seconds. */
export const secondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

/** Counts requests. No label has a value that a caller can choose freely, so the number of labels is bounded. */
export function countRequests(registry: Registry, backlog: Backlog): RequestObserver {
  const registers = [registry]
  const duration = new Histogram({
    name: 'http_server_request_duration_seconds',
    help: 'Time until a response has ended, or its client has left.',
    labelNames: [
      'http_request_method',
      'http_route',
      'http_response_status_code',
      'graphql_operation_type',
      'graphql_operation_name',
    ],
    buckets: secondsBuckets,
    registers,
  })
  const active = new Gauge({
    name: 'http_server_active_requests',
    help: 'Requests whose response has not ended.',
    registers,
  })
  const aborted = new Counter({
    name: 'isotherm_requests_aborted_total',
    help: 'Requests whose client left, or was disconnected, before the response was complete.',
    registers,
  })
  const cost = new Histogram({
    name: 'isotherm_operation_cost',
    help: 'Estimated cost of an operation.',
    buckets: [1, 10, 100, 1000, 10_000, 100_000, 1_000_000],
    registers,
  })
  const labelNames = ['provider', 'account'] as const
  const served = {
    made: new Counter({
      name: 'isotherm_cache_misses_total',
      help: 'Planned upstream calls that were made.',
      labelNames,
      registers,
    }),
    cached: new Counter({
      name: 'isotherm_cache_hits_total',
      help: 'Planned upstream calls that the cache spared.',
      labelNames,
      registers,
    }),
    shared: new Counter({
      name: 'isotherm_coalesced_calls_total',
      help: 'Planned upstream calls that another request made at the time.',
      labelNames,
      registers,
    }),
  }
  const count = (record: RequestRecord, { status, isAborted, milliseconds }: RequestEnd) => {
    active.dec()
    duration.labels(...labelsOf(record, status)).observe(milliseconds / 1000)
    if (isAborted) aborted.inc()
    const { estimatedCost, account = defaultAccount, used } = record
    if (estimatedCost !== undefined) cost.observe(estimatedCost)
    for (const { provider, usage } of used?.() ?? [])
      for (const how of ['made', 'cached', 'shared'] as const)
        if (usage[how] > 0) served[how].inc({ provider, account }, usage[how])
  }
  return {
    begin: () => active.inc(),
    end: (record, end) => backlog.add(() => count(record, end)),
  }
}

/** The label of the only account, without an access file. */
export const defaultAccount = 'default'

/** In the order of the names. */
function labelsOf({ method, route, operation }: RequestRecord, status: number | undefined): string[] {
  return [
    knownMethods.has(method) ? method : '_OTHER',
    route ? patternOf[route] : '',
    `${status ?? ''}`,
    operation?.type ?? '',
    // Anybody may send a document with any name, but the manifest has few.
    operation?.name !== undefined && operation.isTrusted() ? operation.name : '',
  ]
}

const knownMethods: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
])

import type { AccountObserver } from '../account.ts'
import type { RequestObserver } from '../server/http/request-record.ts'
import type { SizedCache } from '../upstream/cache/cache.ts'
import type { Proxies } from '../upstream/http/proxies.ts'
import type { Log } from '../upstream/log.ts'
import { joinObservers } from '../upstream/observer.ts'
import type { MetricsAddress } from './metrics/metrics-server.ts'
import { logRequests } from './request-log.ts'

/** The telemetry of a process while it serves. Closed after the server, so that the last requests are included. */
export interface Telemetry extends AccountObserver, AsyncDisposable {
  readonly requests: readonly RequestObserver[]
  /** Where metrics are read; undefined if they are not served. */
  readonly metricsUrl: string | undefined
}

export interface TelemetryOptions {
  readonly log: Log
  readonly metrics: MetricsAddress | undefined
  /** The collector's URL, from OpenTelemetry's variables; undefined without one. */
  readonly collector: URL | undefined
  /** The proxies to the collector. */
  readonly proxies: Proxies | undefined
  readonly redis: { readonly status: string } | undefined
  readonly caches: { readonly [Name in 'records' | 'images']: SizedCache | undefined }
}

/** Imports only what is configured: the rest would take a fifth of a start. */
export async function openTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const { log, metrics: address, collector, proxies } = options
  await using resources = new AsyncDisposableStack()
  const metrics =
    address && resources.use((await import('./metrics/metrics.ts')).openMetrics(measured(options)))
  const served =
    address &&
    metrics &&
    resources.use(await (await import('./metrics/metrics-server.ts')).serveMetrics(address, metrics))
  const tracing =
    collector && resources.use((await import('./tracing/tracing.ts')).openTracing(collector, proxies, log))
  const owned = resources.move()
  const observing = [tracing, metrics].filter(one => one !== undefined)
  return {
    requests: [...observing.map(({ requests }) => requests), ...(log.isBrief ? [] : [logRequests(log)])],
    upstreamOf: account => joinObservers(observing.map(({ upstreamOf }) => upstreamOf(account))),
    show: account => metrics?.show(account),
    metricsUrl: served?.url,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function measured({ log, redis, caches }: TelemetryOptions) {
  return {
    droppedLines: () => log.dropped ?? 0,
    cacheBytes: () => ({ records: caches.records?.bytes ?? 0, images: caches.images?.bytes ?? 0 }),
    isRedisReady: redis && (() => redis.status === 'ready'),
  }
}

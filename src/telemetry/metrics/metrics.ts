import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Account } from '../../account.ts'
import type { RequestObserver } from '../../server/http/request-record.ts'
import type { UpstreamObserver } from '../../upstream/observer.ts'
import { Backlog } from '../backlog.ts'
import { showAccounts } from './account-metrics.ts'
import { countRequests } from './request-metrics.ts'
import { countUpstreamCalls } from './upstream-metrics.ts'

/** The counters of a process, by the names that dashboards use. */
export interface Metrics extends Disposable {
  readonly requests: RequestObserver
  readonly upstreamOf: (account: string | undefined) => UpstreamObserver
  readonly show: (account: Account) => Disposable
  readonly contentType: string
  /** In the text format of Prometheus. */
  print(): Promise<string>
}

export interface Measured {
  /** The number of lines of the log that were dropped. */
  readonly droppedLines: () => number
  /** In memory, by the name of the cache. */
  readonly cacheBytes: () => Readonly<Record<string, number>>
  /** Undefined without Redis. */
  readonly isRedisReady: (() => boolean) | undefined
}

export function openMetrics({ droppedLines, cacheBytes, isRedisReady }: Measured): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const backlog = new Backlog()
  collectDefaultMetrics({ register: registry })
  new Counter({
    name: 'isotherm_log_lines_dropped_total',
    help: 'Lines of the log that were left out, because nobody read them in time.',
    registers,
    collect() {
      this.reset()
      this.inc(droppedLines())
    },
  })
  new Gauge({
    name: 'isotherm_cache_bytes',
    help: 'What cached data takes in memory.',
    labelNames: ['cache'],
    registers,
    collect() {
      for (const [cache, bytes] of Object.entries(cacheBytes())) this.set({ cache }, bytes)
    },
  })
  if (isRedisReady)
    new Gauge({
      name: 'isotherm_redis_up',
      help: '1 while Redis can be used.',
      registers,
      collect() {
        this.set(isRedisReady() ? 1 : 0)
      },
    })
  return {
    requests: countRequests(registry, backlog),
    upstreamOf: countUpstreamCalls(registry, backlog),
    show: showAccounts(registry),
    contentType: registry.contentType,
    print() {
      backlog.run()
      return registry.metrics()
    },
    [Symbol.dispose]: () => backlog[Symbol.dispose](),
  }
}

import { Counter, Histogram, type Registry } from 'prom-client'
import type { CallOutcome, UpstreamObserver } from '../../upstream/observer.ts'
import type { Backlog } from '../backlog.ts'
import { defaultAccount, secondsBuckets } from './request-metrics.ts'

/** Makes the observers of accounts' upstream calls. */
export function countUpstreamCalls(
  registry: Registry,
  backlog: Backlog,
): (account: string | undefined) => UpstreamObserver {
  const registers = [registry]
  const labelNames = ['provider', 'account', 'route'] as const
  const calls = new Counter({
    name: 'isotherm_upstream_calls_total',
    help: 'Upstream calls by how they ended.',
    labelNames: [...labelNames, 'outcome'],
    registers,
  })
  const duration = new Histogram({
    name: 'isotherm_upstream_call_duration_seconds',
    help: 'Time of an upstream call, until the last byte of its response.',
    labelNames: [...labelNames, 'outcome'],
    buckets: secondsBuckets,
    registers,
  })
  const bytes = new Counter({
    name: 'isotherm_upstream_response_bytes_total',
    help: 'Size of the bodies of upstream responses, as they came.',
    labelNames,
    registers,
  })
  const retries = new Counter({
    name: 'isotherm_upstream_retries_total',
    help: 'Upstream calls that were sent again: after a failure, or with a new token.',
    labelNames,
    registers,
  })
  const tokens = new Counter({
    name: 'isotherm_upstream_tokens_total',
    help: 'Tokens that were asked of vendors.',
    labelNames: ['provider', 'account'],
    registers,
  })
  return (account = defaultAccount) => ({
    begin({ provider, route, attempt }) {
      const startedAt = performance.now()
      const labels = { provider, account, route }
      if (attempt > 1) retries.inc(labels)
      if (route === 'POST token') tokens.inc({ provider, account })
      return {
        traceparent: undefined,
        end(ended) {
          const seconds = ((ended.at ?? performance.now()) - startedAt) / 1000
          backlog.add(() => {
            const outcome = outcomeOf(ended)
            calls.inc({ ...labels, outcome })
            duration.observe({ ...labels, outcome }, seconds)
            if (ended.bytes !== undefined) bytes.inc(labels, ended.bytes)
          })
        },
      }
    },
  })
}

function outcomeOf(ended: CallOutcome): string {
  if ('failure' in ended) return ended.failure.replace('UPSTREAM_', '').toLowerCase()
  const { status = 200 } = ended
  if (status < 400) return 'ok'
  if (status === 429) return 'rate_limited'
  return status < 500 ? 'refused' : 'failed'
}

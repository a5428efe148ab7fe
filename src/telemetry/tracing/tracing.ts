import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base'
import { ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions'
import type { RequestObserver } from '../../server/http/request-record.ts'
import { type Proxies, proxyFor } from '../../upstream/http/proxies.ts'
import { openSocketTunnel } from '../../upstream/http/tunnel.ts'
import type { Log } from '../../upstream/log.ts'
import type { UpstreamObserver } from '../../upstream/observer.ts'
import { traceRequests } from './request-spans.ts'
import { traceUpstreamCalls } from './upstream-spans.ts'

/** Spans of requests and upstream calls, sent to a collector. Disposing of it sends the last ones. */
export interface Tracing extends AsyncDisposable {
  readonly requests: RequestObserver
  readonly upstreamOf: (account: string | undefined) => UpstreamObserver
}

/**
 * Configured by OpenTelemetry's own variables, which its SDK reads: where spans go, which are sampled, how many wait. `collector`
 * is the URL from them.
 */
export function openTracing(collector: URL, proxies: Proxies | undefined, log: Log): Tracing {
  const proxy = proxyFor(collector, proxies)
  const agents: (HttpAgent | HttpsAgent)[] = []
  const exporter = new OTLPTraceExporter({
    httpAgentOptions: protocol => {
      const agent =
        protocol === 'https:' ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true })
      if (proxy) agent.createConnection = connectionThrough(proxy, collector)
      agents.push(agent)
      return agent
    },
  })
  const provider = new BasicTracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ [ATTR_SERVICE_NAME]: 'isotherm' }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(loggingExporter(exporter, log))],
  })
  const tracer = provider.getTracer('isotherm')
  return {
    requests: traceRequests(tracer),
    upstreamOf: traceUpstreamCalls(tracer),
    async [Symbol.asyncDispose]() {
      await Promise.race([
        provider.shutdown().catch(() => undefined),
        sleep(patience, undefined, { ref: false }),
      ])
      // A silent collector would keep the process alive.
      for (const agent of agents) agent.destroy()
    },
  }
}

function connectionThrough(proxy: URL, collector: URL): HttpAgent['createConnection'] {
  return (_options, done) => {
    openSocketTunnel(proxy, collector, { timeoutMilliseconds: patience }).then(
      socket => done?.(null, socket),
      // The last argument is used when a connection is opened.
      error => done?.(error, new Socket()),
    )
    return undefined
  }
}

/** Milliseconds that a collector has at the end. */
const patience = 2000

/** Logs when spans cannot be exported, and when they can again: one line each. */
function loggingExporter(exporter: SpanExporter, log: Log): SpanExporter {
  let isLost = false
  return {
    export(spans, done) {
      exporter.export(spans, result => {
        if (result.error && !isLost)
          log.warn({}, 'traces cannot be exported: the collector does not take them')
        if (!result.error && isLost) log.info({}, 'traces can be exported again')
        isLost = result.error !== undefined
        done(result)
      })
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  }
}

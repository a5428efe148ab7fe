import { type Attributes, type Span, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api'
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_REQUEST_RESEND_COUNT,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_SCHEME,
} from '@opentelemetry/semantic-conventions'
import type { CallOutcome, ObservedCall, UpstreamObserver } from '../../upstream/observer.ts'
import { contextOf, traceparentOf } from './trace-parent.ts'

/**
 * Makes the observers of accounts' upstream calls: one CLIENT span for each call. It has no URL, which may contain a signature.
 */
export function traceUpstreamCalls(tracer: Tracer): (account: string | undefined) => UpstreamObserver {
  return account => ({
    begin(call) {
      const parent = contextOf(call.traceparent, false)
      const span = tracer.startSpan(call.route, { kind: SpanKind.CLIENT }, parent)
      if (span.isRecording()) span.setAttributes(attributesOf(call, account))
      return {
        traceparent: traceparentOf(span),
        end(outcome) {
          if (span.isRecording()) describe(span, outcome)
          span.end(outcome.at)
        },
      }
    },
  })
}

function attributesOf(
  { provider, route, method, origin, attempt }: ObservedCall,
  account?: string,
): Attributes {
  const { protocol, hostname, port } = new URL(origin)
  const scheme = protocol.slice(0, -1)
  return {
    'isotherm.provider': provider,
    'url.template': route.split(' ').at(-1) ?? route,
    [ATTR_URL_SCHEME]: scheme,
    [ATTR_SERVER_ADDRESS]: hostname,
    [ATTR_SERVER_PORT]: Number(port) || (scheme === 'http' || scheme === 'ws' ? 80 : 443),
    ...(method !== undefined && { [ATTR_HTTP_REQUEST_METHOD]: method }),
    ...(attempt > 1 && { [ATTR_HTTP_REQUEST_RESEND_COUNT]: attempt - 1 }),
    ...(account !== undefined && { 'isotherm.account': account }),
  }
}

function describe(span: Span, outcome: CallOutcome): void {
  const { status } = outcome
  const isRefused = status !== undefined && status >= 400
  if (status !== undefined) span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, status)
  if (!('failure' in outcome) && !isRefused) return
  span.setAttribute(ATTR_ERROR_TYPE, 'failure' in outcome ? outcome.failure : `${status}`)
  span.setStatus({ code: SpanStatusCode.ERROR })
}

import { type Attributes, type Span, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api'
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
} from '@opentelemetry/semantic-conventions'
import type { RequestEnd, RequestObserver, RequestRecord } from '../../server/http/request-record.ts'
import { patternOf } from '../../server/routes.ts'
import { contextOf, traceparentOf } from './trace-parent.ts'

/** One SERVER span for each request, below the caller's own. Its upstream calls become children of it. */
export function traceRequests(tracer: Tracer): RequestObserver {
  const spans = new WeakMap<RequestRecord, Span>()
  return {
    begin(record) {
      const parent = contextOf(record.traceparent, true)
      const span = tracer.startSpan(record.method, { kind: SpanKind.SERVER }, parent)
      spans.set(record, span)
      record.traceparent = traceparentOf(span)
    },
    end(record, end) {
      const span = spans.get(record)
      if (span?.isRecording()) describe(span, record, end)
      span?.end()
    },
  }
}

function describe(span: Span, record: RequestRecord, { status, isAborted }: RequestEnd): void {
  const { method, route, operation, id, caller, account } = record
  const pattern = route && patternOf[route]
  span.updateName(operation?.type ?? (pattern === undefined ? method : `${method} ${pattern}`))
  const attributes: Attributes = { [ATTR_HTTP_REQUEST_METHOD]: method, 'isotherm.request.id': id }
  const add = (name: string, value: string | number | boolean | undefined) => {
    if (value !== undefined) attributes[name] = value
  }
  add(ATTR_HTTP_ROUTE, pattern)
  add(ATTR_HTTP_RESPONSE_STATUS_CODE, status)
  add('graphql.operation.type', operation?.type)
  add('graphql.operation.name', operation?.name)
  add('isotherm.document.hash', operation?.document)
  add('isotherm.caller', caller)
  add('isotherm.account', account)
  if (isAborted) add('isotherm.request.aborted', true)
  if (status !== undefined && status >= 500) {
    add(ATTR_ERROR_TYPE, `${status}`)
    span.setStatus({ code: SpanStatusCode.ERROR })
  }
  span.setAttributes(attributes)
}

import { type Context, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api'

/** The context of a span below the one that a valid `traceparent` header names; without one it begins a trace. */
export function contextOf(traceparent: string | undefined, isRemote: boolean): Context {
  const [, traceId, spanId, flags] = traceparent?.split('-') ?? []
  if (traceId === undefined || spanId === undefined || flags === undefined) return ROOT_CONTEXT
  const spanContext = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote }
  return trace.setSpanContext(ROOT_CONTEXT, spanContext)
}

/** The `traceparent` header (W3C) for calls below a span. */
export function traceparentOf(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext()
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`
}

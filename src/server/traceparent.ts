import type { IncomingMessage } from 'node:http'

/**
 * The trace that a request is part of, by W3C's header; undefined where that is missing or of another form. What is handed
 * on to vendors is it alone: `tracestate` and `baggage` are for the caller's own systems.
 */
export function traceparentOf({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined {
  const { traceparent } = headers
  return typeof traceparent === 'string' && form.test(traceparent) ? traceparent : undefined
}

const form = /^(?!ff)[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}$/

import type { IncomingMessage } from 'node:http'

/**
 * The trace of a request by W3C's header; undefined if missing or malformed. Only this goes to vendors: `tracestate`
 * and `baggage` belong to the caller's own systems.
 */
export function traceparentOf({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined {
  const { traceparent } = headers
  return typeof traceparent === 'string' && form.test(traceparent) ? traceparent : undefined
}

const form = /^(?!ff)[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}$/

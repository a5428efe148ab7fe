import type { IncomingMessage } from 'node:http'

/** Federated gateways request field timings by this header. */
export const traceHeader = 'apollo-federation-include-trace'

export function asksForTrace({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers[traceHeader] === 'ftv1'
}

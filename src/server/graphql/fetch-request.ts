import type { IncomingMessage } from 'node:http'
import type { ServerContext } from './server-context.ts'

/** A request in the form of Yoga's hooks, without its body. It has its own class where that is faster than Node's. */
export function fetchRequestOf(
  { method = 'GET', headers }: IncomingMessage,
  RequestClass = globalThis.Request,
): Request {
  const texts = Object.entries(headers).map(([name, value]) => [name, String(value)])
  return new RequestClass('http://localhost/graphql', { method, headers: Object.fromEntries(texts) })
}

/**
 * Gives a context its request, made on first use: few plugins read it, and making it takes as long as all of Yoga's hooks. All
 * contexts share one getter: for an object with its own getter V8 keeps a hidden class, and everything the getter holds, until a
 * full garbage collection.
 */
export function addRequest<Context extends Pick<ServerContext, 'res'>>(
  context: Context,
): asserts context is Context & { readonly request: Request } {
  Object.defineProperty(context, 'request', onDemand)
}

const onDemand = {
  enumerable: true,
  get(this: Pick<ServerContext, 'res'>) {
    return fetchRequestOf(this.res.req)
  },
}

import type { IncomingMessage } from 'node:http'
import { Trace } from '@apollo/usage-reporting-protobuf'
import { useApolloInstrumentation } from '@graphql-yoga/plugin-apollo-inline-trace'
import { isAsyncIterable, type Plugin } from 'graphql-yoga'

/** By which a federated gateway asks how long each field took. */
export const traceHeader = 'apollo-federation-include-trace'

/** Whether a federated gateway wants to know how long each field took. */
export function asksForTrace({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers[traceHeader] === 'ftv1'
}

/**
 * Tells in `extensions.ftv1` how long each field took, as Apollo's gateways read it, to those that ask. It wraps each resolver
 * of the schema that it is for. The library's own plugin fails where a trace has some thousand fields.
 */
export function useInlineTrace(): Plugin {
  const [instrumentation, traced] = useApolloInstrumentation({
    ignoreRequest: ({ headers }) => headers.get(traceHeader) !== 'ftv1',
  })
  // The library starts and stops its clock in hooks that no request passes. It is started below; its end is read with the result.
  const { onRequest, onResultProcess: _stop, ...hooks } = instrumentation
  return {
    onPluginInit({ addPlugin }) {
      addPlugin(hooks)
      addPlugin({
        onParams({ request, fetchAPI, context }) {
          const url = new URL(request.url)
          const unused = () => undefined
          const requestHandler = () => new fetchAPI.Response()
          return onRequest?.({
            request,
            url,
            fetchAPI,
            serverContext: { ...context, waitUntil: unused },
            setRequest: unused,
            requestHandler,
            setRequestHandler: unused,
            endResponse: unused,
          })
        },
        onExecutionResult({ request, context, result, setResult }) {
          const trace = traced.get(request)?.traces.get(context)?.trace
          // The trace of what was refused has all that its errors say of what was sent, as long as that is.
          if (!trace || !result || isAsyncIterable(result) || result.data === undefined) return
          const ftv1 = Buffer.from(Trace.encode(trace).finish()).toString('base64')
          setResult({ ...result, extensions: { ...result.extensions, ftv1 } })
        },
      })
    },
  }
}

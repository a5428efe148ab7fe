import { Trace } from '@apollo/usage-reporting-protobuf'
import { useApolloInstrumentation } from '@graphql-yoga/plugin-apollo-inline-trace'
import { isAsyncIterable, type Plugin } from 'graphql-yoga'
import { traceHeader } from '../../http/trace-header.ts'

/**
 * Adds field timings in Apollo's format to `extensions.ftv1` when a gateway asks for them. Wraps every resolver of
 * its schema. Encodes the trace itself, as the library's plugin fails at a few thousand fields.
 */
export function useInlineTrace(): Plugin {
  const [instrumentation, traced] = useApolloInstrumentation({
    ignoreRequest: ({ headers }) => headers.get(traceHeader) !== 'ftv1',
  })
  // The library starts and stops its clock in hooks that no request passes. It is started below; the end is read with
  // the result.
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
          // Without data, the trace would repeat what the client sent, at any length.
          if (!trace || !result || isAsyncIterable(result) || result.data === undefined) return
          const ftv1 = Buffer.from(Trace.encode(trace).finish()).toString('base64')
          setResult({ ...result, extensions: { ...result.extensions, ftv1 } })
        },
      })
    },
  }
}

import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type GraphQLSchema, lexicographicSortSchema } from 'graphql'
import { createYoga, type Plugin, useReadinessCheck } from 'graphql-yoga'
import { argumentCheck } from '../../schema/argument-checks.ts'
import { schema } from '../../schema/index.ts'
import type { Account } from '../account.ts'
import { StartProblems } from '../config.ts'
import { createContext } from '../context.ts'
import { imagePath } from '../images/image-path.ts'
import { imageRoute } from '../images/image-route.ts'
import { answerSignal } from './answer-signal.ts'
import { documentCache } from './document-cache.ts'
import { documentsPage } from './documents-page.ts'
import { explorer } from './explorer.ts'
import { explorerPage } from './explorer-page.ts'
import type { OperationLimits } from './operation-limits.ts'
import { plainRequests, type ServerContext, useOutcome } from './plain-requests.ts'
import { useBadInput } from './plugins/bad-input.ts'
import { useBodyLimit } from './plugins/body-limit.ts'
import { useBoundedErrors } from './plugins/bounded-errors.ts'
import { useCompiledOperations } from './plugins/compiled-operations.ts'
import { useDocumentCaching } from './plugins/document-caching.ts'
import { documentIdIn, documentIdName, useDocumentIds } from './plugins/document-ids.ts'
import { useDocumentMode } from './plugins/document-mode.ts'
import { asksForPlan, useExplain } from './plugins/explain.ts'
import { asksForTrace, useInlineTrace } from './plugins/inline-trace.ts'
import { useJsonOnly } from './plugins/json-only.ts'
import { maskErrors } from './plugins/masked-errors.ts'
import { useOperationCost } from './plugins/operation-cost.ts'
import { useOperationShape } from './plugins/operation-shape.ts'
import { usePartRules } from './plugins/part-rules.ts'
import { useParts } from './plugins/parts.ts'
import { useSandboxNotice } from './plugins/sandbox-notice.ts'
import { useUpstreamNotice } from './plugins/upstream-notice.ts'
import { originOf } from './request-origin.ts'
import { traceparentOf } from './traceparent.ts'
import { type DocumentSettings, TrustedDocuments } from './trusted-documents.ts'

export interface ServerOptions {
  readonly host: string
  /** 0 picks a free one. */
  readonly port: number
  /** The largest request body that is read. */
  readonly requestBytes: number
  /** What one operation may hold at most. */
  readonly operationLimits: OperationLimits
  /** For everything upstream that an answer needs: what is not there by then is an error, and the answer goes without it. */
  readonly deadlineMilliseconds: number
  /** Whose pages may ask from a browser: origins, or `*`. */
  readonly corsOrigins: readonly string[]
  /** Without them no id is known, and every text is answered. */
  readonly documents?: DocumentSettings & { readonly trusted: TrustedDocuments }
  readonly log: (line: string) => void
}

export interface RunningServer {
  /** `http://<host>:<port>` */
  readonly origin: string
  /** Takes no more connections, lets requests in flight end for that long, then ends them. */
  drain(milliseconds: number): Promise<void>
}

/** Serves the graph for one account. Rejects when the address cannot be had. */
export async function startServer(account: Account, options: ServerOptions): Promise<RunningServer> {
  const { host, port, requestBytes, operationLimits, deadlineMilliseconds, corsOrigins, log } = options
  const { trusted, mode, freshSeconds } = options.documents ?? noDocuments()
  const maskedErrors = maskErrors(log)
  let draining = false
  let origin = ''
  const openYoga = (schema: GraphQLSchema, plugin: Plugin) =>
    createYoga<ServerContext>({
      schema,
      context: ({ request, res }) =>
        createContext(account, answerSignal(res, deadlineMilliseconds), {
          isPlanOnly: asksForPlan(request),
          origin: () => originOf(res.req, origin),
          gone: () => answerSignal(res),
          traceparent: traceparentOf(res.req),
        }),
      maskedErrors,
      maxRequestBodySize: false,
      // A browser that opens the link of a document gets its answer.
      graphiql: ({ url }) => documentIdIn(url) === null && explorer(new Date()),
      renderGraphiQL: mode === 'refuse' ? documentsPage : explorerPage,
      extraParamNames: [documentIdName],
      landingPage: false,
      multipart: false,
      cors: corsOrigins.length > 0 && {
        origin: [...corsOrigins],
        credentials: false,
        methods: ['GET', 'POST'],
      },
      logging: false,
      parserAndValidationCache: {
        documentCache: documentCache(),
        errorCache: documentCache(),
        validationCache: false,
      },
      healthCheckEndpoint: '/healthz',
      plugins: [
        useOutcome(),
        useBoundedErrors(),
        useReadinessCheck({ endpoint: '/readyz', check: () => !draining }),
        useJsonOnly(),
        useExplain(),
        useBodyLimit(requestBytes),
        useDocumentCaching(freshSeconds),
        useDocumentIds(trusted),
        useOperationShape(operationLimits),
        useDocumentMode(trusted, mode, log),
        usePartRules(),
        useParts(maskedErrors),
        useBadInput({ checkName: argumentCheck }),
        useOperationCost(operationLimits),
        plugin,
        useSandboxNotice(),
        useUpstreamNotice(),
      ],
    })
  const answer = plainRequests(openYoga(schema, useCompiledOperations(schema)), requestBytes)
  let traced: ReturnType<typeof openYoga> | undefined
  const answerTraced: typeof answer = (request, response) => {
    // Sorting makes the copy that tracing needs, which changes each resolver.
    traced ??= openYoga(lexicographicSortSchema(schema), useInlineTrace())
    return traced(request, response)
  }
  const showImage = imageRoute({
    ...account,
    deadlineMilliseconds,
    corsOrigins,
    logError: maskedErrors.logError,
  })
  const server = createServer((request, response) => {
    if (request.url?.startsWith(imagePath)) return showImage(request, response)
    return asksForTrace(request) ? answerTraced(request, response) : answer(request, response)
  })
  const unanswered = new Set<ServerResponse>()
  server.prependListener('request', (_request, response) => {
    unanswered.add(response)
    response.once('close', () => {
      unanswered.delete(response)
      if (draining) server.closeIdleConnections()
    })
  })
  server.listen(port, host)
  await once(server, 'listening').catch(error => {
    throw new StartProblems([
      `${host}:${port} cannot be listened on (${error.code ?? error.name}): set HOST and PORT to an address that is free`,
    ])
  })
  const address = server.address() as AddressInfo
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address
  origin = `http://${name}:${address.port}`

  return {
    origin,
    async drain(milliseconds) {
      draining = true
      // Told to their callers as well, whose next request would meet a closed connection.
      for (const response of unanswered) response.shouldKeepAlive = false
      const closed = once(server, 'close')
      server.close()
      const late = setTimeout(() => server.closeAllConnections(), milliseconds)
      await closed
      clearTimeout(late)
    },
  }
}

function noDocuments() {
  return { trusted: new TrustedDocuments(), mode: 'off', freshSeconds: 0 } as const
}

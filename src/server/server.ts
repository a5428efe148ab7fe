import type { ServerResponse } from 'node:http'
import { type GraphQLSchema, lexicographicSortSchema } from 'graphql'
import { createYoga, type Plugin } from 'graphql-yoga'
import { argumentCheck } from '../../schema/argument-checks.ts'
import { schema } from '../../schema/index.ts'
import type { Account } from '../account.ts'
import { createContext } from '../context.ts'
import { pauseFields } from '../execution/paused-fields.ts'
import { imageRoute } from '../images/image-route.ts'
import { answerSignal } from './answer-signal.ts'
import { documentCache } from './document-cache.ts'
import { documentsPage } from './documents-page.ts'
import { asksForPlan } from './explain.ts'
import { explorer } from './explorer.ts'
import { explorerPage } from './explorer-page.ts'
import { frontDoor, type Visit } from './front-door.ts'
import { graphqlOverHttp, type ServerContext } from './graphql-over-http.ts'
import { type HttpServer, type HttpServerOptions, listen } from './http-server.ts'
import { knownHosts } from './known-hosts.ts'
import type { OperationLimits } from './operation-limits.ts'
import { documentIdName } from './operation-params.ts'
import { useBadInput } from './plugins/bad-input.ts'
import { useCompiledOperations } from './plugins/compiled-operations.ts'
import { useDocumentIds } from './plugins/document-ids.ts'
import { useDocumentMode } from './plugins/document-mode.ts'
import { asksForTrace, useInlineTrace } from './plugins/inline-trace.ts'
import { useLeaving } from './plugins/leaving.ts'
import { maskErrors } from './plugins/masked-errors.ts'
import { useOperationCost } from './plugins/operation-cost.ts'
import { useOperationShape } from './plugins/operation-shape.ts'
import { usePacedErrors } from './plugins/paced-errors.ts'
import { usePartRules } from './plugins/part-rules.ts'
import { useParts } from './plugins/parts.ts'
import { useSandboxNotice } from './plugins/sandbox-notice.ts'
import { useUpstreamNotice } from './plugins/upstream-notice.ts'
import { originOf } from './request-origin.ts'
import { endWith, readerPatience } from './slow-readers.ts'
import { traceparentOf } from './traceparent.ts'
import { type DocumentSettings, TrustedDocuments } from './trusted-documents.ts'

export interface ServerOptions extends HttpServerOptions {
  /** The largest request body that is read. */
  readonly requestBytes: number
  /** What one operation may hold at most. */
  readonly operationLimits: OperationLimits
  /** For everything upstream that an answer needs: what is not there by then is an error, and the answer goes without it. */
  readonly deadlineMilliseconds: number
  /** How long a reader may take nothing of a response that is there for it; 15 seconds unless set. */
  readonly readerMilliseconds?: number
  /** Whose pages may ask from a browser: origins, or `*`. */
  readonly corsOrigins: readonly string[]
  /** By which it is asked, beside those of this machine; none says any, where other machines reach it. */
  readonly hosts?: readonly string[]
  /** Without them no id is known, and every text is answered. */
  readonly documents?: DocumentSettings & { readonly trusted: TrustedDocuments }
  readonly log: (line: string) => void
}

/** Serves the graph for one account. Rejects when the address cannot be had. */
export async function startServer(
  account: Account,
  options: ServerOptions,
): Promise<Pick<HttpServer, 'origin' | 'drain'>> {
  const { requestBytes, operationLimits, deadlineMilliseconds, corsOrigins, hosts = [], log } = options
  const { readerMilliseconds: patience = readerPatience } = options
  const { trusted, mode, freshSeconds } = options.documents ?? noDocuments()
  const maskedErrors = maskErrors(log)
  const http = await listen(options)
  pauseFields(schema)
  const openYoga = (schema: GraphQLSchema, plugin: Plugin) =>
    createYoga<ServerContext>({
      schema,
      context: ({ request, res }) =>
        createContext(account, answerSignal(res, deadlineMilliseconds), {
          isPlanOnly: asksForPlan(request),
          origin: () => originOf(res.req, http.origin),
          gone: () => answerSignal(res),
          traceparent: traceparentOf(res.req),
        }),
      maskedErrors,
      maxRequestBodySize: false,
      graphiql: false,
      extraParamNames: [documentIdName],
      landingPage: false,
      multipart: false,
      cors: false,
      logging: false,
      parserAndValidationCache: {
        documentCache: documentCache(),
        errorCache: documentCache(),
        validationCache: false,
      },
      plugins: [
        useDocumentIds(trusted),
        useOperationShape(operationLimits),
        useDocumentMode(trusted, mode, log),
        usePartRules(),
        useParts(maskedErrors),
        useBadInput({ checkName: argumentCheck }),
        useOperationCost(operationLimits),
        plugin,
        usePacedErrors(maskedErrors),
        useLeaving(),
        useSandboxNotice(),
        useUpstreamNotice(),
      ],
    })
  const httpOptions = { bytes: requestBytes, freshSeconds, patience, maskedErrors }
  const answer = graphqlOverHttp(openYoga(schema, useCompiledOperations(schema)), httpOptions)
  let traced: typeof answer | undefined
  const answerTraced: typeof answer = visit => {
    // Sorting makes the copy that tracing needs, which changes each resolver.
    traced ??= graphqlOverHttp(openYoga(lexicographicSortSchema(schema), useInlineTrace()), httpOptions)
    return traced(visit)
  }
  const showImage = imageRoute({
    ...account,
    deadlineMilliseconds,
    patience,
    logError: maskedErrors.logError,
  })
  const { publicUrl } = account
  const door = frontDoor({
    corsOrigins,
    publicUrl,
    checkHost: knownHosts({ address: http.address, publicUrl, hosts }),
    rooms: {
      graphql: visit => (asksForTrace(visit.request) ? answerTraced(visit) : answer(visit)),
      graphiql: ({ response }) =>
        sendPage(
          response,
          mode === 'refuse' ? documentsPage() : explorerPage(explorer(new Date())),
          patience,
        ),
      image: ({ request, response }) => showImage(request, response),
      health: visit => sendHealth(visit, 200),
      readiness: visit => sendHealth(visit, http.isDraining() ? 503 : 200),
    },
    patience,
    logError: maskedErrors.logError,
  })
  http.serve(door)
  return http
}

async function sendPage(response: ServerResponse, html: string, patience: number): Promise<void> {
  const page = Buffer.from(html)
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-length': page.byteLength,
    'content-security-policy': "frame-ancestors 'self'",
  }
  response.appendHeader('vary', 'Accept').writeHead(200, headers)
  await endWith(response, page, patience)
}

function sendHealth({ response }: Visit, status: number): void {
  response.writeHead(status, { 'content-length': 0, 'cache-control': 'no-store' }).end()
}

function noDocuments() {
  return { trusted: new TrustedDocuments(), mode: 'off', freshSeconds: 0 } as const
}

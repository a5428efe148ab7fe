import type { ServerResponse } from 'node:http'
import { lexicographicSortSchema } from 'graphql'
import { schema } from '../../schema/index.ts'
import type { Account } from '../account.ts'
import { pauseFields } from '../execution/paused-fields.ts'
import { imageRoute } from '../images/image-route.ts'
import { documentsPage } from './documents-page.ts'
import { explorer } from './explorer.ts'
import { explorerPage } from './explorer-page.ts'
import { frontDoor, type Visit } from './front-door.ts'
import { graphqlOverHttp } from './graphql-over-http.ts'
import { type HttpServer, type HttpServerOptions, listen } from './http-server.ts'
import { knownHosts } from './known-hosts.ts'
import type { OperationLimits } from './operation-limits.ts'
import { useCompiledOperations } from './plugins/compiled-operations.ts'
import { asksForTrace, useInlineTrace } from './plugins/inline-trace.ts'
import { maskErrors } from './plugins/masked-errors.ts'
import { endWith, readerPatience } from './slow-readers.ts'
import { type DocumentSettings, TrustedDocuments } from './trusted-documents.ts'
import { openYoga } from './yoga.ts'

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
  const yogaOptions = {
    account,
    listening: http.origin,
    deadlineMilliseconds,
    operationLimits,
    trusted,
    mode,
    maskedErrors,
    log,
  }
  const httpOptions = { bytes: requestBytes, freshSeconds, patience, maskedErrors }
  const respond = graphqlOverHttp(openYoga(schema, useCompiledOperations(schema), yogaOptions), httpOptions)
  let traced: typeof respond | undefined
  const respondTraced: typeof respond = visit => {
    // Sorting makes the copy that tracing needs, which changes each resolver.
    traced ??= graphqlOverHttp(
      openYoga(lexicographicSortSchema(schema), useInlineTrace(), yogaOptions),
      httpOptions,
    )
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
      graphql: visit => (asksForTrace(visit.request) ? respondTraced(visit) : respond(visit)),
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

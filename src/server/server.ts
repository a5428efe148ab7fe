import { lexicographicSortSchema } from 'graphql'
import { schema } from '../../schema/index.ts'
import type { Access } from '../access/access.ts'
import type { DocumentSettings } from '../documents/trusted-documents.ts'
import { pauseFields } from '../execution/paused-fields.ts'
import { type ExportFileSettings, ExportFiles } from '../export/export-files.ts'
import { imageRoute } from '../images/image-route.ts'
import type { McpMode } from '../mcp/mcp-mode.ts'
import { mcpRoute } from '../mcp/mcp-route.ts'
import { onFirstUse } from '../upstream/first-use.ts'
import type { Log } from '../upstream/log.ts'
import { type CallCounters, openCallCounters } from '../upstream/rate-limit/call-counters.ts'
import { exportFileRoute } from './exports/export-file-route.ts'
import { exportRoute } from './exports/export-route.ts'
import { type EnteredExchange, type Exchange, frontDoor } from './front-door.ts'
import { directQueries } from './graphql/direct-queries.ts'
import { graphqlOverHttp, type Sharing } from './graphql/graphql-over-http.ts'
import { operationRunner } from './graphql/operation-runner.ts'
import { ownOperations } from './graphql/own-operations.ts'
import { callerCost } from './graphql/plugins/caller-cost.ts'
import { useCompiledOperations } from './graphql/plugins/compiled-operations.ts'
import { maskErrors } from './graphql/plugins/masked-errors.ts'
import { SharedResponses } from './graphql/shared-responses.ts'
import { openYoga, operationContext, operationPlugins, type YogaOptions } from './graphql/yoga.ts'
import { type HttpServer, type HttpServerOptions, listen } from './http/http-server.ts'
import { requireScope } from './http/insufficient-scope.ts'
import { isLoopback, knownHosts } from './http/known-hosts.ts'
import { Refusal } from './http/refusal.ts'
import type { RequestObserver } from './http/request-record.ts'
import { sendText } from './http/response-body.ts'
import { readerPatience } from './http/slow-readers.ts'
import { asksForTrace } from './http/trace-header.ts'
import { CallerLimits } from './limits/caller-limits.ts'
import type { CostMode } from './limits/cost-mode.ts'
import type { OperationLimits } from './limits/operation-limits.ts'
import { documentsPage } from './pages/documents-page.ts'
import { explorerRoute } from './pages/explorer-route.ts'
import { sendHome } from './pages/home-page.ts'
import { pageRoute } from './pages/page-route.ts'
import { ticketRoute } from './ticket-route.ts'

export interface ServerOptions extends HttpServerOptions {
  /** The URL of this server for browsers, if they do not reach it where requests are sent to. */
  readonly publicUrl?: URL | undefined
  /** The largest request body. */
  readonly requestBytes: number
  readonly operationLimits: OperationLimits
  /** Counts callers' limits; by default in this process. Not closed with the server. */
  readonly counters?: CallCounters
  /** By default costs are only reported. */
  readonly costMode?: CostMode
  /** For all upstream calls of a response. Late calls become errors, and the response is sent without their data. */
  readonly deadlineMilliseconds: number
  /** The bound of responses that equal requests share for a moment; by default none are shared. */
  readonly sharedBytes?: number
  /** Milliseconds in which a reader has to take the next part of a response; 15 seconds by default. */
  readonly readerMilliseconds?: number
  /** Origins whose pages may send requests from a browser, or `*`. */
  readonly corsOrigins: readonly string[]
  /** Further host names of this server. If other machines reach it, an empty list allows all. */
  readonly hosts?: readonly string[]
  /** Without it, every document is allowed. */
  readonly documents?: DocumentSettings
  /** What clients of the Model Context Protocol get; by default nothing. */
  readonly mcp?: McpMode
  /** Whether `/` shows data of the graph, by scripts of this server; by default it does. */
  readonly hasPage?: boolean
  /** For files that exports make; by default in the system's folder for temporary files. */
  readonly exportFiles?: ExportFileSettings
  readonly log: Log
  /** The observers of every request. */
  readonly observers?: readonly RequestObserver[]
}

/** Serves the graph to callers that may enter. Rejects if it cannot listen on the address. */
export async function startServer(
  access: Access,
  options: ServerOptions,
): Promise<Pick<HttpServer, 'origin' | 'beUnready' | 'drain'>> {
  const { deadlineMilliseconds, corsOrigins, publicUrl, hosts = [], log, observers = [] } = options
  const { hasPage = true, readerMilliseconds: patience = readerPatience } = options
  const maskedErrors = maskErrors(log)
  const { logError } = maskedErrors
  const callerLimits = new CallerLimits(options.counters ?? openCallCounters(), log)
  const http = await listen(options)
  const listening = http.origin
  const graph = openGraph(options, { listening, maskedErrors, callerLimits, patience })
  const { mode } = graph
  const files = new ExportFiles(options.exportFiles ?? { maximumBytes: 2 ** 30 })
  const showExplorer = explorerRoute({ patience, logError })
  const door = frontDoor({
    access,
    callerLimits,
    corsOrigins,
    publicUrl,
    checkHost: knownHosts({ address: http.address, publicUrl, hosts }),
    isReachable: !isLoopback(http.address),
    handlers: {
      graphql: graph.respond,
      graphiql: exchange => {
        requireScope(exchange.caller, 'explore', 'GraphiQL')
        return mode === 'refuse' ? sendPage(exchange, documentsPage(), patience) : showExplorer(exchange)
      },
      home: exchange => sendHome(exchange, { hasExplorer: mode !== 'refuse', hasPage, patience }),
      page: pageRoute(hasPage, patience),
      mcp: mcpRoute({
        schema,
        mode: options.mcp ?? 'off',
        documentMode: mode,
        run: graph.run,
        bytes: options.requestBytes,
        callerLimits,
        maximumCost: options.operationLimits.cost,
        patience,
        logError,
      }),
      ticket: ticketRoute({ access, publicUrl, listening }),
      export: exportRoute({
        files,
        operations: graph.operations,
        callerLimits,
        listening,
        patience,
        logError,
      }),
      exportFile: exportFileRoute(files, patience),
      image: imageRoute({
        accountOf: handle => access.accountOf(handle),
        deadlineMilliseconds,
        patience,
        logError,
      }),
      health: exchange => sendHealth(exchange, 200),
      readiness: exchange => sendHealth(exchange, http.isReady() ? 200 : 503),
    },
    observers,
    patience,
    logError,
  })
  http.serve(door)
  return {
    origin: http.origin,
    beUnready: () => http.beUnready(),
    async drain(milliseconds) {
      await http.drain(milliseconds)
      graph.responses?.[Symbol.dispose]()
      await files[Symbol.asyncDispose]()
    },
  }
}

interface GraphOptions extends Pick<YogaOptions, 'listening' | 'maskedErrors' | 'callerLimits'> {
  readonly patience: number
}

/** Runs operations: of GraphQL over HTTP, of tools, and Isotherm's own. */
function openGraph(
  options: ServerOptions,
  { listening, maskedErrors, callerLimits, patience }: GraphOptions,
) {
  const { requestBytes, operationLimits, deadlineMilliseconds, log, costMode = 'measure' } = options
  const { mode, freshSeconds } = options.documents ?? everyDocument
  pauseFields(schema)
  const yogaOptions: YogaOptions = {
    listening,
    deadlineMilliseconds,
    operationLimits,
    callerLimits,
    costMode,
    mode,
    maskedErrors,
    log,
  }
  const httpOptions = { bytes: requestBytes, freshSeconds, patience, maximumCost: operationLimits.cost }
  const plugins = operationPlugins(useCompiledOperations(schema), yogaOptions)
  const contextOf = operationContext(yogaOptions)
  const direct = directQueries({ schema, plugins, contextOf, mode, maskedErrors })
  const yoga = openYoga(schema, [...plugins, direct.plugin], yogaOptions)
  const run = operationRunner(yoga, { maskedErrors, direct })
  const responses = options.sharedBytes ? new SharedResponses(options.sharedBytes) : undefined
  const sharing = responses && { responses, charge: sharedCharge(callerCost(callerLimits, costMode)) }
  const respond = graphqlOverHttp(run, { ...httpOptions, sharing })
  const openTraced = onFirstUse(async () => {
    const { useInlineTrace } = await import('./graphql/plugins/inline-trace.ts')
    // Tracing changes every resolver, so it needs its own copy of the schema. Sorting makes a copy.
    const copy = lexicographicSortSchema(schema)
    const traced = openYoga(copy, operationPlugins(useInlineTrace(), yogaOptions), yogaOptions)
    return graphqlOverHttp(operationRunner(traced, { maskedErrors }), httpOptions)
  })
  const respondTraced: typeof respond = async exchange => {
    const traced = await openTraced().catch(error => {
      maskedErrors.logError(error, 'inline traces', exchange.record.id)
      throw new Refusal(500, 'Inline traces could not be loaded. The log of this server says why.')
    })
    await traced(exchange)
  }
  return {
    mode,
    run,
    respond: (exchange: EnteredExchange) =>
      asksForTrace(exchange.request) ? respondTraced(exchange) : respond(exchange),
    operations: ownOperations({ schema, plugins, maskedErrors, deadlineMilliseconds }),
    responses,
  }
}

function sharedCharge(charge: ReturnType<typeof callerCost>): Sharing['charge'] {
  return async ({ caller, record, response: res }, estimatedCost) => {
    if (estimatedCost !== undefined) record.estimatedCost = estimatedCost
    record.isCharged = (await charge({ caller, record, res })) === undefined
    return record.isCharged
  }
}

async function sendPage({ request, response }: Exchange, html: string, patience: number): Promise<void> {
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "frame-ancestors 'self'",
  }
  response.appendHeader('vary', 'Accept')
  await sendText(html, { request, response, status: 200, headers, patience })
}

function sendHealth({ response }: Exchange, status: number): void {
  response.writeHead(status, { 'content-length': 0, 'cache-control': 'no-store' }).end()
}

const everyDocument: DocumentSettings = { mode: 'off', freshSeconds: 0 }

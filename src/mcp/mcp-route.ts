import type { IncomingMessage } from 'node:http'
import type { CallToolRequestParams } from '@modelcontextprotocol/server'
import { GraphQLError } from 'graphql'
import { isAsyncIterable } from 'graphql-yoga'
import { bounded } from '../server/bounded-errors.ts'
import { checkExplain } from '../server/explain.ts'
import type { EnteredExchange } from '../server/front-door.ts'
import { tellCost } from '../server/graphql-over-http.ts'
import { readJsonBody } from '../server/json-body.ts'
import type { RunOperation } from '../server/operation-runner.ts'
import { Refusal } from '../server/refusal.ts'
import { sendText } from '../server/response-body.ts'
import { responseSignal } from '../server/response-signal.ts'
import { bodyOf } from '../server/result-body.ts'
import { withoutSuggestions } from '../server/suggestions.ts'
import type { TrustedDocuments } from '../server/trusted-documents.ts'
import { onFirstUse } from '../upstream/first-use.ts'
import { readVersion } from '../version.ts'
import type { RunTool } from './tool-calls.ts'
import { type Tool, type ToolsOptions, toolsOf } from './tools.ts'

export interface McpRouteOptions extends ToolsOptions {
  readonly run: RunOperation
  /** The largest request body. */
  readonly bytes: number
  /** What an operation may be estimated to cost, as responses tell. */
  readonly maximumCost: number
  /** Milliseconds that a reader may take nothing. */
  readonly patience: number
  readonly logError: (error: unknown, where: string, requestId: string) => void
}

/**
 * Serves the Model Context Protocol over streamable HTTP, without sessions: one POST is one message. A call runs as an operation
 * of GraphQL over HTTP does, for the same caller, with the same limits. The protocol's library is loaded for the first message.
 */
export function mcpRoute(options: McpRouteOptions): (exchange: EnteredExchange) => Promise<void> {
  const { mode, run, bytes, maximumCost, patience, logError } = options
  const open = onFirstUse(async () => {
    const [library, { protocolServer }, calls, version] = await Promise.all([
      import('@modelcontextprotocol/server'),
      import('./protocol-server.ts'),
      import('./tool-calls.ts'),
      readVersion(),
    ])
    return { ...library, ...calls, protocolServer, version }
  })
  const known = new WeakMap<TrustedDocuments, ReadonlyMap<string, Tool>>()
  return async exchange => {
    if (mode === 'off') throw new Refusal(404, 'Here are no tools: ISOTHERM_MCP turns them on.')
    const { request, response, caller, account, record } = exchange
    checkExplain(request, caller)
    const body = await readJsonBody(request, response, { what: 'A message', bytes })
    if (!body) return
    if (Array.isArray(body.value)) throw new Refusal(400, 'A request body is one message, and no batch.')
    const { createMcpHandler, protocolServer, listTools, callTool, version } = await open().catch(error => {
      logError(error, 'the Model Context Protocol', record.id)
      throw new Refusal(500, 'The tools could not be loaded. The log of this server says why.')
    })
    const tools = known.getOrInsertComputed(account.documents, documents => toolsOf(documents, options))
    const message = messageOf(request, responseSignal(response))
    // Whatever the client takes, a call has one result, not one in parts.
    request.headers.accept = 'application/json'
    const runTool: RunTool = async ({ query, operationName }, variables) => {
      const result = await run({ query, operationName, variables: { ...variables } }, exchange)
      tellCost(exchange, maximumCost)
      const isWhole = result && !Array.isArray(result) && !isAsyncIterable(result)
      const visible = isWhole ? result : { errors: [new GraphQLError('The tool has no single answer.')] }
      return bodyOf(bounded(withoutSuggestions(visible, caller)), record.id)
    }
    // No client can wait for changes: there are none. What is wrong with a message is told in its answer.
    const own = {
      version,
      list: () => listTools(tools, caller.scopes),
      call: (params: CallToolRequestParams) => callTool(tools, params, runTool),
    }
    const handler = createMcpHandler(() => protocolServer(own), { maxSubscriptions: 0 })
    try {
      const answer = await handler.fetch(message, { parsedBody: body.value })
      const text = await answer.text()
      if (response.destroyed) return
      const type = answer.headers.get('content-type')
      const headers = { 'cache-control': 'no-store', ...(type && { 'content-type': type }) }
      await sendText(text, { request, response, status: answer.status, headers, patience })
    } finally {
      await handler.close()
    }
  }
}

/** The message without its body, which is read already, and with those headers only that are the protocol's. */
function messageOf({ headers }: IncomingMessage, signal: AbortSignal): Request {
  const own = Object.entries(headers).filter(([name]) => /^(accept|content-type|mcp-.*)$/.test(name))
  const texts = own.map(([name, value]) => [name, String(value)])
  return new Request('http://localhost/mcp', { method: 'POST', headers: Object.fromEntries(texts), signal })
}

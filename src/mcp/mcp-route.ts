import type { IncomingMessage } from 'node:http'
import type { CallToolRequestParams } from '@modelcontextprotocol/server'
import { GraphQLError } from 'graphql'
import { isAsyncIterable } from 'graphql-yoga'
import type { TrustedDocuments } from '../documents/trusted-documents.ts'
import type { EnteredExchange } from '../server/front-door.ts'
import { bounded } from '../server/graphql/bounded-errors.ts'
import { setCostHeaders } from '../server/graphql/graphql-over-http.ts'
import type { RunOperation } from '../server/graphql/operation-runner.ts'
import { bodyOf } from '../server/graphql/result-body.ts'
import { withoutSuggestions } from '../server/graphql/suggestions.ts'
import { checkExplain } from '../server/http/explain.ts'
import { Refusal } from '../server/http/refusal.ts'
import { sendText } from '../server/http/response-body.ts'
import { responseSignal } from '../server/http/response-signal.ts'
import type { CallerLimits } from '../server/limits/caller-limits.ts'
import { onFirstUse } from '../upstream/first-use.ts'
import { readVersion } from '../version.ts'
import { eventData } from './event-data.ts'
import { refusalAnswer } from './message-errors.ts'
import { checkMessage, idOf, readMessages } from './messages.ts'
import type { RunTool } from './tool-calls.ts'
import { type Tool, type ToolsOptions, toolsOf } from './tools.ts'

export interface McpRouteOptions extends ToolsOptions {
  readonly run: RunOperation
  /** The largest request body. */
  readonly bytes: number
  /** Counts each message of a batch after the first one. */
  readonly callerLimits: Pick<CallerLimits, 'enter'> | undefined
  /** The limits of an operation's estimated cost, as shown in responses. */
  readonly maximumCost: number
  /** Milliseconds that a reader may take nothing. */
  readonly patience: number
  readonly logError: (error: unknown, where: string, requestId: string) => void
}

/**
 * Serves the Model Context Protocol over streamable HTTP, without sessions: one POST is one message, or a batch whose messages
 * are answered one after another. A call runs like an operation of GraphQL over HTTP, for the same caller and with the same
 * limits. The protocol's library is loaded for the first message.
 */
export function mcpRoute(options: McpRouteOptions): (exchange: EnteredExchange) => Promise<void> {
  const { mode, run, bytes, callerLimits, maximumCost, patience, logError } = options
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
    const { request, response, record } = exchange
    const send = ({ text, status, headers = {} }: Answer) => {
      const type = text && { 'content-type': 'application/json' }
      const sent = { 'cache-control': 'no-store', ...type, ...headers }
      return sendText(text, { request, response, status, headers: sent, patience })
    }
    try {
      const answer = await answerTo(exchange)
      if (answer && !response.destroyed) await send(answer)
    } catch (error) {
      if (!(error instanceof Refusal) || response.headersSent) throw error
      const { status, headers } = error
      await send({ text: JSON.stringify(refusalAnswer(error, record.id)), status, headers })
    }
  }

  async function answerTo(exchange: EnteredExchange): Promise<Answer | undefined> {
    if (mode === 'off') throw new Refusal(404, 'Here are no tools: ISOTHERM_MCP turns them on.')
    const { request, response, caller, account, record } = exchange
    checkExplain(request, caller)
    const body = await readMessages(request, response, bytes)
    if (!body) return undefined
    const { createMcpHandler, protocolServer, listTools, callTool, version } = await open().catch(error => {
      logError(error, 'the Model Context Protocol', record.id)
      throw new Refusal(500, 'The tools could not be loaded. The log of this server says why.')
    })
    const tools = known.getOrInsertComputed(account.documents, documents => toolsOf(documents, options))
    const signal = responseSignal(response)
    const headers = headersOf(request)
    // Whatever the client accepts, a call has one result, not several increments.
    request.headers.accept = 'application/json'
    const runTool: RunTool = async ({ query, operationName }, variables) => {
      const result = await run({ query, operationName, variables: { ...variables } }, exchange)
      setCostHeaders(exchange, maximumCost)
      const isWhole = result && !Array.isArray(result) && !isAsyncIterable(result)
      const visible = isWhole ? result : { errors: [new GraphQLError('The tool has no single answer.')] }
      return bodyOf(bounded(withoutSuggestions(visible, caller)), record.id)
    }
    // Clients cannot wait for changes, since there are none. The response reports mistakes of a message.
    const own = {
      version,
      list: () => listTools(tools, caller.scopes),
      call: (params: CallToolRequestParams) => callTool(tools, params, runTool),
    }
    const handler = createMcpHandler(() => protocolServer(own), { maxSubscriptions: 0 })
    const answerOne = async (message: unknown): Promise<Answer> => {
      checkMessage(message)
      const sent = new Request('http://localhost/mcp', { method: 'POST', headers, signal })
      const answer = await handler.fetch(sent, { parsedBody: message })
      const text = await answer.text()
      return { text: eventData(text) ?? text, status: answer.status }
    }
    try {
      if (!body.isBatch) return await answerOne(body.messages[0])
      const texts: string[] = []
      for (const [index, message] of body.messages.entries()) {
        if (response.destroyed) return undefined
        // The front door has counted the first one.
        const counted = index > 0 ? callerLimits?.enter(caller, request, response) : undefined
        const { text } = await Promise.resolve(counted)
          .then(() => answerOne(message))
          .catch(error => {
            if (!(error instanceof Refusal)) throw error
            return { text: JSON.stringify(refusalAnswer(error, record.id, idOf(message))) }
          })
        if (text) texts.push(text)
      }
      return texts.length > 0 ? { text: `[${texts.join()}]`, status: 200 } : { text: '', status: 202 }
    } finally {
      await handler.close()
    }
  }
}

interface Answer {
  /** JSON, or nothing. */
  readonly text: string
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * The protocol's own headers. A response is always JSON, which the protocol requires every client to accept; the library refuses
 * clients that do not list both types.
 */
function headersOf({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  const own = Object.entries(headers).filter(([name]) => /^(content-type|mcp-.*)$/.test(name))
  const texts = own.map(([name, value]) => [name, String(value)])
  return { ...Object.fromEntries(texts), accept: 'application/json, text/event-stream' }
}

import {
  type CallToolRequestParams,
  type CallToolResult,
  type ListToolsResult,
  McpServer,
} from '@modelcontextprotocol/server'

export interface ProtocolServerOptions {
  readonly version: string
  readonly list: (signal: AbortSignal) => ListToolsResult | Promise<ListToolsResult>
  readonly call: (params: CallToolRequestParams, signal: AbortSignal) => Promise<CallToolResult>
}

/** Speaks the protocol on one connection, or for one request if nothing is kept between requests. */
export function protocolServer({ version, list, call }: ProtocolServerOptions): McpServer {
  const mcp = new McpServer(
    { name: 'isotherm', title: 'Isotherm', version },
    { capabilities: { tools: { listChanged: false } }, instructions },
  )
  mcp.server.setRequestHandler('tools/list', (_request, { mcpReq }) => list(mcpReq.signal))
  mcp.server.setRequestHandler('tools/call', ({ params }, { mcpReq }) => call(params, mcpReq.signal))
  return mcp
}

const instructions = [
  'Visits of stores and use of web pages, from five analytics vendors.',
  'Ids come from list_stores and list_websites.',
  'A range is { last: "P7D" }, { period: "LAST_WEEK" } or { local: { start, end } }, whose end is not in it; ' +
    '{ before: … } of one is the same period before.',
  'Errors in an answer say which vendor failed; the rest of the answer is right.',
  'extensions.sandbox names vendors whose data is made up: say so.',
].join(' ')

import { McpServer, ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server'
import type { Result } from '../server/result-body.ts'
import { toolResult } from './tool-result.ts'
import type { Tool } from './tools.ts'

export interface ProtocolServerOptions {
  readonly version: string
  readonly tools: ReadonlyMap<string, Tool>
  /** Runs the operation of a tool, and resolves with what its caller may see. */
  readonly run: (tool: Tool, variables: Readonly<Record<string, unknown>>) => Promise<Result>
}

/** Speaks the protocol for one connection, or for one request where nothing is kept between them. */
export function protocolServer({ version, tools, run }: ProtocolServerOptions): McpServer {
  const mcp = new McpServer(
    { name: 'isotherm', title: 'Isotherm', version },
    { capabilities: { tools: {} }, instructions },
  )
  mcp.server.setRequestHandler('tools/list', () => ({ tools: [...tools.values()].map(described) }))
  mcp.server.setRequestHandler('tools/call', async ({ params }) => {
    const tool = tools.get(params.name)
    if (!tool)
      throw new ProtocolError(
        ProtocolErrorCode.InvalidParams,
        `There is no tool ${JSON.stringify(params.name)}.`,
      )
    return toolResult(await run(tool, params.arguments ?? {}))
  })
  return mcp
}

function described({ name, description, inputSchema, isReadOnly }: Tool) {
  const annotations = { readOnlyHint: isReadOnly, ...(!isReadOnly && { destructiveHint: true }) }
  return { name, description, inputSchema, annotations }
}

const instructions = [
  'Visits of stores and use of web pages, from five analytics vendors.',
  'Ids come from list_stores and list_websites.',
  'Ranges begin with from and end before to.',
  'Errors in an answer say which vendor failed; the rest of the answer is right.',
  'extensions.sandbox names vendors whose data is made up: say so.',
].join(' ')

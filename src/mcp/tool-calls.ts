import {
  type CallToolRequestParams,
  type CallToolResult,
  type ListToolsResult,
  ProtocolError,
  ProtocolErrorCode,
} from '@modelcontextprotocol/server'
import type { Result } from '../server/result-body.ts'
import { toolResult } from './tool-result.ts'
import type { Tool } from './tools.ts'

type Tools = ReadonlyMap<string, Tool>

/** Runs the operation of a tool, and resolves with what its caller may see. */
export type RunTool = (tool: Tool, variables: Readonly<Record<string, unknown>>) => Promise<Result>

/** The tools as the protocol tells of them. */
export function listTools(tools: Tools): ListToolsResult {
  return { tools: [...tools.values()].map(described) }
}

/** Rejects with ProtocolError for a tool that is not there. */
export async function callTool(
  tools: Tools,
  { name, arguments: variables = {} }: CallToolRequestParams,
  run: RunTool,
): Promise<CallToolResult> {
  const tool = tools.get(name)
  if (tool) return toolResult(await run(tool, variables))
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no tool ${JSON.stringify(name)}.`)
}

function described({ name, description, inputSchema, isReadOnly }: Tool) {
  const annotations = { readOnlyHint: isReadOnly, ...(!isReadOnly && { destructiveHint: true }) }
  return { name, description, inputSchema, annotations }
}

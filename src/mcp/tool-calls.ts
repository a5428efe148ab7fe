import {
  type CallToolRequestParams,
  type CallToolResult,
  type ListToolsResult,
  ProtocolError,
  ProtocolErrorCode,
} from '@modelcontextprotocol/server'
import type { Result } from '../server/graphql/result-body.ts'
import { cutText } from '../upstream/cut-text.ts'
import { brokenBound } from './shipped-bounds.ts'
import { toolError, toolResult } from './tool-result.ts'
import type { Tool } from './tools.ts'

type Tools = ReadonlyMap<string, Tool>

/** Runs the operation of a tool; resolves with the result that its caller may see. */
export type RunTool = (tool: Tool, variables: Readonly<Record<string, unknown>>) => Promise<Result>

/** The tools in the protocol's form, without those that these scopes do not allow. */
export function listTools(tools: Tools, scopes: ReadonlySet<string>): ListToolsResult {
  return { tools: [...tools.values()].filter(tool => tool.scopes.isSubsetOf(scopes)).map(described) }
}

/**
 * Rejects with ProtocolError for an unknown tool. Arguments that the tool does not take are refused: they would have no effect.
 */
export async function callTool(
  tools: Tools,
  { name, arguments: variables = {} }: CallToolRequestParams,
  run: RunTool,
): Promise<CallToolResult> {
  const tool = tools.get(name)
  if (!tool) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no tool ${quoted(name)}.`)
  const known = Object.keys(tool.inputSchema.properties ?? {})
  const unknown = Object.keys(variables).find(given => !known.includes(given))
  if (unknown !== undefined) {
    const taken = known.length > 0 ? `It takes ${known.join(', ')}.` : 'It takes none.'
    return toolError(`${name} takes no argument ${quoted(unknown)}. ${taken}`)
  }
  const broken = brokenBound(variables, tool.bounds ?? {})
  if (broken !== undefined) return toolError(`${name} ${broken}`)
  return toolResult(await run(tool, withNodeIds(variables, tool)))
}

function withNodeIds(variables: Readonly<Record<string, unknown>>, { storeList }: Tool) {
  const stores = storeList === undefined ? undefined : variables[storeList]
  if (storeList === undefined || stores === undefined) return variables
  // GraphQL takes a single value as a list of one.
  return { ...variables, [storeList]: Array.isArray(stores) ? stores.map(nodeId) : nodeId(stores) }
}

function nodeId(store: unknown): unknown {
  return typeof store !== 'string' || store.startsWith('Location:') ? store : `Location:${store}`
}

function quoted(given: string): string {
  return JSON.stringify(cutText(given, 80))
}

function described({ name, description, inputSchema, isReadOnly }: Tool) {
  const annotations = { readOnlyHint: isReadOnly, ...(!isReadOnly && { destructiveHint: true }) }
  return { name, description, inputSchema, annotations }
}

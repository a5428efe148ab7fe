import { type GraphQLSchema, Kind, type OperationDefinitionNode, parse } from 'graphql'
import type { DocumentMode, TrustedDocuments } from '../documents/trusted-documents.ts'
import { scopesOfOperation } from '../server/limits/operation-scopes.ts'
import type { McpMode } from './mcp-mode.ts'
import { pageQuestions } from './page-questions.ts'
import { type Bounds, shippedBounds, withBounds } from './shipped-bounds.ts'
import { storeLists, storeQuestions } from './store-questions.ts'
import { type ObjectSchema, variableSchema } from './variable-schema.ts'

/** An operation that a model may run. */
export interface Tool {
  readonly name: string
  readonly description: string
  readonly inputSchema: ObjectSchema
  readonly isReadOnly: boolean
  /** All that it takes to have an answer without a refusal. */
  readonly scopes: ReturnType<typeof scopesOfOperation>
  /** The text of its document. */
  readonly query: string
  readonly operationName: string
  /** The variable whose stores may be named as other tools name them, though its document takes ids of nodes. */
  readonly storeList?: string | undefined
  /** What its arguments may be at most. */
  readonly bounds?: Bounds
}

export interface ToolsOptions {
  readonly schema: GraphQLSchema
  readonly mode: McpMode
  readonly documentMode: DocumentMode
}

/**
 * The tools of an account, by name: each named query of its trusted documents, each mutation where they are allowed, and the
 * shipped questions where other documents are not refused. A trusted document replaces a shipped question of its name.
 */
export function toolsOf(documents: TrustedDocuments, options: ToolsOptions): ReadonlyMap<string, Tool> {
  const tools = new Map<string, Tool>()
  for (const [id, text] of documents.texts())
    for (const tool of toolsIn(text, options)) {
      // Two documents may name their operations alike; neither may hide the other.
      const name = tools.has(tool.name)
        ? `${tool.name}_${id.replaceAll(/[^\w.-]/g, '').slice(0, 12)}`
        : tool.name
      tools.set(name, { ...tool, name })
    }
  if (options.documentMode === 'refuse') return tools
  for (const text of [storeQuestions, pageQuestions])
    for (const tool of toolsIn(text, options)) if (!tools.has(tool.name)) tools.set(tool.name, shipped(tool))
  return tools
}

function shipped(tool: Tool): Tool {
  const { name, inputSchema } = tool
  const bounds = shippedBounds.get(name) ?? {}
  return { ...tool, inputSchema: withBounds(inputSchema, bounds), bounds, storeList: storeLists.get(name) }
}

function toolsIn(text: string, { schema, mode }: ToolsOptions): readonly Tool[] {
  const document = parse(text)
  return document.definitions.flatMap(definition => {
    if (definition.kind !== Kind.OPERATION_DEFINITION || !definition.name) return []
    const { operation, name } = definition
    const isReadOnly = operation === 'query'
    if (operation === 'subscription' || (!isReadOnly && mode !== 'write')) return []
    return [
      {
        name: name.value,
        description: definition.description?.value ?? whatItAsks(definition),
        inputSchema: variableSchema(definition, schema),
        isReadOnly,
        scopes: scopesOfOperation(document, name.value, schema),
        query: text,
        operationName: name.value,
      },
    ]
  })
}

/** For an operation without a description of its own. */
function whatItAsks({ operation, selectionSet }: OperationDefinitionNode): string {
  const fields = selectionSet.selections.flatMap(selection =>
    selection.kind === Kind.FIELD ? [selection.name.value] : [],
  )
  return `Runs a ${operation} of ${fields.join(', ') || 'fragments'}.`
}

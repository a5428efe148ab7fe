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
  /** All scopes that it needs for a result without refusals. */
  readonly scopes: ReturnType<typeof scopesOfOperation>
  /** The text of its document. */
  readonly query: string
  readonly operationName: string
  /** The variable that accepts stores in the form of other tools, although its document takes node ids. */
  readonly storeList?: string | undefined
  /** The bounds of its arguments. */
  readonly bounds?: Bounds
}

export interface ToolsOptions {
  readonly schema: GraphQLSchema
  readonly mode: McpMode
  readonly documentMode: DocumentMode
}

/**
 * The tools of an account, by name: each named query of its trusted documents, each mutation if mutations are allowed, and the
 * shipped questions unless other documents are refused. A trusted document replaces a shipped question of the same name.
 */
export function toolsOf(documents: TrustedDocuments, options: ToolsOptions): ReadonlyMap<string, Tool> {
  const tools = new Map<string, Tool>()
  for (const [id, text] of documents.texts())
    for (const tool of toolsIn(text, options)) {
      // Two documents may have operations of the same name; neither may hide the other.
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

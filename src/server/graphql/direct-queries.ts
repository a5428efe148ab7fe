import { type DocumentNode, type GraphQLSchema, getOperationAST, type OperationDefinitionNode } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { Context } from '../../context.ts'
import type { DocumentMode } from '../../documents/trusted-documents.ts'
import type { EnteredExchange } from '../front-door.ts'
import { documentCache } from './document-cache.ts'
import { addRequest } from './fetch-request.ts'
import { nothingLeft, runHooked } from './hooked-execution.ts'
import { documentIdOf, type OperationParams } from './operation-params.ts'
import { namesIncrements } from './plugins/incremental-delivery.ts'
import type { MaskedErrors } from './plugins/masked-errors.ts'
import { operationRecordOf } from './plugins/operation-record.ts'
import type { Result } from './result-body.ts'
import type { ServerContext } from './server-context.ts'
import type { OperationPlugin } from './yoga.ts'

export interface DirectQueriesOptions {
  readonly schema: GraphQLSchema
  /** Yoga's plugins, in their order. */
  readonly plugins: readonly OperationPlugin[]
  readonly contextOf: (context: ServerContext) => Context
  readonly mode: DocumentMode
  readonly maskedErrors: Pick<MaskedErrors, 'maskError' | 'errorMessage'>
}

export interface DirectQueries {
  /** Learns which documents Yoga found valid. Must come after all plugins that validate. */
  readonly plugin: Plugin
  /** The result of a query; undefined for what Yoga has to run. */
  run(params: OperationParams, exchange: EnteredExchange): Promise<Result> | undefined
}

/**
 * Runs queries whose documents Yoga has parsed and validated before, without its pipeline: the same hooks of the same plugins
 * around execution, in the same order. Leaves to Yoga whatever is no plain query, has no single result, or is not allowed.
 */
export function directQueries(options: DirectQueriesOptions): DirectQueries {
  const { schema, plugins, contextOf, mode, maskedErrors } = options
  const { maskError, errorMessage } = maskedErrors
  const known = documentCache<DocumentNode>()
  const hooks = plugins.flatMap(({ onExecute }) => onExecute ?? [])
  const mask = (error: unknown) => maskError(error, errorMessage)

  /** The document and its operation, if Yoga has validated them before. */
  const find = (params: OperationParams, { account }: EnteredExchange): Found | undefined => {
    const { query, operationName, variables, extensions } = params
    if (!isName(operationName) || !isMembers(variables) || !isMembers(extensions)) return undefined
    const id = query ? null : documentIdOf(params)
    const text: unknown = id === null ? query : account.documents.textOf(id)
    const document = typeof text === 'string' ? known.get(text) : undefined
    if (!document || (mode !== 'off' && !account.documents.has(document))) return undefined
    const operation = getOperationAST(document, operationName)
    return operation?.operation === 'query' ? { document, operation } : undefined
  }

  return {
    plugin: {
      onValidate({ params: { documentAST } }) {
        const text = documentAST.loc?.source.body
        if (text === undefined || known.get(text) || namesIncrements(documentAST)) return undefined
        return ({ valid }) => {
          if (valid) known.set(text, documentAST)
        }
      },
    },
    run(params, exchange) {
      const found = find(params, exchange)
      if (!found) return undefined
      const { record, caller, account, response: res } = exchange
      const { document, operation } = found
      record.operation = operationRecordOf(document, operation, account)
      const { variables: variableValues, operationName } = params
      const given = { res, record, caller, account, params, waitUntil: nothingLeft }
      const contextValue = { ...given, ...contextOf(given) }
      addRequest(contextValue)
      const ran = runHooked(hooks, { schema, document, contextValue, variableValues, operationName })
      return ran.then(result => (result.errors ? { ...result, errors: result.errors.map(mask) } : result))
    },
  }
}

interface Found {
  readonly document: DocumentNode
  readonly operation: OperationDefinitionNode
}

function isName(value: unknown): value is string | null | undefined {
  return value === undefined || value === null || typeof value === 'string'
}

function isMembers(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'object' && !Array.isArray(value))
}

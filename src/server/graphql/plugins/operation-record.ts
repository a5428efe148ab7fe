import { hash } from 'node:crypto'
import { type DocumentNode, getOperationAST, type OperationDefinitionNode } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { RecordedOperation } from '../../http/request-record.ts'
import type { ServerContext } from '../server-context.ts'

/** Notes the operation on the record of its request, as soon as the document parses. */
export function useOperationRecord(): Plugin<Pick<ServerContext, 'account' | 'record'>> {
  return {
    onParse({ context: { account, record, params } }) {
      return ({ result }) => {
        // Parse errors are refused elsewhere.
        if (!result || result instanceof Error) return
        const operation = getOperationAST(result, params.operationName)
        if (operation) record.operation = operationRecordOf(result, operation, account)
      }
    },
  }
}

/** The record of one operation of a document. */
export function operationRecordOf(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  account: ServerContext['account'],
): RecordedOperation {
  return {
    type: operation.operation,
    name: operation.name?.value.slice(0, longestName),
    document: hashes.getOrInsertComputed(
      document,
      () => `sha256:${hash('sha256', document.loc?.source.body ?? '')}`,
    ),
    isTrusted: () => account.documents.has(document),
  }
}

const hashes = new WeakMap<DocumentNode, string>()

const longestName = 100

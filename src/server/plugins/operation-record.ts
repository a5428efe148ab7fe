import { hash } from 'node:crypto'
import { type DocumentNode, getOperationAST } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { ServerContext } from '../server-context.ts'

/** Notes on the record of a request which operation it asks, as soon as its document parses. */
export function useOperationRecord(): Plugin<Pick<ServerContext, 'account' | 'record'>> {
  const hashes = new WeakMap<DocumentNode, string>()
  return {
    onParse({ params: { source }, context: { account, record, params } }) {
      return ({ result }) => {
        // Parse errors are refused elsewhere.
        if (!result || result instanceof Error) return
        const operation = getOperationAST(result, params.operationName)
        if (!operation) return
        record.operation = {
          type: operation.operation,
          name: operation.name?.value.slice(0, longestName),
          document: hashes.getOrInsertComputed(
            result,
            () => `sha256:${hash('sha256', typeof source === 'string' ? source : source.body)}`,
          ),
          isTrusted: () => account.documents.has(result),
        }
      }
    },
  }
}

const longestName = 100

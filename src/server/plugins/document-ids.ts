import { usePersistedOperations } from '@graphql-yoga/plugin-persisted-operations'
import type { Plugin } from 'graphql-yoga'
import { documentIdOf } from '../operation-params.ts'
import type { TrustedDocuments } from '../trusted-documents.ts'

/**
 * Answers a document of the manifest by its id. An unknown one is `PERSISTED_QUERY_NOT_FOUND`, at which a client that has the
 * text sends that.
 */
export function useDocumentIds(documents: TrustedDocuments): Plugin {
  const persisted = usePersistedOperations({
    // What is done about texts is the mode's to say.
    allowArbitraryOperations: true,
    extractPersistedOperationId: documentIdOf,
    getPersistedOperation: id => documents.textOf(id) ?? null,
    customErrors: {
      notFound: {
        // Some clients know the message, others the code.
        message: 'PersistedQueryNotFound',
        extensions: {
          code: 'PERSISTED_QUERY_NOT_FOUND',
          http: { spec: true, status: 400, headers: { 'cache-control': 'no-store' } },
        },
      },
    },
  })
  return {
    ...persisted,
    // What is wrong with parameters without an id is Yoga's to say.
    onParams: payload => (documentIdOf(payload.params) === null ? undefined : persisted.onParams?.(payload)),
  }
}

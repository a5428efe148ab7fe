import { usePersistedOperations } from '@graphql-yoga/plugin-persisted-operations'
import type { Plugin } from 'graphql-yoga'
import { documentIdOf } from '../operation-params.ts'
import type { ServerContext } from '../server-context.ts'

/**
 * Accepts the id of a document of the account's manifest in place of its text. An unknown id is `PERSISTED_QUERY_NOT_FOUND`, after
 * which a client that has the text sends it.
 */
export function useDocumentIds(): Plugin<Pick<ServerContext, 'account'>> {
  const persisted = usePersistedOperations<Pick<ServerContext, 'account'>>({
    // Document mode decides about texts.
    allowArbitraryOperations: true,
    extractPersistedOperationId: documentIdOf,
    getPersistedOperation: (id, _request, { account }) => account.documents.textOf(id) ?? null,
    customErrors: {
      notFound: {
        // Some clients read the message, others the code.
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
    // Yoga checks the parameters of requests without an id.
    onParams: payload => (documentIdOf(payload.params) === null ? undefined : persisted.onParams?.(payload)),
  }
}

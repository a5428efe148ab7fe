import {
  defaultExtractPersistedOperationId,
  usePersistedOperations,
} from '@graphql-yoga/plugin-persisted-operations'
import type { GraphQLParams, Plugin } from 'graphql-yoga'
import type { TrustedDocuments } from '../trusted-documents.ts'

/** The parameter of the GraphQL-over-HTTP proposal. */
export const documentIdName = 'documentId'

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
    onParams: payload =>
      documentIdOf(payload.params, payload.request) === null ? undefined : persisted.onParams?.(payload),
  }
}

/** The id that a request names in place of a text, in either of the ways that clients have; null without one. */
export function documentIdOf(
  params: GraphQLParams & { readonly [documentIdName]?: unknown },
  request: Request,
): string | null {
  const named = request.method === 'GET' ? documentIdIn(request.url) : params[documentIdName]
  return typeof named === 'string' ? named : defaultExtractPersistedOperationId(params, request, {})
}

export function documentIdIn(url: string): string | null {
  return new URL(url, 'http://localhost').searchParams.get(documentIdName)
}

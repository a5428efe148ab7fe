import { createHash } from 'node:crypto'
import { type DocumentNode, GraphQLError, Kind } from 'graphql'
import { createLRUCache, type Plugin } from 'graphql-yoga'
import type { DocumentMode } from '../../../documents/trusted-documents.ts'
import type { Log } from '../../../upstream/log.ts'
import type { ServerContext } from '../server-context.ts'

/** The logged documents that are remembered, so that repeated requests do not fill the log. */
const mostLogged = 1000
const longestName = 100

/**
 * Logs or refuses documents that are not in the account's manifest. The log has the operation's name and a SHA-256 of the text,
 * as the text may hold anything.
 */
export function useDocumentMode(mode: DocumentMode, log: Log): Plugin<Pick<ServerContext, 'account'>> {
  if (mode === 'off') return {}
  const logged = createLRUCache<true>({ max: mostLogged })
  const logOnce = (document: DocumentNode, text: string) => {
    const hash = createHash('sha256').update(text).digest('hex')
    if (logged.get(hash)) return
    logged.set(hash, true)
    log.warn({ document: `sha256:${hash}` }, `not in the manifest: ${nameOf(document)}, sha256:${hash}`)
  }
  return {
    onParse({ params: { source }, context: { account } }) {
      return ({ result }) => {
        // Parse errors are refused elsewhere.
        if (!result || result instanceof Error || account.documents.has(result)) return
        if (mode === 'refuse') throw notTrusted()
        logOnce(result, typeof source === 'string' ? source : source.body)
      }
    },
  }
}

function notTrusted(): GraphQLError {
  const message = 'This server only answers the documents of its manifest: send one of them, or its id.'
  return new GraphQLError(message, {
    extensions: { code: 'FORBIDDEN', http: { spec: true, status: 403 } },
  })
}

function nameOf({ definitions }: DocumentNode): string {
  const names = definitions.flatMap(definition =>
    definition.kind === Kind.OPERATION_DEFINITION
      ? (definition.name?.value ?? 'an operation without a name')
      : [],
  )
  return names.join(' ').slice(0, longestName)
}

import type { DocumentNode } from 'graphql'
import { z } from 'zod'
import type { AskGraph } from './ask-graph.ts'
import { errorsOf } from './graph-errors.ts'
import { refused } from './refused-export.ts'

export const PageInfo = z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() })

/** Where the next page of a list begins; null after the last one. */
export function nextOf({ hasNextPage, endCursor }: z.infer<typeof PageInfo>): string | null {
  return hasNextPage ? endCursor : null
}

/** All data of a query: an export of an incomplete list would be incomplete. Null in a dry run. Rejects with RefusedExport. */
export async function dataOf(
  ask: AskGraph,
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const result = await ask(document, variables)
  const [error] = errorsOf(result)
  if (error) throw refused(error)
  return result.data ?? null
}

/** The nodes of a list, page by page, by a query that takes `$after`. None in a dry run. Rejects with RefusedExport. */
export async function* nodesOf<Node>(
  ask: AskGraph,
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
  read: (data: unknown) => {
    readonly nodes: readonly Node[]
    readonly pageInfo: z.infer<typeof PageInfo>
  },
): AsyncGenerator<Node> {
  let after: string | null = null
  do {
    const data = await dataOf(ask, document, { ...variables, after })
    if (data === null) return
    const { nodes, pageInfo } = read(data)
    yield* nodes
    after = nextOf(pageInfo)
  } while (after !== null)
}

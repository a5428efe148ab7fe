import { parse } from 'graphql'
import { z } from 'zod'
import { onFirstUse } from '../upstream/first-use.ts'
import type { Asking } from './ask-graph.ts'
import { dataOf, nodesOf, PageInfo } from './graph-data.ts'

export interface Site {
  readonly id: string
  /** Whether the address named it. */
  readonly isNamed: boolean
}

const documents = onFirstUse(async () => ({
  named: parse('query ExportNamedWebsites($ids: [ID!]!) { nodes(ids: $ids) { ... on Website { id } } }'),
  all: parse(`query ExportWebsites($after: String) {
    websites(first: 100, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } }
  }`),
}))

const Node = z.object({ id: z.string() })
const Named = z.object({ nodes: z.array(Node) })
const All = z.object({
  websites: z.object({ nodes: z.array(Node), pageInfo: PageInfo }),
})

/** The named websites, or all that the graph lists, which costs Zenovay's list. Rejects with RefusedExport. */
export async function findWebsites(
  names: readonly string[],
  { facts, calls }: Asking,
): Promise<readonly Site[]> {
  const { named, all } = await documents()
  if (names.length > 0) {
    const ids = names.map(name => `Website:${name.replace(/^Website:/, '')}`)
    const { nodes } = Named.parse(await dataOf(facts, named, { ids }))
    return [...new Set(nodes.map(({ id }) => id))].map(id => ({ id, isNamed: true }))
  }
  const listed = nodesOf(calls, all, {}, data => All.parse(data).websites)
  return Array.fromAsync(listed, ({ id }) => ({ id, isNamed: false }))
}

import { parse } from 'graphql'
import { z } from 'zod'
import { onFirstUse } from '../upstream/first-use.ts'
import type { AskGraph, Asking } from './ask-graph.ts'
import { errorsOf } from './graph-errors.ts'
import { refused } from './refused-export.ts'

export interface Site {
  readonly id: string
  /** Whether it was asked for by its own name. */
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
  websites: z.object({
    nodes: z.array(Node),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  }),
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
  const found: Site[] = []
  let after: string | null = null
  do {
    const data = await dataOf(calls, all, { after })
    // Of a dry run.
    if (data === null) return found
    const { websites } = All.parse(data)
    found.push(...websites.nodes.map(({ id }) => ({ id, isNamed: false })))
    after = websites.pageInfo.hasNextPage ? websites.pageInfo.endCursor : null
  } while (after !== null)
  return found
}

async function dataOf(ask: AskGraph, document: Parameters<AskGraph>[0], variables: object): Promise<unknown> {
  const result = await ask(document, { ...variables })
  const [error] = errorsOf(result)
  if (error) throw refused(error)
  return result.data ?? null
}

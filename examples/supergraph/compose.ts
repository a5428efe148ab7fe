import { composeServices } from '@theguild/federation-composition'
import { parse } from 'graphql'

/** A graph that is to be part of the supergraph. */
export interface Subgraph {
  readonly name: string
  /** Its GraphQL endpoint. */
  readonly url: string
}

/** Asks each subgraph for its schema, and joins them to a supergraph's. */
export async function composeSupergraph(subgraphs: readonly Subgraph[]): Promise<string> {
  const services = await Promise.all(
    subgraphs.map(async ({ name, url }) => ({ name, url, typeDefs: parse(await readSdl(url)) })),
  )
  const { supergraphSdl, errors = [] } = composeServices(services)
  if (!supergraphSdl) throw new AggregateError(errors, 'The subgraphs do not compose.')
  return supergraphSdl
}

async function readSdl(url: string): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ _service { sdl } }' }),
  })
  const { data } = await response.json()
  return data._service.sdl
}

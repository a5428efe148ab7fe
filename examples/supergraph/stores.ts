import { readFile } from 'node:fs/promises'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { parse } from 'graphql'
import { createYoga } from 'graphql-yoga'

/** A store as the company's own books have it: Analytiks' brand and reference number are what it shares with Isotherm. */
export interface Store {
  readonly id: string
  readonly address: string
  readonly brandId: number
  readonly referenceNumber: string
}

type Reference = Pick<Store, 'brandId' | 'referenceNumber'>

/** The subgraph of the company's own stores, as a listener of a `node:http` server. */
export async function storesSubgraph(stores: readonly Store[]) {
  const typeDefs = parse(await readFile(new URL('stores.graphql', import.meta.url), 'utf8'))
  const byId = new Map(stores.map(store => [store.id, store]))
  const byReference = new Map(stores.map(store => [nameOf(store), store]))
  const resolvers = {
    Query: {
      store: (_root: unknown, { id }: { id: string }) => byId.get(id),
      stores: () => stores,
    },
    Store: {
      __resolveReference: ({ id }: { id: string }) => byId.get(id),
      location: ({ brandId, referenceNumber }: Store): Reference => ({ brandId, referenceNumber }),
    },
    Location: {
      __resolveReference: (reference: Reference) => reference,
      address: (reference: Reference) => byReference.get(nameOf(reference))?.address,
    },
  }
  return createYoga({ schema: buildSubgraphSchema({ typeDefs, resolvers }), logging: false })
}

function nameOf({ brandId, referenceNumber }: Reference): string {
  return `${brandId}/${referenceNumber}`
}

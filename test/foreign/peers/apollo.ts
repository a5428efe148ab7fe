import { RESTDataSource } from '@apollo/datasource-rest'
import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { type By, type First, type Pages, pathOf, typeDefs, View } from './website.ts'

// What Apollo's documentation shows: a server, and a data source for the REST API. Its first argument is the upstream.
class Zenovay extends RESTDataSource {
  override baseURL = process.argv[2] ?? ''

  pages(websiteId: string, limit: number): Promise<Pages> {
    return this.get(pathOf(websiteId, limit), { headers: { 'x-api-key': 'bench' } })
  }
}

interface Context {
  readonly zenovay: Zenovay
}

const server = new ApolloServer<Context>({
  typeDefs,
  resolvers: {
    Query: { website: (_root: unknown, { by }: By) => ({ id: by.zenovayId }) },
    Website: {
      views: async ({ id }: { readonly id: string }, { first }: First, { zenovay }: Context) => ({
        nodes: (await zenovay.pages(id, first)).data.pages,
      }),
    },
    View,
  },
})
const { url } = await startStandaloneServer(server, {
  listen: { host: '127.0.0.1', port: 0 },
  context: async () => ({ zenovay: new Zenovay({ cache: server.cache }) }),
})
console.log(`listens on ${url}`)

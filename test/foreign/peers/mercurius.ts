import Fastify from 'fastify'
import mercurius from 'mercurius'
import { Pool } from 'undici'
import { type By, type First, type Pages, pathOf, typeDefs, View } from './website.ts'

// What people write with Fastify: Mercurius with its compiler, and undici. Its first argument is the upstream.
const upstream = new Pool(process.argv[2] ?? '', { connections: 64 })

async function pages(websiteId: string, limit: number): Promise<Pages> {
  const { statusCode, body } = await upstream.request({
    method: 'GET',
    path: pathOf(websiteId, limit),
    headers: { 'x-api-key': 'bench' },
  })
  const text = await body.text()
  if (statusCode !== 200) throw new Error(`upstream answered ${statusCode}`)
  return JSON.parse(text)
}

const app = Fastify()
await app.register(mercurius, {
  schema: typeDefs,
  resolvers: {
    Query: { website: (_root: unknown, { by }: By) => ({ id: by.zenovayId }) },
    Website: {
      views: async ({ id }: { readonly id: string }, { first }: First) => ({
        nodes: (await pages(id, first)).data.pages,
      }),
    },
    View,
  },
  jit: 1,
})
console.log(`listens on ${await app.listen({ host: '127.0.0.1', port: 0 })}/`)

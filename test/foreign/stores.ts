import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { storesSubgraph } from '../../examples/supergraph/stores.ts'

/** Serves the example's subgraph of stores, for those in a file. */
const [file = ''] = process.argv.slice(2)
const stores = JSON.parse(await readFile(file, 'utf8'))
const server = createServer(await storesSubgraph(stores)).listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address && typeof address === 'object') console.log(`stores on port ${address.port}`)
})

import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import { startIsotherm } from '../../src/isotherm.ts'
import { composeSupergraph } from './compose.ts'
import { gateway } from './gateway.ts'
import { type Store, storesSubgraph } from './stores.ts'

/**
 * Starts the stores, joins them with Isotherm and serves the supergraph. ISOTHERM_URL names an Isotherm that runs already;
 * without it one is started, on made-up data.
 */
const { ISOTHERM_URL, STORES = new URL('stores.json', import.meta.url), PORT = '4100' } = process.env
const question = `{ stores { address location { name traffic(range: {
  utc: { start: "2025-08-05T00:00:00Z", end: "2025-08-06T00:00:00Z" }
}) { metric total } } } }`

const stopping = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])
await using resources = new AsyncDisposableStack()
const isotherm = ISOTHERM_URL ?? `${(await start()).origin}/graphql`
const list: readonly Store[] = JSON.parse(await readFile(STORES, 'utf8'))
const stores = await serve(await storesSubgraph(list), 0)
const supergraph = await composeSupergraph([
  { name: 'isotherm', url: isotherm },
  { name: 'stores', url: stores },
])
const url = await serve(gateway(supergraph), Number(PORT))
console.log(`Isotherm (${isotherm}) and the stores (${stores}) are one graph at ${url}
Ask it, for instance: ${question}`)
await stopping

async function start() {
  return resources.use(await startIsotherm({ PORT: '0', ISOTHERM_SANDBOX: 'on' }))
}

async function serve(listener: RequestListener, port: number): Promise<string> {
  const server = createServer(listener).listen(port, '127.0.0.1')
  await once(server, 'listening')
  resources.defer(() => void server.close().closeAllConnections())
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : port}/graphql`
}

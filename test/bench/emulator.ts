import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { onOrder, sayOrigin } from './orders.ts'
import { largeWebsites, pagesOfWebsite } from './questions.ts'
import { TrafficBodies } from './traffic-bodies.ts'

/**
 * Zenovay's pages and Analytiks' exports for any website, locations and range, from bodies that are printed once: as little
 * work as can be beside whoever is measured. `--delay=<milliseconds>` lets each answer take that long.
 */
const delay = Number(process.argv.find(one => one.startsWith('--delay='))?.slice(8) ?? 0)
const traffic = new TrafficBodies()
let calls = 0
let underWay = 0
let mostAtOnce = 0

const pages = Array.from({ length: 100 }, (_, index) => ({
  url: index === 0 ? '/' : `/products/${index}`,
  total_interactions: 120_000 - 1111 * index,
  last_updated: new Date(Date.UTC(2026, 10, 20) - 12_345_678 * index).toISOString(),
}))
const pageBodies = pages.map((_, index) =>
  Buffer.from(JSON.stringify({ success: true, data: { pages: pages.slice(0, index + 1) } })),
)
const token = Buffer.from('{"access_token":"bench","expires_in":86400,"token_type":"Bearer"}')

const asked = z.object({
  startDate: z.string(),
  endDate: z.string(),
  interval: z.enum(['hourly', '15min']),
  locations: z.array(z.int()).max(50),
})

/** Nobody is held back: it is not the limits that are measured. */
const headers = { 'content-type': 'application/json', 'x-ratelimit-limit': '1000000000' }

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyFor(request)
  if (delay > 0) await sleep(delay)
  if (!body) return void response.writeHead(404).end()
  response.writeHead(200, { ...headers, 'content-length': body.byteLength }).end(body)
}

async function bodyFor(request: IncomingMessage): Promise<Buffer | undefined> {
  const { url = '' } = request
  if (url === '/token') return token
  calls++
  if (url === '/json/v2') return traffic.answer(asked.parse(await json(request)))
  const [, first, limit] = /^\/heatmaps\/([\da-f])[\w-]+\/pages\?limit=(\d+)$/.exec(url) ?? []
  const most = first === largeWebsites ? pages.length : pagesOfWebsite
  return pageBodies[Math.min(Number(limit), most) - 1]
}

const server = createServer((request, response) => {
  mostAtOnce = Math.max(mostAtOnce, ++underWay)
  response.once('close', () => underWay--)
  answer(request, response).catch(() => response.writeHead(400).end())
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
onOrder('calls', () => calls)
onOrder('most-at-once', () => mostAtOnce)
sayOrigin(server)

import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { Pool } from 'undici'
import { sayOrigin } from './orders.ts'
import { type AskedDays, readDays } from './proxy-days.ts'
import {
  type AskedTraffic,
  type ExportAnswer,
  exportBody,
  type PagesAnswer,
  toColumns,
  toPages,
  toPoints,
} from './proxy-shapes.ts'

/**
 * What one would write by hand instead of a graph: a route a question, one upstream call each, parsed and put into shape.
 * Its first argument is the upstream.
 */
const upstream = new Pool(process.argv[2] ?? '', { connections: 64 })
const token = readToken()

const server = createServer((request, response) => {
  answer(request, response).catch(() => response.writeHead(502).end())
})

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const found = await resultOf(request)
  if (!found) return void response.writeHead(404).end()
  const body = Buffer.from(JSON.stringify(found))
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.byteLength }).end(body)
}

async function resultOf(request: IncomingMessage): Promise<object | undefined> {
  const { method, url = '' } = request
  const pages = method === 'GET' ? /^\/websites\/([\w-]+)\/pages\?first=(\d+)$/.exec(url) : null
  if (pages) return toPages(await readPages(pages[1] ?? '', Number(pages[2])))
  if (method !== 'POST') return undefined
  if (url === '/traffic/days') {
    const days: AskedDays = JSON.parse(await text(request))
    return readDays(days, readExport)
  }
  const reshape = { '/traffic/points': toPoints, '/traffic/columns': toColumns }[url]
  if (!reshape) return undefined
  const asked: AskedTraffic = JSON.parse(await text(request))
  return reshape(await readExport(asked), asked)
}

async function readPages(websiteId: string, limit: number): Promise<PagesAnswer> {
  return read('GET', `/heatmaps/${websiteId}/pages?limit=${limit}`, { 'x-api-key': 'bench' })
}

async function readExport(asked: AskedTraffic): Promise<ExportAnswer> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${await token}` }
  return read('POST', '/json/v2', headers, exportBody(asked))
}

async function readToken(): Promise<string> {
  const grant = { client_id: 'bench', client_secret: 'bench', grant_type: 'client_credentials' }
  const headers = { 'content-type': 'application/json' }
  const answer: { readonly access_token: string } = await read('POST', '/token', headers, grant)
  return answer.access_token
}

async function read<Answer>(
  method: 'GET' | 'POST',
  path: string,
  headers: Readonly<Record<string, string>>,
  json?: object,
): Promise<Answer> {
  const body = json === undefined ? null : JSON.stringify(json)
  const answer = await upstream.request({ method, path, headers, body })
  const read = await answer.body.text()
  if (answer.statusCode !== 200) throw new Error(`upstream answered ${answer.statusCode}`)
  return JSON.parse(read)
}

server.listen(0, '127.0.0.1')
await once(server, 'listening')
sayOrigin(server)

import { once } from 'node:events'
import { Agent, request as ask, createServer } from 'node:http'
import { pipeline } from 'node:stream'
import { sayOrigin } from './orders.ts'

/** What hands pictures on by hand: the upstream's path, piped through with its headers. Its first argument is the upstream. */
const upstream = process.argv[2] ?? ''
const agent = new Agent({ keepAlive: true, maxSockets: 64 })
const headers = { authorization: 'Bearer bench' }

const server = createServer((request, response) => {
  const asked = ask(upstream + request.url, { agent, headers }, answer => {
    response.writeHead(answer.statusCode ?? 502, {
      'content-type': answer.headers['content-type'],
      'content-length': answer.headers['content-length'],
      'cache-control': 'private, max-age=60',
    })
    pipeline(answer, response, () => undefined)
  })
  asked.once('error', () => response.writeHead(502).end())
  asked.end()
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
sayOrigin(server)

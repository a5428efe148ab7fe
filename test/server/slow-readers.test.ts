import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { createSchema, createYoga } from 'graphql-yoga'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openTo } from '../../src/access/access.ts'
import { anyone } from '../../src/access/caller.ts'
import { openAccount } from '../../src/account.ts'
import { Catalog } from '../../src/catalog/catalog.ts'
import { readConfig } from '../../src/config/config.ts'
import { frontDoor } from '../../src/server/front-door.ts'
import { graphqlOverHttp } from '../../src/server/graphql/graphql-over-http.ts'
import { operationRunner } from '../../src/server/graphql/operation-runner.ts'
import { maskErrors } from '../../src/server/graphql/plugins/masked-errors.ts'
import type { ServerContext } from '../../src/server/graphql/server-context.ts'
import { startBroken } from '../support/broken-server.ts'
import { idleHandlers } from '../support/idle-handlers.ts'
import { sendRaw } from '../support/raw-http.ts'

/** More than the buffers of two sockets hold. */
const megabytes = 24
const schema = createSchema<ServerContext>({
  typeDefs: 'type Query { long: [String!]! short: String! }',
  resolvers: {
    Query: {
      long: () => Array<string>(megabytes).fill('ä'.repeat(2 ** 19)),
      short: () => 'x'.repeat(90_000),
    },
  },
})

const fail = (_fields: unknown, message: string) => expect.unreachable(message)
const unreachableLog = { error: fail, warn: fail, info: fail }

/** Behind the front door, with so much patience in milliseconds; `/readyz` waits. */
async function listen(patience: number, ready?: Promise<void>) {
  const maskedErrors = maskErrors(unreachableLog)
  const yoga = createYoga<ServerContext>({ schema, logging: false })
  const account = openAccount(readConfig({}).providers, new Catalog())
  const door = frontDoor({
    access: openTo(anyone, () => account),
    corsOrigins: [],
    publicUrl: undefined,
    checkHost: () => undefined,
    handlers: {
      ...idleHandlers,
      graphql: graphqlOverHttp(operationRunner(yoga, { maskedErrors }), {
        bytes: 4096,
        freshSeconds: 0,
        patience,
        maximumCost: 1,
      }),
      health: ({ response }) => response.writeHead(200, { 'content-length': 0 }).end(),
      readiness: async ({ response }) => {
        await ready
        response.writeHead(200, { 'content-length': 0 }).end()
      },
    },
    patience,
    logError: error => expect.unreachable(String(error)),
  })
  const http = createServer((request, response) => {
    http.emit(`begun: ${request.url}`, response)
    return door(request, response)
  }).listen(0, '127.0.0.1')
  await once(http, 'listening')
  onTestFinished(() => void http.close().closeAllConnections())
  const { port } = http.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    /** The first response to whoever asks that so often and takes nothing. */
    async toSilent(target: string, accept: string, times = 1): Promise<ServerResponse> {
      const begun = once(http, `begun: ${target}`)
      silent(port).write(asking(target, accept).repeat(times))
      const [response] = await begun
      return response
    },
  }
}

function silent(port: number): Socket {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => undefined)
  return socket
}

function asking(target: string, accept: string): string {
  return `GET ${target} HTTP/1.1\r\nhost: localhost\r\naccept: ${accept}\r\n\r\n`
}

const types = ['application/json', 'text/event-stream', 'multipart/mixed']

describe('a reader who takes nothing is dropped', () => {
  test.each(types)('of a long response of the type %s', async type => {
    const { toSilent } = await listen(200)
    const response = await toSilent('/graphql?query={long}', type)
    await once(response, 'close')
    expect(response.writableFinished).toBe(false)
  })

  test.each([
    ['health', '/healthz', 80_000],
    ['short results', '/graphql?query={short}', 200],
  ])('of many short responses: %s', async (_what, target, times) => {
    const { toSilent } = await listen(200)
    const { req } = await toSilent(target, 'application/json', times)
    if (!req.socket.closed) await once(req.socket, 'close')
  })

  test('of the page of GraphiQL', async () => {
    const fail = () => expect.unreachable()
    await using server = await startBroken(fail, unreachableLog, { readerMilliseconds: 200 })
    const socket = silent(Number(new URL(server.origin).port))
    const closed = once(socket, 'close').catch(() => undefined)
    socket.write(asking('/graphql', 'text/html').repeat(3))
    // Whoever reads nothing hears of the end by what it writes only.
    const writing = setInterval(() => socket.write('x'), 50)
    await closed
    clearInterval(writing)
  })
})

test.each(types)('a reader who takes all of it gets it, as %s', async type => {
  const { origin } = await listen(10_000)
  const response = await fetch(`${origin}/graphql?query={long}`, { headers: { accept: type } })
  const text = await response.text()
  const [, json] = /(\{"data".*\})\s/s.exec(`${text} `) ?? []
  expect(JSON.parse(json ?? '')).toEqual({ data: { long: Array(megabytes).fill('ä'.repeat(2 ** 19)) } })
})

test('a response that waits behind another is offered when its turn has come', async () => {
  const { promise: ready, resolve } = Promise.withResolvers<void>()
  const { origin, toSilent } = await listen(200, ready)
  const early = asking('/readyz', '*/*') + asking('/healthz', '*/*')
  const both = sendRaw(origin, `${early}GET /healthz HTTP/1.0\r\n\r\n`)
  await once(await toSilent('/graphql?query={long}', '*/*'), 'close')
  resolve()
  expect((await both).status).toBe(200)
})

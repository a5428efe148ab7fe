import { once } from 'node:events'
import { createServer, request } from 'node:http'
import {
  defaultFieldResolver,
  GraphQLError,
  GraphQLInt,
  GraphQLList,
  GraphQLObjectType,
  GraphQLSchema,
  isObjectType,
} from 'graphql'
import { createYoga } from 'graphql-yoga'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { schema } from '../../schema/index.ts'
import { usePacedErrors } from '../../src/server/graphql/plugins/paced-errors.ts'
import { writeLongJson } from '../../src/server/http/long-json.ts'
import { Pauses } from '../../src/upstream/source/pauses.ts'
import { askText } from '../support/client.ts'
import { type Served, serve } from '../support/serving.ts'

const stores = 700
const aliases = 400
const names = Array.from({ length: aliases }, (_, index) => `a${index}: name`).join(' ')
const dear = `{ locations(first: ${stores}) { nodes { ${names} } } }`

let served: Served
beforeAll(async () => {
  const entries = Array.from(
    { length: stores },
    (_, index) => `  - { id: store-${index}, name: Größe ${index} }\n`,
  )
  served = await serve({ catalog: `locations:\n${entries.join('')}` })
})
afterAll(() => served[Symbol.asyncDispose]())

test('others are answered while a dear operation runs and is written, whole', async () => {
  let isDone = false
  const answer = askText<{ locations: { nodes: object[] } }>(served.origin, dear)
  const done = answer.finally(() => {
    isDone = true
  })
  let answered = 0
  while (!isDone) {
    const health = await fetch(`${served.origin}/healthz`)
    if (health.ok) answered++
  }

  const { data, text } = await done
  expect(answered).toBeGreaterThan(5)
  expect(data.locations.nodes).toHaveLength(stores)
  expect(text).toBe(JSON.stringify(JSON.parse(text)))
})

test('a caller who leaves in the middle of a long answer leaves the others served', async () => {
  const asked = request(`${served.origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  })
  asked.end(JSON.stringify({ query: dear }))
  const [response] = await once(asked, 'response')
  await once(response, 'readable')
  response.destroy()

  expect((await fetch(`${served.origin}/healthz`)).ok).toBe(true)
  expect((await askText(served.origin, '{ locations(first: 1) { nodes { name } } }')).errors).toEqual([])
  expect(served.log).toEqual([])
})

test('an operation whose caller has left is not executed to its end', async () => {
  const type = schema.getType('Location')
  const name = isObjectType(type) ? type.getFields().name : undefined
  if (!name) throw new TypeError('A location has a name.')
  const { resolve: own = defaultFieldResolver } = name
  onTestFinished(() => {
    name.resolve = own
  })
  const all = stores * aliases
  let resolved = 0
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  name.resolve = (...args) => {
    if (++resolved === aliases) begin()
    return own(...args)
  }
  const asked = request(`${served.origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  })
  // Asked for the first time, so that it is not compiled: compiled code has resolvers of its own.
  asked.on('error', () => undefined).end(JSON.stringify({ query: `query Left ${dear}` }))
  await begun
  asked.destroy()

  let before = 0
  do {
    before = resolved
    expect((await fetch(`${served.origin}/healthz`)).ok).toBe(true)
  } while (resolved > before)
  expect(resolved).toBeLessThan(all)
  expect(served.log).toEqual([])
})

test('others are served while the errors of thousands of fields are masked, each one once', async () => {
  const count = 300
  let turns = 0
  let isDone = false
  const masked = new Set<unknown>()
  const turn = () => {
    turns++
    if (!isDone) setImmediate(turn)
  }
  const maskError = (error: unknown) => {
    if (masked.size === 0) setImmediate(turn)
    masked.add(error)
    if (masked.size === count) isDone = true
    // A millisecond of work.
    for (const end = performance.now() + 1; performance.now() < end; );
    return new GraphQLError('masked')
  }
  const failing = { type: new GraphQLList(GraphQLInt), resolve: () => Array(count).fill(new Error('failed')) }
  const yoga = createYoga({
    schema: new GraphQLSchema({
      query: new GraphQLObjectType({ name: 'Query', fields: { failing } }),
    }),
    context: () => ({ pauses: new Pauses(() => new AbortController().signal) }),
    maskedErrors: false,
    logging: false,
    plugins: [usePacedErrors({ maskError, errorMessage: '' })],
  })

  await yoga.fetch('http://localhost/graphql?query={failing}')

  expect(masked.size).toBe(count)
  expect(turns).toBeGreaterThan(10)
})

test('what a caller who has left would have read is not made', async () => {
  let made = 0
  const name = 'x'.repeat(1000)
  const rows = Array.from({ length: 50_000 }, (_, index) => ({
    get name() {
      made = Math.max(made, index)
      return name
    },
  }))
  const { promise: written, resolve } = Promise.withResolvers<void>()
  const server = createServer((_request, response) => resolve(writeLongJson(response, rows, 15_000)))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('A server listens on a port.')
  const asked = request({ port: address.port }).end()
  const [response] = await once(asked, 'response')
  response.destroy()

  await written
  server.close()

  expect(made).toBeLessThan(rows.length - 1)
})

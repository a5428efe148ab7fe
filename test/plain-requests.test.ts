import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import fc from 'fast-check'
import { createYoga } from 'graphql-yoga'
import { beforeAll, expect, test } from 'vitest'
import { plainRequests, type ServerContext, useOutcome } from '../src/server/plain-requests.ts'
import { startBroken } from './broken-server.ts'
import { madeUpGraph } from './execution/made-up-graph.ts'
import { madeUpQueries } from './execution/made-up-queries.ts'

const resources = new AsyncDisposableStack()
/** Isotherm, and Yoga with a made-up graph. */
let [isotherm, madeUp] = ['', '']
/** The requests that Yoga's HTTP got of those to the made-up graph. */
let seenByYoga = 0
/** How often a location was looked for. */
let located = 0

beforeAll(async () => {
  const server = resources.use(
    await startBroken(() => {
      located++
      throw new TypeError('broken')
    }),
  )
  isotherm = server.origin

  const yoga = createYoga<ServerContext>({
    schema: madeUpGraph,
    logging: false,
    plugins: [useOutcome(), { onRequest: () => void seenByYoga++ }],
  })
  const http = createServer(plainRequests(yoga, 4096)).listen(0, '127.0.0.1')
  await once(http, 'listening')
  resources.defer(() => void http.close().closeAllConnections())
  const { port } = http.address() as AddressInfo
  madeUp = `http://127.0.0.1:${port}`
  return () => resources.disposeAsync()
})

interface Asked {
  readonly body: string
  readonly accept?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** All that a caller sees of an answer but its time; by Yoga's HTTP where the path has a query, which no plain request has. */
async function seen(url: string, { body, accept = 'application/json', headers = {} }: Asked) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept, ...headers },
    body,
  })
  const told = [...response.headers].filter(([name]) => name !== 'date')
  return { status: response.status, headers: Object.fromEntries(told), text: await response.text() }
}

async function expectAlike(origin: string, asked: Asked) {
  const plain = await seen(`${origin}/graphql`, asked)
  expect(plain).toEqual(await seen(`${origin}/graphql?by=yoga`, asked))
}

const bodies: readonly (readonly [what: string, body: string])[] = [
  ['an operation', operation('{ __typename }')],
  [
    'one with letters of several bytes',
    operation('{ website(by: { posthogProjectId: "1" }) { view(path: "/größe") { path } } }'),
  ],
  [
    'one with variables',
    operation('query ($id: ID!) { website(by: { zenovayId: $id }) { id } }', { id: '1' }),
  ],
  [
    'one that is named',
    JSON.stringify({ query: 'query A { a: __typename } query B { b: __typename }', operationName: 'B' }),
  ],
  ['one that is not there', JSON.stringify({ query: 'query A { __typename }', operationName: 'B' })],
  [
    'one with an error beside its data',
    operation(
      '{ providers { name } locations { nodes { id } } website(by: { zenovayId: "a1b2c3d4-e5f6-7890-abcd-ef1234567890" }) { views { nodes { path } } } }',
    ),
  ],
  ['one that goes wrong unexpectedly', operation('{ location(by: { id: "one" }) { id } }')],
  ['one with a long word in another tongue', operation('{ website(by: { id: "サイト" }) { id } }')],
  ['a change', operation('mutation { deleteSnapshot(input: { id: "one" }) { __typename } }')],
  ['a subscription', operation('subscription { __typename }')],
  ['one in parts', operation('{ __typename ... @defer { providers { name } } }')],
  [
    'variables that are wrong',
    operation('query ($first: Int!) { locations(first: $first) { nodes { id } } }', { first: 'x' }),
  ],
  [
    'variables that are missing',
    operation('query ($first: Int!) { locations(first: $first) { nodes { id } } }'),
  ],
  ['arguments that are wrong', operation('{ locations(first: 0) { nodes { id } } }')],
  ['a text that does not parse', operation('{')],
  ['a field that is unknown', operation('{ nothing }')],
  ['no JSON', '{'],
  ['JSON behind a byte order mark', `\uFEFF${operation('{ __typename }')}`],
  ['a space', ' '],
  ['null', 'null'],
  ['a number', '5'],
  ['a list', `[${operation('{ __typename }')}]`],
  ['no query', '{}'],
  ['an id that is unknown', '{"documentId":"other"}'],
  ['an id that is no text', '{"documentId":5}'],
  ['an id beside a text', JSON.stringify({ query: '{ __typename }', documentId: 'other' })],
  ['a query that is no text', '{"query":5}'],
  ['variables that are no object', JSON.stringify({ query: '{ __typename }', variables: [] })],
  ['a member that is unknown', JSON.stringify({ query: '{ __typename }', colour: 'red' })],
  ['nothing', ''],
  ['more than is read', operation('{ __typename }'.padEnd(5000))],
]

const accepts = [
  'application/json',
  '*/*',
  'application/graphql-response+json, application/json;q=0.9',
  'application/json, multipart/mixed',
  'text/event-stream, application/json',
  'multipart/mixed',
  'image/png',
  '',
]

test.each(bodies)('%s is answered as by Yoga itself', async (_what, body) => {
  await expectAlike(isotherm, { body })
  // Asked that often, it is run as compiled code.
  for (let time = 0; time < 2; time++) await seen(`${isotherm}/graphql`, { body })
  for (const accept of accepts) await expectAlike(isotherm, { body, accept })
})

test.each([
  { 'content-type': 'application/json; charset=utf-8' },
  { 'content-type': 'APPLICATION/JSON' },
  { 'content-type': 'application/json; charset=latin1' },
  { 'content-type': 'text/plain' },
  { origin: 'https://elsewhere.example' },
  { 'isotherm-explain': 'plan' },
  { 'content-encoding': 'gzip' },
])('a request with %j is answered as by Yoga itself', async headers => {
  await expectAlike(isotherm, { body: operation('{ __typename }'), headers })
})

test('any query is answered as by Yoga itself', async () => {
  const answersAreAlike = fc.asyncProperty(madeUpQueries, async ({ text, variables }) => {
    await expectAlike(madeUp, { body: operation(text, variables) })
  })
  await fc.assert(answersAreAlike, { numRuns: 300 })
})

test('what is plain does not reach the HTTP of Yoga, and errors do', async () => {
  seenByYoga = 0
  await seen(`${madeUp}/graphql`, { body: operation('{ name }') })
  expect(seenByYoga).toBe(0)
  await seen(`${madeUp}/graphql`, { body: operation('{ nothing }') })
  expect(seenByYoga).toBe(1)
})

test('what comes to an error is run once', async () => {
  located = 0
  const { text } = await seen(`${isotherm}/graphql`, {
    body: operation('{ location(by: { id: "once" }) { id } }'),
  })
  expect(text).toContain('"data":{"location":null}')
  expect(located).toBe(1)
})

test('a caller who leaves in the middle of the body leaves the others as they were', async () => {
  const { hostname, port } = new URL(madeUp)
  const socket = connect(Number(port), hostname)
  socket.write(
    `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{`,
  )
  await once(socket, 'ready')
  socket.destroy()
  await once(socket, 'close')
  expect((await seen(`${madeUp}/graphql`, { body: operation('{ name }') })).status).toBe(200)
})

function operation(query: string, variables?: unknown): string {
  return JSON.stringify({ query, variables })
}

import fc from 'fast-check'
import { GraphQLError } from 'graphql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { httpOf } from '../../src/server/graphql/result-body.ts'
import { type HostileBody, hostileBodies } from '../support/hostile-bodies.ts'
import { requestText, sendRaw } from '../support/raw-http.ts'
import { type Served, serve } from '../support/serving.ts'

let served: Served
beforeAll(async () => {
  served = await serve({ environment: { ISOTHERM_BODY_LIMIT: '5000000' } })
})
afterAll(() => served[Symbol.asyncDispose]())

const long = 'ä𝄞'.repeat(10_000)
const word = 'x'.repeat(20_000)
const manyKeys = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`key${index}`, index]))
const manyAliases = (field: string, count = 3_000) =>
  `{ ${Array.from({ length: count }, (_, index) => `a${index}: ${field}`).join(' ')} }`
const located = 'query ($a: LocationBy!) { location(by: $a) { id } }'
const traffic =
  'query ($a: [TrafficMetric!]) { providers { name } brand(id: 1) { traffic(range: { utc: { start: "2026-01-01T00:00:00Z", end: "2026-01-02T00:00:00Z" } }, metrics: $a) { edges { cursor } } } }'

type Body = { readonly query?: string; readonly [member: string]: unknown }

const refused: readonly (readonly [what: string, body: Body | string])[] = [
  ['unknown keys', { query: located, variables: { a: manyKeys } }],
  ['long keys', { query: located, variables: { a: { [long]: 1, [word]: 2 } } }],
  ['a list of objects with unknown keys', { query: located, variables: { a: Array(20_000).fill({ x: 1 }) } }],
  ['wrong values of an enum', { query: traffic, variables: { a: Array(20_000).fill('WRONG') } }],
  ['a long value of an enum', { query: traffic, variables: { a: [long] } }],
  ['an object for a text', { query: 'query ($a: ID!) { node(id: $a) { id } }', variables: { a: manyKeys } }],
  ['control characters', { query: traffic, variables: { a: Array(100).fill('\u0000'.repeat(1000)) } }],
  ['values of an enum in the text', { query: traffic.replace('$a)', `[${'WRONG '.repeat(5_000)}])`) }],
  ['unknown fields', { query: manyAliases('nothing') }],
  ['arguments out of range', { query: manyAliases('locations(first: 0) { nodes { id } }', 500) }],
  ['a long argument', { query: `{ locations(first: "${long}") { nodes { id } } }` }],
  ['a long path', { query: `{ website(by: { id: "shop" }) { view(path: "${long}") { id } } }` }],
  [
    'negative counts of rows',
    { query: `{ ${'... @include(if: "x") { providers @stream(initialCount: -1) { name } } '.repeat(500)} }` },
  ],
  ['a field without an end', { query: `{ ${word}` }],
  ['a text that does not parse', { query: `{ a "${long}" }` }],
  [
    'a conflict of many fields',
    { query: `{ ${'providers { name } '.repeat(300)} providers { name: status } }` },
  ],
  [
    'fragments in a circle',
    {
      query: `{ ...f0 } ${Array.from({ length: 500 }, (_, index) => `fragment f${index} on Query { ...f${(index + 1) % 500} }`).join(' ')}`,
    },
  ],
  ['a name of an operation', { query: '{ __typename }', operationName: long }],
  ['the id of a document', { documentId: long }],
  ['a body that is no JSON', `{"query": "${long}`],
  ['a query of another kind', { query: manyKeys as unknown as string }],
]

/** As JSON of both types, as parts, as events, and where a gateway traces. */
const ways = [
  ['plain', '/graphql', { accept: 'application/json' }],
  ['strict', '/graphql', { accept: 'application/graphql-response+json' }],
  ['as events', '/graphql', { accept: 'text/event-stream' }],
  ['in parts', '/graphql', { accept: 'multipart/mixed' }],
  ['traced', '/graphql', { accept: 'application/json', 'apollo-federation-include-trace': 'ftv1' }],
] as const

test.each(refused)('a refusal of %s is short', async (_what, body) => {
  for (const [, path, headers] of ways) {
    const response = await fetch(`${served.origin}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    const text = await response.text()
    expect(text.length).toBeGreaterThan(10)
    expect(Buffer.byteLength(text)).toBeLessThan(64_000)
    const json = /\{.*\}/s.exec(text)?.[0] ?? ''
    const { errors } = JSON.parse(json)
    expect(errors.length).toBeLessThanOrEqual(50)
    for (const { message } of errors) expectShort(message)
  }
})

test('whatever is sent, a refusal has at most fifty errors of at most 300 characters, in 64 kB', async () => {
  const refusals = new Map<string, number>()
  const isShort = async ({ kind, body }: HostileBody, [, path, headers]: (typeof ways)[number]) => {
    const response = await fetch(`${served.origin}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
    const text = await response.text()
    expect(response.status).toBeLessThan(500)
    const { data, errors = [] } = JSON.parse(/\{.*\}/s.exec(text)?.[0] ?? '')
    for (const { message } of errors) expectShort(message)
    if (data) return
    expect(errors.length).toBeGreaterThan(0)
    expect(errors.length).toBeLessThanOrEqual(50)
    expect(Buffer.byteLength(text)).toBeLessThan(64_000)
    refusals.set(kind, (refusals.get(kind) ?? 0) + 1)
  }
  await fc.assert(fc.asyncProperty(hostileBodies, fc.constantFrom(...ways), isShort), { numRuns: 150 })
  for (const kind of ['parsing', 'validation', 'variables', 'input', 'limits'])
    expect(refusals.get(kind)).toBeGreaterThan(0)
})

test('each field has its own error, however many there are, and no message is long', async () => {
  const ids = Array.from({ length: 1000 }, (_, index) => `${index}${long.slice(0, 900)}`)
  const { data, errors } = await post(
    JSON.stringify({ query: 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', variables: { ids } }),
  )
  expect(data.nodes).toHaveLength(1000)
  expect(errors).toHaveLength(1000)
  for (const { message } of errors) {
    expectShort(message)
    expect(message).toMatch(/it starts with one of Location/)
  }
})

test.each([
  ['an id', '{ location(by: { id: $text }) { id } }'],
  ['a cursor', '{ locations(after: $text) { nodes { id } } }'],
  ['a representation', '{ _entities(representations: [{ __typename: $text }]) { __typename } }'],
  ['the id of a heatmap', '{ pageHeatmap(id: $text) { id } }'],
])('%s that is long is not echoed whole', async (_what, query) => {
  const { errors } = await post(JSON.stringify({ query: query.replace('$text', JSON.stringify(long)) }))
  expect(errors.length).toBeGreaterThan(0)
  for (const { message } of errors) expectShort(message)
})

test.each([
  ['a host', `host: ${word.slice(0, 10_000)}.example`, '/graphql'],
  ['a path', 'host: localhost', `/images/${word.slice(0, 10_000)}`],
])('%s that is long is not echoed whole by the front door', async (_what, host, path) => {
  const { status, body } = await sendRaw(served.origin, requestText(`PUT ${path} HTTP/1.1`, [host]))
  expect(status).toBeGreaterThanOrEqual(400)
  const { errors, detail } = JSON.parse(Buffer.from(body, 'latin1').toString())
  for (const { message } of errors ?? [{ message: detail }]) expectShort(message)
})

test('what looks up more than 20,000 things by what the client sent is refused, however cheap it is', async () => {
  const ids = Array.from({ length: 1000 }, (_, index) => `Location:${index}`)
  const aliases = Array.from({ length: 21 }, (_, index) => `a${index}: nodes(ids: $ids) { id }`).join(' ')
  const query = `query ($ids: [ID!]!) { ${aliases} }`
  const { data, errors } = await post(JSON.stringify({ query, variables: { ids } }))
  expect(data).toBeUndefined()
  expect(errors).toMatchObject([
    {
      message: expect.stringMatching(/looks up 21000 things .*, more than 20000/),
      extensions: { code: 'COST_ESTIMATED_TOO_EXPENSIVE', estimatedRows: 21_000, maximumRows: 20_000 },
    },
  ])
})

test('hundreds of thousands of errors have one status, the highest', () => {
  const plain = new GraphQLError('failed')
  const told = new GraphQLError('limited', {
    extensions: { http: { status: 429, headers: { 'retry-after': '1' } } },
  })
  const errors = [...Array(200_000).fill(plain), told, ...Array(200_000).fill(told)]
  expect(httpOf({ data: null, errors }, true)).toEqual({ status: 429, headers: { 'retry-after': '1' } })
  expect(httpOf({ data: null, errors: [plain] }, true)).toEqual({ status: 200, headers: {} })
})

async function post(body: string) {
  const response = await fetch(`${served.origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  return JSON.parse(await response.text())
}

function expectShort(message: string) {
  expect(message.length).toBeLessThanOrEqual(300)
  expect(message.isWellFormed()).toBe(true)
}

test.each(['multipart/mixed', 'multipart/mixed;incrementalSpec=v0.2', 'text/event-stream'])(
  'rows that come later as %s have all of their errors',
  async accept => {
    const views = Array.from({ length: 70 }, (_, index) => `a${index}: views(after: "none") { totalCount }`)
    const response = await fetch(`${served.origin}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept },
      body: JSON.stringify({
        query: `{ websites(first: 1) { nodes @stream { ${views.join(' ')} } } }`,
      }),
    })
    expect((await response.text()).match(/is no cursor of this list/g)).toHaveLength(70)
  },
)

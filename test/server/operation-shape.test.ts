import { buildSchema, parse, validate } from 'graphql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { documentRefusal, textRefusal, variablesRefusal } from '../../src/server/limits/operation-shape.ts'
import { sentId } from '../support/request-ids.ts'
import { type Served, serve } from '../support/serving.ts'

let served: Served
beforeAll(async () => {
  served = await serve()
})
afterAll(() => served[Symbol.asyncDispose]())

const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ')
const nested = (open: string, count: number, close: string) => open.repeat(count) + close.repeat(count)
/** Fragments in a row, each of which spreads the next; the last spreads the first again. */
const circle = (count: number) =>
  times(count, index => `fragment F${index} on Query { ...F${(index + 1) % count} }`)
const chain = (count: number) =>
  times(
    count,
    index => `fragment F${index} on Query { ${index + 1 < count ? `...F${index + 1}` : '__typename'} }`,
  )

const deep = /nested 50 levels deep at most/
const hostile: readonly (readonly [what: string, query: string, says: RegExp])[] = [
  ['5,000 brackets', '['.repeat(5000), deep],
  ['5,000 braces', '{'.repeat(5000), deep],
  ['5,000 lists in a value', `{ nodes(ids: ${nested('[', 5000, ']')}) { id } }`, deep],
  ['5,000 objects in a value', `{ nodes(ids: ${'{a:'.repeat(5000)}1${'}'.repeat(5000)}) { id } }`, deep],
  ['5,000 lists in the type of a variable', `query ($a: ${nested('[', 5000, ']')}) { __typename }`, deep],
  [
    '5,000 lists in the default of a variable',
    `query ($a: [ID] = ${nested('[', 5000, ']')}) { __typename }`,
    deep,
  ],
  ['6,000 nested selections', `${'{ location '.repeat(6000)} { id } ${'}'.repeat(6000)}`, deep],
  ['5,000 nested inline fragments', `{ ${'... { '.repeat(5000)} id ${'}'.repeat(5000)} }`, deep],
  ['a circle of 3,700 fragments', `{ ...F0 } ${circle(3700)}`, deep],
  ['a circle of 5,000 fragments', `{ ...F0 } ${circle(5000)}`, /at most/],
  ['a chain of 3,700 fragments', `{ ...F0 } ${chain(3700)}`, deep],
  ['a chain of 3,700 fragments that nobody spreads', `{ __typename } ${chain(3700)}`, deep],
  ['2,001 aliases', `{ ${times(2001, index => `a${index}: __typename`)} }`, /2000 aliases at most/],
  ['201 directives', `{ ${times(201, () => '__typename @skip(if: false)')} }`, /200 directives at most/],
  ['30,001 tokens', `{ ${'__typename '.repeat(29_999)} }`, /30000 tokens at most/],
]

const types = [
  'application/json',
  'application/graphql-response+json',
  'application/json, text/plain, */*',
  '*/*',
  '',
]

test.each(hostile)(
  '%s are refused with 400, whatever the caller accepts, each time the same',
  async (_what, query, says) => {
    for (const accept of [...types, ...types.slice(0, 1)]) {
      const response = await post(JSON.stringify({ query }), accept)
      const { data, errors } = JSON.parse(response.text)
      expect({ accept, status: response.status, data }).toEqual({ accept, status: 400, data: undefined })
      expect(errors).toMatchObject([
        { message: expect.stringMatching(says), extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
      ])
    }
  },
)

test('a GET is refused the same way', async () => {
  const query = `{ nodes(ids: ${nested('[', 51, ']')}) { id } }`
  const response = await fetch(`${served.origin}/graphql?${new URLSearchParams({ query })}`, {
    headers: { accept: 'application/json' },
  })
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({
    errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
  })
})

test.each(['[', '{"a":'])('variables of 10,000 times %s are bad input', async open => {
  const value = open === '[' ? nested('[', 10_000, ']') : `${open.repeat(10_000)}1${'}'.repeat(10_000)}`
  for (const query of [
    'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }',
    'query ($ids: [_Any!]!) { _entities(representations: $ids) { __typename } }',
    'query ($by: LocationBy!) { location(by: $by) { id } }',
    'subscription ($id: ID!) { heatmapImage(id: $id) { state } }',
    '{ __typename }',
  ]) {
    for (const accept of types.slice(0, 2)) {
      const body = `{"query":${JSON.stringify(query)},"variables":{"ids":${value},"by":${value},"id":${value}}}`
      const { status, text } = await post(body, accept)
      expect({ accept, status }).toEqual({ accept, status: 400 })
      expect(JSON.parse(text)).toEqual({
        errors: [
          {
            message: 'Variables may be nested 50 levels deep at most.',
            extensions: { code: 'BAD_USER_INPUT', requestId: sentId },
          },
        ],
      })
    }
  }
})

test.each(['5', '{}', '[]', 'true', '[["{ __typename }"]]'])(
  'a query that is %s is a bad request',
  async query => {
    const { status, text } = await post(`{"query":${query}}`, 'application/json')
    expect(status).toBe(400)
    expect(JSON.parse(text).errors).toHaveLength(1)
  },
)

test('what is just within the ceilings is answered', async () => {
  const ids = `query ($ids: [ID!]!) { nodes(ids: $ids) { id } }`
  for (const query of [
    `${'{ ... '.repeat(49)} { __typename } ${'}'.repeat(49)}`,
    `{ ...F0 } ${chain(49)}`,
    `{ ${times(2000, index => `a${index}: __typename`)} }`,
    `{ ${times(200, () => '__typename @skip(if: false)')} }`,
    `{ ${times(5, index => `a${index}: __typename`)} } ${'#'.repeat(40_000)}`,
  ]) {
    expect(await post(JSON.stringify({ query }), '*/*')).toMatchObject({ status: 200 })
  }
  expect(await post(JSON.stringify({ query: ids, variables: { ids: [] } }), '*/*')).toMatchObject({
    status: 200,
  })
})

test('a small circle of fragments is named by validation', async () => {
  const { text } = await post(JSON.stringify({ query: `{ ...F0 } ${circle(3)}` }), '*/*')
  expect(text).toContain('Cannot spread fragment \\"F0\\" within itself via \\"F1\\", \\"F2\\".')
})

test.each([
  ['900 equal fields', `{ ${times(900, () => '__typename')} }`],
  [
    '1,000 fragments',
    `{ ${times(1000, index => `...F${index}`)} } ${times(1000, index => `fragment F${index} on Query { a${index}: __typename }`)}`,
  ],
])('%s beside each other are more than is compared, and told so', async (_what, query) => {
  for (const accept of [...types, ...types.slice(0, 1)]) {
    const { text } = await post(JSON.stringify({ query }), accept)
    const { data, errors } = JSON.parse(text)
    expect({ data, errors }).toMatchObject({
      data: undefined,
      errors: [
        {
          message:
            'The operation repeats its fields, or spreads its fragments, too often to be checked: ask for less at once.',
          extensions: { code: 'GRAPHQL_VALIDATION_FAILED', requestId: sentId },
        },
      ],
    })
  }
})

const limits = { depth: 5, aliases: 10, tokens: 100, directives: 10 }
const refusalOf = (text: string) => textRefusal(text, limits) ?? documentRefusal(parse(text), limits)

test('depth is that of the operation with its fragments written out', () => {
  for (const [text, isRefused] of [
    ['{ a { b { c { d } } } }', false],
    ['{ a { b { c { d { e { f } } } } } }', true],
    ['{ a { ...F } } fragment F on A { b { c { d } } }', false],
    ['{ a { ...F } } fragment F on A { b { c { d { e } } } }', true],
    ['{ a { ...F } } fragment F on A { ...G } fragment G on B { c(x: [1]) }', false],
    ['{ a { ...F } } fragment F on A { ...G } fragment G on B { c(x: [[1]]) }', true],
    ['{ a { ...F } } fragment F on A { b { ...G } } fragment G on B { c @d(x: {y: [1]}) }', true],
    ['fragment G on B { b { b { b { ...H } } } } fragment H on B { b { b } } { a { ...H } }', true],
  ] as const) {
    expect({ text, isRefused: refusalOf(text) !== undefined }).toEqual({ text, isRefused })
  }
})

test('variables are as deep as their lists and objects', () => {
  for (const [variables, isRefused] of [
    [undefined, false],
    [{ a: 1 }, false],
    [{ a: [[[[['x']]]]] }, false],
    [{ a: [[[[[['x']]]]]] }, true],
    [{ b: null, a: { b: { c: { d: { e: { f: {} } } } } } }, true],
  ] as const) {
    expect({ variables, isRefused: variablesRefusal(variables, limits) !== undefined }).toEqual({
      variables,
      isRefused,
    })
  }
})

test('no rule of validation recurses deeper than the ceilings let fragments spread each other', () => {
  const schema = buildSchema('type Query { a: Query b: String }')
  const text = `{ ...F0 } ${times(49, index => `fragment F${index} on Query { ${times(49, other => `...F${other}`)} }`)}`
  expect(documentRefusal(parse(text), { ...limits, depth: 50 })).toBeUndefined()
  expect(validate(schema, parse(text)).length).toBeGreaterThan(0)
})

async function post(
  body: string,
  accept: string,
): Promise<{ readonly status: number; readonly text: string }> {
  const headers = { 'content-type': 'application/json', accept, 'x-request-id': sentId }
  const response = await fetch(`${served.origin}/graphql`, { method: 'POST', headers, body })
  return { status: response.status, text: await response.text() }
}

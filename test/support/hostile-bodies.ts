import fc from 'fast-check'

export interface HostileBody {
  readonly kind: string
  readonly body: { readonly query: string; readonly variables?: unknown }
}

const texts = fc.constantFrom(
  '',
  'x',
  'ä𝄞',
  '\u0000',
  '..',
  '\u2028',
  '"',
  '\\',
  'x'.repeat(20_000),
  'ä𝄞'.repeat(5_000),
)
const count = fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 200, max: 6_000 }))

const tokens = [
  '{',
  '}',
  '[',
  '(',
  '"',
  '"""',
  '...',
  '$',
  '@',
  '#',
  ':',
  '\\',
  '\ud83d',
  'query',
  'fragment f on Q',
  '1.',
  '-',
]
const parsing = fc
  .tuple(fc.array(fc.constantFrom(...tokens), { minLength: 1, maxLength: 6 }), count, texts)
  .map(([parts, count, text]) => ({ query: `{ a ${`${parts.join(' ')} `.repeat(count)} ${text}` }))

const wrongParts: readonly ((index: number) => string)[] = [
  index => `a${index}: nothing`,
  index => `providers { b${index} }`,
  index => `providers @d${index} { name }`,
  index => `a${index}: locations(no${index}: 1) { nodes { id } }`,
  index => `a${index}: locations(first: "x${index}") { nodes { id } }`,
  index => `...f${index}`,
  index => `... on T${index} { id }`,
  index => `a${index}: location(by: { id: $v${index} }) { id }`,
  () => 'providers { name } providers { name: status }',
]
const validation = fc.tuple(fc.constantFrom(...wrongParts), count).map(([part, count]) => ({
  query: `{ ${Array.from({ length: count }, (_, index) => part(index)).join(' ')} }`,
}))

const types = [
  'LocationBy!',
  '[LocationBy!]!',
  'ID!',
  '[ID!]!',
  'Int',
  'TrafficMetric',
  '[TrafficMetric!]',
  'TrafficRange!',
]
const values = fc.letrec<{ value: unknown }>(tie => ({
  value: fc.oneof(
    { maxDepth: 2 },
    texts,
    fc.constantFrom(null, true, -1, 2 ** 53),
    fc.tuple(tie('value'), count).map(([value, count]) => Array(Math.min(count, 40)).fill(value)),
    fc
      .tuple(texts, tie('value'), count)
      .map(([name, value, count]) =>
        Object.fromEntries(
          Array.from({ length: Math.min(count, 40) }, (_, index) => [`${name.slice(0, 100)}${index}`, value]),
        ),
      ),
  ),
})).value
const variables = fc.tuple(fc.constantFrom(...types), values).map(([type, value]) => ({
  query: `query ($value: ${type}) { node(id: "Location:x") { id } }`,
  variables: { value },
}))

const inputs: readonly ((text: string) => string)[] = [
  text => `location(by: { id: ${text} }) { id }`,
  text => `locations(first: -1, after: ${text}) { nodes { id } }`,
  text => `nodes(ids: [${text}]) { id }`,
  text => `website(by: { id: "shop" }) { view(path: ${text}) { id } }`,
  text => `pageHeatmap(id: ${text}) { id }`,
  text => `_entities(representations: [{ __typename: "View", id: ${text} }]) { __typename }`,
  text => `snapshots(viewName: ${text}) { id }`,
]
const input = fc.tuple(fc.constantFrom(...inputs), texts, count).map(([field, text, count]) => ({
  query: `{ ${Array.from({ length: Math.min(count, 100) }, (_, index) => `a${index}: ${field(JSON.stringify(text))}`).join(' ')} }`,
}))

const large: readonly ((count: number) => string)[] = [
  count => `{ ${'a { '.repeat(count)} b ${'} '.repeat(count)} }`,
  count => `{ a(b: ${'['.repeat(count)}${']'.repeat(count)}) }`,
  count => `{ ${Array.from({ length: count }, (_, index) => `a${index}: __typename`).join(' ')} }`,
  count => `{ ${'__typename '.repeat(count * 10)} }`,
  count => `{ __typename ${'@skip(if: false) '.repeat(count)} }`,
  count =>
    `{ ${Array.from({ length: count }, (_, index) => `a${index}: locations(first: 5000) { nodes { heatmapConnection(first: 100, range: { start: "2026-01-01T00:00:00Z", end: "2026-01-02T00:00:00Z" }, types: [PATH]) { nodes { id } } } }`).join(' ')} }`,
  count =>
    `mutation { ${Array.from({ length: count + 50 }, (_, index) => `a${index}: deleteSnapshot(input: { id: "one" }) { __typename }`).join(' ')} }`,
]
const limits = fc
  .tuple(fc.constantFrom(...large), fc.integer({ min: 201, max: 6_000 }))
  .map(([query, count]) => ({ query: query(count) }))

/** What somebody sends who wants an answer that is large, by the part of the server that refuses it. */
export const hostileBodies: fc.Arbitrary<HostileBody> = fc.oneof(
  ...Object.entries({ parsing, validation, variables, input, limits }).map(([kind, bodies]) =>
    (bodies as fc.Arbitrary<HostileBody['body']>).map(body => ({ kind, body })),
  ),
)

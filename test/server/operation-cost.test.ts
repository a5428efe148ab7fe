import { readdir, readFile } from 'node:fs/promises'
import fc from 'fast-check'
import {
  concatAST,
  getIntrospectionQuery,
  getNamedType,
  getNullableType,
  getOperationAST,
  isListType,
  isObjectType,
  Kind,
  parse,
  print,
  validate,
} from 'graphql'
import { expect, test } from 'vitest'
import { appliedDirectives } from '../../schema/applied-directives.ts'
import { fieldSize } from '../../schema/costs.ts'
import { schema } from '../../schema/index.ts'
import { readConfig } from '../../src/config/config.ts'
import { operationCost } from '../../src/server/limits/operation-cost.ts'
import { explorer } from '../../src/server/pages/explorer.ts'
import { allBlocks } from '../support/docs.ts'
import { allCost, type MadeUpOperation, madeUpOperations } from '../support/made-up-costs.ts'

const { operationLimits: limits } = readConfig({})

function costOf(text: string, variables: Record<string, unknown> = {}, name?: string) {
  const document = parse(text)
  const operation = getOperationAST(document, name)
  if (!operation) throw new TypeError('The text holds several operations.')
  return operationCost(schema, document, operation, variables)
}

const day = '{ utc: { start: "2025-06-02T00:00:00Z", end: "2025-06-03T00:00:00Z" } }'
const week = 'days: { from: "2025-06-02", to: "2025-06-09" }'
const year = '{ local: { start: "2025-01-01T00:00:00", end: "2026-01-01T00:00:00" } }'

test.each([
  ['{ __typename }', 0],
  ['{ location(by: { id: "a" }) { id name timeZone } }', 1],
  ['{ locations(first: 7) { nodes { id } } }', 1 + 7],
  ['{ locations(first: 7) { edges { cursor node { id } } pageInfo { hasNextPage } } }', 1 + 7 * 2 + 1],
  ['{ locations { nodes { id } } }', 1 + 20],
  ['{ locations(first: null) { nodes { id } } }', 1 + 20],
  ['{ a: locations(first: 7) { nodes { id } } b: locations(first: 2) { nodes { id } } }', 8 + 3],
  ['{ locations(first: 7) { nodes { id } } locations(first: 7) { nodes { name } } }', 8],
  ['{ nodes(ids: ["Location:a", "Location:b", "Location:c"]) { id } }', 3],
  ['{ _entities(representations: ["a", "b"]) { __typename } }', 2],
  ['{ _locationsByAnalytiksId(representations: ["a", "b"]) { id } }', 2],
  ['{ snapshots(viewName: "/") { id } }', 10 + 100],
  [
    '{ website(by: { id: "shop" }) { views(first: 3) { nodes { totalInteractions } } } }',
    10 + 10 + 3 * (1 + 10),
  ],
  [`{ location(by: { id: "a" }) { traffic(range: ${day}) { total } } }`, 1 + 10 + 7],
  [
    `{ location(by: { id: "a" }) { traffic(range: ${day}, metrics: [VISITS]) { points { value } } } }`,
    1 + 10 + 1 + 25,
  ],
  [
    `{ location(by: { id: "a" }) { traffic(range: ${day}, interval: QUARTER_HOUR, metrics: [VISITS, BOUNCES]) { points { value } } } }`,
    1 + 10 + 2 * (1 + 97),
  ],
  [
    `{ location(by: { id: "a" }) { traffic(range: ${year}, metrics: [VISITS]) { columns { starts values } } } }`,
    1 + 10 + 1 + 1 + 2 * 9,
  ],
  [
    `{ location(by: { id: "a" }) { pointsOfInterest(range: ${day}, interval: DAILY) { traffic { points { value } } } } }`,
    1 + 10 + 5 * (1 + 3 * (1 + 2)),
  ],
  [
    `{ brand(id: 1) { traffic(range: ${day}, metrics: [VISITS], first: 4) { nodes { series { peak { value } } } } } }`,
    1 + 10 + 4 * (1 + 1 * (1 + 1)),
  ],
  [
    '{ location(by: { id: "a" }) { heatmaps(range: { start: "2025-06-02T00:00:00Z", end: "2025-06-04T00:00:00Z" }, types: [PATH]) { role } } }',
    1 + 10 + 2 * 4,
  ],
  [
    `{ pageHeatmap(projectId: "1", id: "a") { heat(${week}, columns: 50) { values hotspots(top: 3) { value } } } }`,
    10 + 10 + (50 * 2000) / 1000 + 3,
  ],
  [
    `{ pageHeatmap(projectId: "1", id: "a") { heat(${week}) { fixed { hotspots { x } } difference(against: { from: "2025-06-02", to: "2025-06-09" }) { values } } } }`,
    10 + 10 + 1 + 10 + 10 + (100 * 2000) / 1000,
  ],
  ['mutation { deleteSnapshot(input: { id: "a" }) { __typename } }', 10 + 10],
  ['subscription { heatmapImage(id: "a") { state } }', 10],
  [
    'subscription { heatmapImage(id: "a", overlay: { days: { from: "2025-06-02", to: "2025-06-09" } }) { state } }',
    10,
  ],
  ['{ locations(first: 9) @include(if: false) { nodes { id } } }', 0],
  [
    '{ locations(first: 9) { ...F ...F } } fragment F on LocationConnection { nodes { ...G } ...H } fragment G on Location { id } fragment H on LocationConnection { nodes { name } }',
    1 + 9,
  ],
])('%s costs %i', (text, cost) => {
  expect(costOf(text).cost).toBe(cost)
})

test('values of variables and their defaults count, and who depends on none is told so', () => {
  const paged =
    'query ($first: Int = 3, $isLeftOut: Boolean = false) { locations(first: $first) { nodes @skip(if: $isLeftOut) { id } } }'
  expect(costOf(paged, { first: 3, isLeftOut: false })).toMatchObject({ cost: 4, isLasting: false })
  expect(costOf(paged, { first: 50, isLeftOut: false })).toMatchObject({ cost: 51, isLasting: false })
  expect(costOf(paged, { first: 50, isLeftOut: true })).toMatchObject({ cost: 1, isLasting: false })
  const named = 'query ($id: ID!) { location(by: { id: $id }) { name } }'
  expect(costOf(named, { id: 'a' })).toMatchObject({ cost: 1, isLasting: true })
})

test('a cycle of the graph is refused from its third level on, a list of lists as well', () => {
  const views = (levels: number): string =>
    levels === 0 ? 'id' : `website { views(first: 100) { nodes { ${views(levels - 1)} } } }`
  const pages = (levels: number) =>
    `{ website(by: { id: "shop" }) { views(first: 100) { nodes { ${views(levels - 1)} } } } }`
  expect(costOf(pages(2)).cost).toBeLessThan(limits.cost)
  expect(costOf(pages(3)).cost).toBeGreaterThan(limits.cost)
  expect(costOf(pages(4)).cost).toBeGreaterThan(limits.cost)
  const month = 'range: { start: "2025-06-01T00:00:00Z", end: "2025-07-01T00:00:00Z" }, types: [PATH]'
  const heatmaps = `{ location(by: { id: "a" }) { heatmaps(${month}) { location { heatmaps(${month}) { location { heatmaps(${month}) { role } } } } } } }`
  expect(costOf(heatmaps).cost).toBeGreaterThan(limits.cost)
})

test('every list of objects says how long it is', () => {
  const lists = Object.values(schema.getTypeMap())
    .filter(type => isObjectType(type) && !type.name.startsWith('__'))
    .flatMap(type =>
      isObjectType(type) ? Object.values(type.getFields()).map(field => ({ type, field })) : [],
    )
    .filter(({ field }) => isListType(getNullableType(field.type)))
  const sizedByParent = new Set(['edges', 'nodes'])
  const silent = lists.filter(({ type, field }) => {
    if (type.name.endsWith('Connection') && sizedByParent.has(field.name)) return false
    const says =
      fieldSize in field.extensions || appliedDirectives(field).some(({ name }) => name === 'listSize')
    return !says
  })
  expect(lists.length).toBeGreaterThan(20)
  expect(silent.map(({ type, field }) => `${type.name}.${field.name}`)).toEqual([])
  const connections = lists.filter(({ type }) => type.name.endsWith('Connection')).map(({ type }) => type)
  const leading = Object.values(schema.getTypeMap())
    .flatMap(type => (isObjectType(type) ? Object.values(type.getFields()) : []))
    .filter(field => connections.some(type => type === getNamedType(field.type)))
  for (const field of leading)
    expect(appliedDirectives(field).find(({ name }) => name === 'listSize')?.args.sizedFields).toEqual([
      'edges',
      'nodes',
    ])
})

test('a year of 3,000 stores by the day passes as columns, of all their metrics', () => {
  const { cost, bytes } = costOf(`{ locations(first: 3000) { nodes { name
    traffic(range: ${year}, interval: DAILY) { metric columns { starts values } } } } }`)
  expect(cost).toBeLessThan(limits.cost)
  expect(bytes).toBeLessThan(limits.responseBytes)
})

test('what GraphiQL, the README, the guides and the typed operations ask is accepted', async () => {
  const files = await readdir('test/operations')
  const texts = await Promise.all(files.map(file => readFile(`test/operations/${file}`, 'utf8')))
  const tabs = (explorer(new Date()).defaultTabs ?? []).map(({ query }) => query ?? '')
  const shown = allBlocks.filter(({ language }) => language === 'graphql').map(({ text }) => text)
  const asked = [concatAST(texts.map(text => parse(text))), ...[...tabs, ...shown].map(text => parse(text))]
  const operations = asked.flatMap(document =>
    document.definitions.flatMap(definition =>
      definition.kind === Kind.OPERATION_DEFINITION ? [{ document, operation: definition }] : [],
    ),
  )
  expect(operations.length).toBeGreaterThan(30)
  for (const { document, operation } of operations) {
    const variables = operation.variableDefinitions?.flatMap(({ variable, type }) => {
      const name = print(type).replace(/!/g, '')
      const value = given[`${name} ${variable.name.value}`] ?? given[name]
      return value === undefined ? [] : [[variable.name.value, value]]
    })
    const { cost, bytes } = operationCost(schema, document, operation, Object.fromEntries(variables ?? []))
    const isAccepted = cost < limits.cost && bytes < limits.responseBytes
    expect({ name: operation.name?.value, isAccepted }).toEqual({
      name: operation.name?.value,
      isAccepted: true,
    })
  }
})

test('the introspection of GraphiQL and of generators passes by far; what repeats it, or its names, does not', () => {
  const all = { schemaDescription: true, specifiedByUrl: true, directiveIsRepeatable: true }
  const asked = getIntrospectionQuery({ ...all, inputValueDeprecation: true, oneOf: true })
  expect(costOf(asked).cost).toBeLessThan(limits.cost / 5)
  const repeat = (count: number, text: string) =>
    Array.from({ length: count }, (_, index) => `a${index}: ${text}`).join(' ')
  const types = '__schema { types { fields { args { name } } } }'
  expect(costOf(`{ ${repeat(20, types)} }`).cost).toBeLessThan(limits.cost)
  expect(costOf(`{ ${repeat(100, types)} }`).cost).toBeGreaterThan(limits.cost)
  expect(costOf(`{ __schema { types { fields { ${repeat(1800, 'name')} } } } }`).cost).toBeGreaterThan(
    limits.cost,
  )
})

const days = { start: new Date('2025-06-01T00:00:00Z'), end: new Date('2025-06-06T00:00:00Z') }
/** By the names of their types, some with their own, what variables are given. */
const given: Readonly<Record<string, unknown>> = {
  String: '/',
  ID: 'a',
  Int: 20,
  TimeRange: days,
  TrafficRange: { utc: days },
  LocalTimeRange: { start: '2025-06-01T00:00:00', end: '2025-06-06T00:00:00' },
  LocalDateTime: '2025-06-01T00:00:00',
  'LocalDateTime to': '2025-06-06T00:00:00',
  DayRange: { from: '2025-06-01', to: '2025-06-06' },
  '[SpatialHeatmapType]': ['path', 'linger'],
  '[ID]': Array(50).fill('Location:a'),
  '[_Any]': Array(50).fill({}),
}

test('many aliases of one scalar below a long list, and long aliases, are too much of a response', () => {
  const aliases = Array.from({ length: 2000 }, (_, index) => `a${index}: name`).join(' ')
  expect(costOf(`{ locations(first: 5000) { nodes { ${aliases} } } }`).bytes).toBeGreaterThan(
    limits.responseBytes,
  )
  const long = 'a'.repeat(100_000)
  expect(costOf(`{ locations(first: 5000) { nodes { ${long}: name } } }`).bytes).toBeGreaterThan(
    limits.responseBytes,
  )
})

test('long aliases above a list are too much of a response, since each error and each part names them', () => {
  const ids = JSON.stringify(Array(1000).fill('Location:a'))
  const long = 'a'.repeat(400_000)
  const asked = [
    `{ ${long}: nodes(ids: ${ids}) { id } }`,
    `{ ${long}: locations(first: 1000) { nodes @stream { id } } }`,
    `{ ${long}: locations(first: 1000) { nodes { ... @defer { id } } } }`,
    `{ locations(first: 1000) { nodes { ... @defer(label: "${long}") { id } } } }`,
  ]
  for (const text of asked) expect(costOf(text).bytes).toBeGreaterThan(limits.responseBytes)
})

test.each([
  ['{ nodes(ids: ["a", "b", "c"]) { id } }', 3],
  ['{ a: nodes(ids: ["a"]) { id } b: _entities(representations: ["a", "b"]) { __typename } }', 3],
  ['{ _locationsByAnalytiksId(representations: ["a", "b"]) { id name } }', 2],
  ['{ locations(first: 7) { nodes { id } edges { node { id } } } location(by: { id: "a" }) { id } }', 0],
])('%s looks up %i rows that may be errors', (text, fallible) => {
  expect(costOf(text).fallible).toBe(fallible)
})

test.each([
  ['{ locations(first: 7) { nodes { ... @defer { id } } } }', 8, 7],
  ['{ locations(first: 7) { nodes @stream { id } } }', 8, 7],
  ['{ locations(first: 7) { nodes { ... @defer(if: false) { id } } } }', 8, 0],
  ['query ($a: Boolean = false) { locations(first: 7) { nodes { ... @defer(if: $a) { id } } } }', 8, 7],
  [
    '{ location(by: { id: "a" }) { ...A @defer(label: "a") ...A @defer(label: "b") } } fragment A on Location { name ...B @defer } fragment B on Location { id }',
    1,
    4,
  ],
  [
    '{ ...A @defer(label: "a") ...A @defer(label: "b") ...A } fragment A on Query { locations(first: 7) { nodes { id } } }',
    24,
    2,
  ],
])('%s costs %i and comes in %i parts: what is deferred is executed by itself', (text, cost, increments) => {
  expect(costOf(text, { a: true })).toMatchObject({ cost, increments })
})

test('hours of ten years of a fleet as columns are too much of a response', () => {
  const years = '{ utc: { start: "2015-01-01T00:00:00Z", end: "2025-01-01T00:00:00Z" } }'
  const { bytes } = costOf(
    `{ locations(first: 3000) { nodes { traffic(range: ${years}, metrics: [VISITS]) { columns { values } } } } }`,
  )
  expect(bytes).toBeGreaterThan(limits.responseBytes)
})

test('the estimate is that of the operation written out, however it is written', () => {
  fc.assert(
    fc.property(madeUpOperations, (operation: MadeUpOperation) => {
      const expected = allCost(operation)
      for (const text of operation.texts) {
        expect(validate(schema, parse(text))).toEqual([])
        expect({ text, cost: costOf(text).cost }).toEqual({ text, cost: expected })
      }
    }),
    { numRuns: 300 },
  )
})

test('fragments that double at each level cost what their merged fields do, at once', () => {
  const doubling = (leaf: string) =>
    Array.from({ length: 40 }, (_, index) =>
      index < 39
        ? `fragment F${index} on Query { ...F${index + 1} ...F${index + 1} }`
        : `fragment F${index} on Query { ${leaf} }`,
    ).join('\n')
  expect(costOf(`{ ...F0 } ${doubling('locations(first: 5) { nodes { id } }')}`).cost).toBe(6)
  const nested = Array.from({ length: 40 }, (_, index) =>
    index < 39
      ? `fragment F${index} on View { website { a: view(path: "/") { ...F${index + 1} } b: view(path: "/") { ...F${index + 1} } } }`
      : `fragment F${index} on View { id }`,
  ).join('\n')
  expect(costOf(`{ view(by: { id: "a" }) { ...F0 } } ${nested}`).cost).toBeGreaterThan(limits.cost)
})

/** Below `a` only the words whose k-th last letter is an a go on: merged, they are as many as there are words. */
test('selections that merge in ever new ways are given up as too expensive', () => {
  const levels = 17
  const fragments = Array.from({ length: levels }, (_, index) => {
    const next = index + 1 < levels ? `...F${index + 1}` : 'id'
    return `fragment F${index} on Website { a: view(path: "/") { website { ${next} } } b: view(path: "/") { website { ${next} } } }`
  })
  const start =
    'fragment S0 on Website { a: view(path: "/") { website { ...S1 ...F0 } } b: view(path: "/") { website { ...S1 } } }'
  const rest = Array.from({ length: levels }, (_, index) => {
    const next = index + 1 < levels ? `...S${index + 2}` : 'id'
    return `fragment S${index + 1} on Website { a: view(path: "/") { website { ${next} ...F0 } } b: view(path: "/") { website { ${next} } } }`
  })
  const { cost } = costOf(
    `{ website(by: { id: "a" }) { ...S0 } } ${[...fragments, start, ...rest].join('\n')}`,
  )
  expect(cost).toBeGreaterThan(limits.cost)
})

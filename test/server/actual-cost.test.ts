import fc from 'fast-check'
import {
  type GraphQLObjectType,
  getNamedType,
  getOperationAST,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql'
import { expect, test } from 'vitest'
import { schema } from '../../schema/index.ts'
import { actualCost } from '../../src/server/limits/actual-cost.ts'
import { fieldWeight } from '../../src/server/limits/field-weight.ts'

const asking = (fields: string) =>
  parse(`{ website(by: { id: "shop" }) { name views(first: 5) { leftOut nodes { ${fields} } } } }`)
const plain = 'path totalInteractions lastInteractionAt'
const documents = fc.constantFrom(
  asking(plain),
  asking(`${plain} heatmaps { name targetWidths createdBy { email } }`),
)

test('what a response cost is the sum of what each of its objects cost', () => {
  fc.assert(
    fc.property(documents, responses(), (document, data) => {
      const query = schema.getQueryType()
      const selectionSet = getOperationAST(document)?.selectionSet
      if (!query || !selectionSet) throw new TypeError('There is no query.')
      expect(actualCost({ schema, document }, data)).toBe(Math.ceil(costOf(query, selectionSet, data)))
    }),
  )
})

test('what a variable leaves out costs nothing, whatever it was the time before', () => {
  const document = parse(
    'query ($asked: Boolean!) { website(by: { id: "shop" }) { kind: __typename views(first: 1) { all: nodes { path heatmaps @include(if: $asked) { name } } } } }',
  )
  const costWith = (asked: boolean) => {
    const view = { path: '/', ...(asked && { heatmaps: [{ name: 'a' }, { name: 'b' }] }) }
    const data = { website: { kind: 'Website', views: { all: [view, null] } } }
    return actualCost({ schema, document, variableValues: { asked } }, data)
  }
  const [without, withThem] = [costWith(false), costWith(true)]
  expect(withThem).toBeGreaterThan(without)
  expect([costWith(false), costWith(true)]).toEqual([without, withThem])
})

test('an object of several possible types costs what is asked of its own', () => {
  const document = parse(
    '{ nodes(ids: []) { __typename ... on Website { id views(first: 2) { nodes { path } } } ... on Location { id } } }',
  )
  const website = { __typename: 'Website', id: 'a', views: { nodes: [{ path: '/' }] } }
  const location = { __typename: 'Location', id: 'b' }
  const costOfAll = (entities: readonly unknown[]) => actualCost({ schema, document }, { nodes: entities })
  const [none, ofWebsite, ofLocation] = [[], [website], [location]].map(costOfAll)
  expect(ofWebsite).toBeGreaterThan(ofLocation ?? 0)
  expect(ofLocation).toBeGreaterThan(none ?? 0)
})

/** Row by row, and field by field. */
function costOf(type: GraphQLObjectType, { selections }: SelectionSetNode, data: object): number {
  const values = new Map<string, unknown>(Object.entries(data))
  let sum = 0
  for (const node of selections) {
    if (node.kind !== Kind.FIELD) throw new TypeError('The document has fields only.')
    const field = type.getFields()[node.name.value]
    if (!field) throw new TypeError(`There is no ${node.name.value}.`)
    const { call, instance, lists } = fieldWeight(field)
    sum += call
    const value = values.get(node.name.value)
    const rows: readonly unknown[] = Array.isArray(value) ? value : [value]
    const named = getNamedType(field.type)
    if (!isObjectType(named)) {
      if (lists > 0 && value !== null) sum += Math.ceil(rows.length / 1000)
      continue
    }
    for (const row of rows)
      if (typeof row === 'object' && row !== null && node.selectionSet)
        sum += instance + costOf(named, node.selectionSet, row)
  }
  return sum
}

function responses() {
  const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { freq: 3 })
  const heatmap = fc.record({
    name: fc.constant('a'),
    targetWidths: orNull(fc.array(fc.nat(9))),
    createdBy: orNull(fc.record({ email: fc.constant('b') })),
  })
  const view = fc.record({
    path: fc.constant('/'),
    totalInteractions: orNull(fc.nat(9)),
    lastInteractionAt: fc.constant(null),
    heatmaps: orNull(fc.array(heatmap, { maxLength: 4 })),
  })
  const views = fc.record({ leftOut: fc.nat(9), nodes: fc.array(orNull(view), { maxLength: 6 }) })
  return fc.record({ website: orNull(fc.record({ name: fc.constant('c'), views: orNull(views) })) })
}

import {
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLObjectType,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isObjectType,
  isRequiredInputField,
  isScalarType,
} from 'graphql'
import { beforeAll, expect, test } from 'vitest'
import { schema } from '../../schema/index.ts'
import { askText } from '../support/client.ts'
import { expectRefused, takeCalls } from '../support/refused.ts'
import { type Served, serve } from '../support/serving.ts'

const resources = new AsyncDisposableStack()
let served: Served

beforeAll(async () => {
  served = resources.use(await serve())
  return () => resources.disposeAsync()
})

/** Texts that a bound is for; others are parsed into what is short. */
const texts = new Set(['String', 'ID', 'URL', 'Duration', '_Any', 'StitchedRepresentation'])
const utc = '{ start: "2026-06-01T00:00:00Z", end: "2026-06-02T00:00:00Z" }'

/** How the fields of a type are reached that is no node. */
const entries: Readonly<Record<string, (field: string) => string>> = {
  Query: field => `query { ${field} }`,
  Mutation: field => `mutation { ${field} }`,
  Subscription: field => `subscription { ${field} }`,
  HeatGrid: field => `{ pageHeatmap(projectId: 1, id: "a") { heat(days: { last: "P1D" }) { ${field} } } }`,
  LocationConnection: field => `{ locations(first: 1) { ${field} } }`,
  LocationTrafficConnection: field => `{ brand(id: 1234) { traffic(range: { utc: ${utc} }) { ${field} } } }`,
  PointOfInterest: field =>
    `{ location(by: { id: "oxford-street" }) { pointsOfInterest(range: { utc: ${utc} }) { ${field} } } }`,
  SpatialHeatmap: field =>
    `{ location(by: { id: "oxford-street" }) { heatmaps(range: ${utc}, types: [PATH]) { ${field} } } }`,
}

interface Place {
  readonly name: string
  readonly document: string
}

const places = Object.values(schema.getTypeMap())
  .filter(type => isObjectType(type))
  .filter(type => !type.name.startsWith('__'))
  .flatMap(placesIn)

test('there are lists and texts in many places', () => {
  expect(places.length).toBeGreaterThan(40)
})

test.each(places.map(({ name, document }) => [name, document]))(
  '%s is bounded, and told so before anything is called',
  async (_, document) => {
    expectRefused(
      served.sandbox,
      await askText(served.origin, document),
      /has at most [\d,]+ (members|characters)/,
    )
  },
)

test.each([
  ['2024-01-01T00:00:00Z', '2027-01-03T00:00:01Z', '1099'],
  ['1970-01-01T00:00:00Z', '2027-01-01T00:00:00Z', '20819'],
])(
  'heatmaps of %s to %s are more than three years, which is told before anything is called',
  async (start, end, days) => {
    const query = `query ($range: TimeRange!) {
    location(by: { id: "oxford-street" }) { heatmaps(range: $range, types: [PATH]) { type } }
  }`
    const answer = await askText(served.origin, query, { range: { start, end } })
    expectRefused(served.sandbox, answer, new RegExp(`at most 1098 days at once, not ${days}`))
  },
)

test('an id that was made up of more than three years of heatmaps is refused before anything is called', async () => {
  const range = ['1970-01-01T00:00:00Z', '2027-01-01T00:00:00Z']
  const rest = JSON.stringify([null, null, null, null, range, null, null, null, null])
  const id = `SpatialHeatmap:64a1b2c3d4e5f6a7b8c9d0e3:path:${Buffer.from(rest).toString('base64url')}`
  const { data, errors } = await askText(served.origin, 'query ($id: ID!) { node(id: $id) { id } }', { id })
  expect([data, errors.map(({ message }) => message)]).toEqual([
    { node: null },
    ['Heatmaps are listed for at most 1098 days at once, not 20819.'],
  ])
  expect(takeCalls(served.sandbox)).toEqual([])
})

test('heatmaps of a leap year are listed, in a request for each month', async () => {
  const { data, errors, extensions } = await askText(
    served.origin,
    `{ location(by: { id: "oxford-street" }) {
      heatmaps(range: { start: "2024-01-01T00:00:00Z", end: "2025-01-01T00:00:00Z" }, types: [PATH]) { type }
    } }`,
    {},
    { headers: { 'isotherm-explain': 'plan' } },
  )
  expect([data, errors]).toEqual([null, []])
  expect(extensions.plan).toMatchObject({ 'aura-vision': expect.any(Array) })
  expect(JSON.stringify(extensions.plan).match(/detail\/list/g)?.length).toBeLessThanOrEqual(13)
})

/** Each list of each argument with too many members, and each text with too many characters. */
function placesIn(type: GraphQLObjectType): readonly Place[] {
  return Object.values(type.getFields()).flatMap(field =>
    field.args.flatMap(argument =>
      hostile(argument.type).map(([path, value]) => {
        const others = field.args.filter(other => other !== argument && isRequired(other))
        const args = [
          ...others.map(other => `${other.name}: ${fine(other.type)}`),
          `${argument.name}: ${value}`,
        ]
        const named = getNamedType(field.type)
        const call = `${field.name}(${args.join(', ')})${isScalarType(named) || isEnumType(named) ? '' : ' { __typename }'}`
        const isNode = type.getInterfaces().some(({ name }) => name === 'Node')
        const enter =
          entries[type.name] ??
          (isNode
            ? (text: string) => `{ node(id: "${type.name}:a") { ... on ${type.name} { ${text} } } }`
            : undefined)
        if (!enter) throw new Error(`No way is known to the fields of ${type.name}.`)
        return { name: `${type.name}.${field.name}(${argument.name}${path})`, document: enter(call) }
      }),
    ),
  )
}

function isRequired(input: GraphQLArgument | GraphQLInputField): boolean {
  return isRequiredInputField(input as GraphQLInputField)
}

/** Values of the type, each with one list or text in it that is too long, and where; none in a type within itself. */
function hostile(
  type: GraphQLInputType,
  outer: readonly GraphQLInputType[] = [],
): readonly (readonly [string, string])[] {
  const inner = getNullableType(type)
  if (isListType(inner)) {
    const many = `[${Array.from({ length: 5001 }, () => fine(inner.ofType)).join(' ')}]`
    return [
      ['[]', many],
      ...hostile(inner.ofType, outer).map(([path, value]) => [`[]${path}`, `[${value}]`] as const),
    ]
  }
  if (isInputObjectType(inner)) {
    if (outer.includes(inner)) return []
    return Object.values(inner.getFields()).flatMap(field =>
      hostile(field.type, [...outer, inner]).map(([path, value]) => {
        const others = Object.values(inner.getFields()).filter(other => other !== field && isRequired(other))
        const members = [
          ...others.map(other => `${other.name}: ${fine(other.type)}`),
          `${field.name}: ${value}`,
        ]
        return [`.${field.name}${path}`, `{ ${members.join(', ')} }`] as const
      }),
    )
  }
  if (!texts.has(inner.name)) return []
  const long = 'x'.repeat(30_001)
  if (inner.name === 'URL') return [['', `"https://shop.example.com/${long}"`]]
  if (inner.name === 'Duration') return [['', `"PT${'1'.repeat(30_001)}S"`]]
  return [
    [
      '',
      inner.name === 'String' || inner.name === 'ID' ? `"${long}"` : `{ __typename: "View", url: "${long}" }`,
    ],
  ]
}

function fine(type: GraphQLInputType): string {
  const inner = getNullableType(type)
  if (isListType(inner)) return `[${fine(inner.ofType)}]`
  if (isEnumType(inner)) return inner.getValues()[0]?.name ?? ''
  if (isInputObjectType(inner)) {
    const fields = Object.values(inner.getFields())
    const isOther = ({ type }: GraphQLInputField) =>
      isInputObjectType(getNullableType(type)) && type !== inner
    const one = fields.find(isOther) ?? fields[0]
    const given = inner.isOneOf ? (one ? [one] : []) : fields.filter(isRequired)
    return `{ ${given.map(field => `${field.name}: ${fine(field.type)}`).join(', ')} }`
  }
  const values: Readonly<Record<string, string>> = {
    Int: '1',
    SafeInt: '1',
    Boolean: 'true',
    DateTime: '"2026-06-01T00:00:00Z"',
    LocalDateTime: '"2026-06-01T00:00:00"',
    URL: '"https://shop.example.com/"',
    Duration: '"PT1S"',
  }
  return (
    values[inner.name] ?? (inner.name === 'String' || inner.name === 'ID' ? '"a"' : '{ __typename: "View" }')
  )
}

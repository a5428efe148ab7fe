import fc, { type GeneratorValue } from 'fast-check'
import {
  type GraphQLNamedType,
  type GraphQLObjectType,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  isRequiredArgument,
} from 'graphql'
import { schema } from '../../schema/index.ts'
import { madeUpHeatmaps } from '../../src/sandbox/posthog-heatmaps.ts'

const range = '{ start: "2026-08-03T00:00:00Z", end: "2026-08-03T06:00:00Z" }'
const uuid = madeUpHeatmaps(new Date())[0]?.heatmap.id
const screenshot = `PageHeatmap:project:1:${uuid}`

/** Arguments by coordinate, each choice as often as the others. A field whose arguments are not here has none. */
const argumentsOf: Readonly<Record<string, readonly string[]>> = {
  'Query.location': ['by: { id: "oxford-street" }', 'by: { analytiksId: "2" }'],
  'Query.locations': ['first: 2'],
  'Query.brand': ['id: 1234'],
  'Query.website': ['by: { id: "shop" }'],
  'Query.websites': ['first: 1', 'first: 9'],
  'Query.view': ['by: { url: "https://shop.example.com/pricing" }'],
  'Query.pageHeatmap': [`projectId: "1", id: "${uuid}"`],
  'Query.snapshots': ['viewName: "/pricing", first: 2'],
  'Query.node': ['id: "Location:oxford-street"', `id: "${screenshot}"`],
  'Query.nodes': [`ids: ["${screenshot}", "Website:shop", "Brand:1234"]`],
  'Location.heatmaps': [
    `range: ${range}, types: [PATH]`,
    `range: ${range}, types: [PATH], genders: ["female"]`,
  ],
  'Location.heatmapConnection': [`range: ${range}, types: [LINGER], first: 2`],
  ...Object.fromEntries(
    ['traffic', 'pointsOfInterest', 'captureRate', 'bounceRate', 'rates'].map(name => [
      `Location.${name}`,
      [`range: { utc: ${range} }`],
    ]),
  ),
  'Brand.traffic': [`range: { utc: ${range} }, first: 2`],
  'Website.views': ['first: 2'],
  'Website.view': ['path: "/pricing"'],
  'Website.heatmaps': ['first: 1'],
  'View.snapshots': ['first: 1'],
}

/** Representations for the fields of gateways, which are JSON. */
const representations =
  'representations: [{ __typename: "Location", id: "oxford-street" }, { __typename: "Snapshot", id: "none", viewName: "/pricing" }]'

/** Queries of the whole graph, with aliases and fragments, whose fields all have good arguments. */
export const madeUpOperations: fc.Arbitrary<string> = fc.gen().map(make => {
  const query = schema.getQueryType()
  return query ? `query ${selection(make, query, 5)}` : ''
})

function selection(make: GeneratorValue, type: GraphQLNamedType, depth: number): string {
  if (isAbstractType(type)) {
    const parts = schema
      .getPossibleTypes(type)
      .filter(() => make(fc.boolean))
      .map(possible => `... on ${possible.name} ${selection(make, possible, depth)}`)
    return `{ __typename ${parts.join(' ')} }`
  }
  if (!isObjectType(type)) return ''
  const fields = candidates(type, depth)
  const count = make(fc.integer, { min: 1, max: 4 })
  const chosen = Array.from({ length: count }, (_, index) => {
    const field = fields.length > 0 ? fields[make(fc.nat, { max: fields.length - 1 })] : undefined
    if (!field) return '__typename'
    const named = getNamedType(field.type)
    const inner = isCompositeType(named) ? ` ${selection(make, named, depth - 1)}` : ''
    // Each has an alias of its own, so that any two can be merged.
    return `${type.name}_${field.name}${index}_${depth}: ${field.name}${printArguments(make, type, field.name)}${inner}`
  })
  const text = chosen.join(' ')
  return make(fc.boolean) ? `{ __typename ... on ${type.name} { ${text} } }` : `{ ${text} }`
}

/** Near the ground only scalars are left. */
function candidates(type: GraphQLObjectType, depth: number) {
  return Object.values(type.getFields()).filter(field => {
    const coordinate = `${type.name}.${field.name}`
    if (type === schema.getQueryType() && /^_(service|sdl|[a-z]+By)/.test(field.name)) return false
    // How a provider does changes with each call.
    if (type.name === 'Provider') return field.name === 'name'
    // Whoever asks for an image adds its width to the list.
    if (field.name === 'renditions') return false
    if (depth <= 1 && isCompositeType(getNamedType(field.type))) return false
    return coordinate === 'Query._entities' || argumentsOf[coordinate] || !field.args.some(isRequiredArgument)
  })
}

function printArguments(make: GeneratorValue, type: GraphQLObjectType, name: string): string {
  if (name === '_entities') return `(${representations})`
  const choices = argumentsOf[`${type.name}.${name}`] ?? []
  return choices.length > 0 ? `(${choices[make(fc.nat, { max: choices.length - 1 })]})` : ''
}

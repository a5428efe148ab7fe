import {
  type GraphQLField,
  getNamedType,
  isCompositeType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
} from 'graphql'
import { expect, test } from 'vitest'
import { appliedDirectives } from '../../schema/applied-directives.ts'
import { schema } from '../../schema/index.ts'
import { sites } from '../../src/sandbox/world.ts'
import { callsOf } from '../support/calls.ts'
import { askText } from '../support/client.ts'
import { dayAgo } from '../support/heat-days.ts'
import { serve } from '../support/serving.ts'

const [shop, help] = sites

/** The catalog says nothing of origins, so that each field that may cost a call does. */
const catalog = `
locations:
  - id: oxford-street
    name: Oxford Street
    timeZone: Europe/London
    auraVision: { locationId: 64a1b2c3d4e5f6a7b8c9d0e3 }
    analytiks: { locationId: 1 }
websites:
  - id: shop
    name: Shop
    zenovay: { websiteId: ${shop?.zenovayId} }
    posthog: { projectId: "1" }
    datadog: { applicationId: ${shop?.datadogApplicationId} }
`

const entities = {
  Location: ['Location:oxford-street'],
  Brand: ['Brand:1234'],
  Website: ['Website:shop', `Website:zenovay:${help?.zenovayId}`],
  View: ['View:shop:/pricing'],
  PageHeatmap: ['PageHeatmap:project:1:497f6eca-6276-4993-bfeb-53cbbbba6f08'],
}

/** By the names of their types, what required arguments are given. */
const given: Readonly<Record<string, string>> = {
  TimeRange: '{ start: "2025-06-02T00:00:00Z", end: "2025-06-03T00:00:00Z" }',
  TrafficRange: '{ utc: { start: "2025-06-02T00:00:00Z", end: "2025-06-03T00:00:00Z" } }',
  SpatialHeatmapType: '[PATH]',
  DayRange: `{ from: "${dayAgo(7)}", to: "${dayAgo(0)}" }`,
  String: '"/pricing"',
}

/** By the names of composite types, a field of them that is not free; others cost whatever is asked of them. */
const selected: Readonly<Record<string, string>> = { HeatmapImage: 'contentType' }

const cases = Object.entries(entities).flatMap(([type, ids]) =>
  fieldsOf(type).map(field => ({
    name: `${type}.${field.name}`,
    type,
    field: field.name,
    query: queryOf(type, field, ids),
  })),
)

test.each(cases)(
  '$name says that it costs if it calls upstream, and only then',
  async ({ type, field, query }) => {
    await using served = await serve({ catalog })
    const { errors } = await askText(served.origin, query)
    expect(errors).toEqual([])
    const calls = callsOf(served.sandbox)
    expect({ calls, isCostly: Object.keys(calls).length > 0 }).toEqual({
      calls,
      isCostly: costs(type, field),
    })
  },
)

test('whatever is paged tells how many rows it answers', () => {
  const paged = Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .flatMap(type => Object.values(type.getFields()).map(field => ({ type, field })))
    .filter(({ field }) => field.args.some(({ name }) => name === 'first'))
  expect(paged.length).toBeGreaterThan(6)
  for (const { type, field } of paged) {
    const size = appliedDirectives(field).find(({ name }) => name === 'listSize')?.args
    const isList = isListType(isNonNullType(field.type) ? field.type.ofType : field.type)
    expect(size, `${type.name}.${field.name}`).toEqual({
      slicingArguments: ['first'],
      requireOneSlicingArgument: false,
      ...(!isList && { sizedFields: ['edges', 'nodes'] }),
    })
  }
})

function fieldsOf(type: string): readonly GraphQLField<unknown, unknown>[] {
  const found = schema.getType(type)
  return isObjectType(found) ? Object.values(found.getFields()) : []
}

function costs(type: string, name: string): boolean {
  const field = fieldsOf(type).find(field => field.name === name)
  return field !== undefined && appliedDirectives(field).some(({ name }) => name === 'cost')
}

function queryOf(
  type: string,
  { name, args, type: result }: GraphQLField<unknown, unknown>,
  ids: readonly string[],
) {
  const required = args.filter(isRequiredArgument)
  const values = required.map(argument => `${argument.name}: ${given[getNamedType(argument.type).name]}`)
  const call = values.length > 0 ? `${name}(${values.join(', ')})` : name
  const named = getNamedType(result)
  const selection = isCompositeType(named) ? `${call} { ${selected[named.name] ?? '__typename'} }` : call
  return `{ nodes(ids: ${JSON.stringify(ids)}) { ... on ${type} { ${selection} } } }`
}

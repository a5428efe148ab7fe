import { type GraphQLNamedType, getNamedType, isAbstractType, isObjectType } from 'graphql'
import { expect, test } from 'vitest'
import { appliedDirectives } from '../../schema/applied-directives.ts'
import { subgraphSdl } from '../../schema/dialects.ts'
import { schema } from '../../schema/index.ts'
import { declaredScopes, scopesOfField } from '../../schema/scopes.ts'

/** All that callers without any scope may read: what the catalog knows, and pages of it, and how the vendors are. */
const open = [
  ...['id', 'name', 'timeZone', 'auraVisionId', 'analytiksId', 'brandId', 'referenceNumber'].map(
    name => `Location.${name}`,
  ),
  ...['id', 'brandId'].map(name => `Brand.${name}`),
  ...[
    ...['id', 'name', 'origin', 'zenovayId', 'posthogProjectId', 'posthogEnvironmentId'],
    ...['datadogApplicationId', 'view'],
  ].map(name => `Website.${name}`),
  ...['id', 'website', 'path', 'url', 'name'].map(name => `View.${name}`),
  ...['name', 'status', 'breaker', 'quotaLeft', 'lastSuccessAt', 'lastError', 'drift'].map(
    name => `Provider.${name}`,
  ),
  ...['state', 'until'].map(name => `ProviderBreaker.${name}`),
  ...['at', 'code'].map(name => `ProviderError.${name}`),
  ...['endpoint', 'path', 'kind', 'sample', 'count', 'firstSeenAt', 'lastSeenAt'].map(
    name => `ProviderDrift.${name}`,
  ),
  ...['location', 'locations', 'brand', 'website', 'websites', 'view', 'providers', 'node', 'nodes'].map(
    name => `Query.${name}`,
  ),
  ...['Location', 'Website'].flatMap(name => [
    ...['edges', 'nodes', 'pageInfo'].map(field => `${name}Connection(s).${field}`),
    ...['node', 'cursor'].map(field => `${name}Edge.${field}`),
  ]),
  'LocationConnection.totalCount',
  ...['hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor'].map(name => `PageInfo.${name}`),
].map(coordinate => coordinate.replace('(s)', ''))

/** Looks entities up by what other graphs know of them, type by type. */
const forGateways = /^Query\._(entities|\w+By\w+)$/

test('every field that is not a fact of the catalog is behind a scope', () => {
  const { fields } = reached()
  const own = fields.filter(coordinate => !forGateways.test(coordinate))
  expect(own.toSorted()).toEqual(open.toSorted())
})

test('a field that may call upstream declares a scope, or that any caller may read it', () => {
  const calling = objects.flatMap(type =>
    Object.values(type.getFields()).flatMap(field => {
      const names = appliedDirectives(field).map(({ name }) => name)
      const isOpen = names.includes('authenticated') || scopesOfField(field).length > 0
      return names.includes('cost') && !isOpen ? [`${type.name}.${field.name}`] : []
    }),
  )
  // Their type is only reached by fields that declare its scope.
  expect(calling.filter(coordinate => !coordinate.startsWith('PageHeatmap.'))).toEqual([])
})

test('what names or describes a person needs people:read', () => {
  const personal = objects.flatMap(type =>
    Object.values(type.getFields()).flatMap(field => [
      ...(scopesOfField(field).includes('people:read') ? [`${type.name}.${field.name}`] : []),
      ...field.args
        .filter(argument => declaredScopes(argument).includes('people:read'))
        .map(({ name }) => `${type.name}.${field.name}(${name}:)`),
    ]),
  )
  expect(personal.toSorted()).toEqual([
    ...['ages', 'genders', 'roles'].map(name => `Location.heatmapConnection(${name}:)`),
    ...['ages', 'genders', 'roles'].map(name => `Location.heatmaps(${name}:)`),
    'PageHeatmap.createdBy',
    ...['createdBy', 'createdByHandle', 'createdByUserId', 'sessionId'].map(name => `Snapshot.${name}`),
    ...['age', 'gender', 'role'].map(name => `SpatialHeatmap.${name}`),
  ])
})

test('the subgraph tells routers the scopes, and the other dialects do not', () => {
  const sdl = subgraphSdl(schema)
  expect(sdl).toMatch(/import: \[.*"@authenticated", "@requiresScopes"/)
  expect(sdl).toContain('type TrafficSeries @requiresScopes(scopes: [["traffic:read"]])')
  expect(sdl).toMatch(/ createdByHandle: String @requiresScopes\(scopes: \[\["people:read"\]\]\)/)
  expect(sdl).toMatch(/ providers: \[Provider!\]! @authenticated/)
})

const objects = Object.values(schema.getTypeMap())
  .filter(isObjectType)
  .filter(type => !type.name.startsWith('__'))

/** The fields that one comes to without a scope, from the three roots. */
function reached() {
  const seen = new Set<GraphQLNamedType>()
  const fields: string[] = []
  const left: (GraphQLNamedType | null | undefined)[] = [
    schema.getQueryType(),
    schema.getMutationType(),
    schema.getSubscriptionType(),
  ]
  while (left.length > 0) {
    const type = left.pop()
    if (!type || seen.has(type)) continue
    seen.add(type)
    if (isAbstractType(type))
      left.push(...schema.getPossibleTypes(type).filter(type => declaredScopes(type).length === 0))
    if (!isObjectType(type)) continue
    for (const field of Object.values(type.getFields())) {
      if (scopesOfField(field).length > 0) continue
      fields.push(`${type.name}.${field.name}`)
      left.push(getNamedType(field.type))
    }
  }
  return { fields }
}

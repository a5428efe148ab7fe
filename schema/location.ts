import type { Location as LocationRecord } from '../src/catalog/catalog.ts'
import type { Context } from '../src/context.ts'
import { BadInput } from '../src/upstream/bad-input.ts'
import { isVendorId } from '../src/upstream/vendor-id.ts'
import { checked } from './argument-checks.ts'
import { builder } from './builder.ts'
import { checkFirst, type PageArguments, pageArguments, pageSize, toConnection } from './connection.ts'
import { connectionSize, sized } from './costs.ts'
import { type SearchArguments, searchArguments, searchLocations } from './location-search.ts'
import { checkIdentity } from './route-id.ts'

export const Location = builder.objectRef<LocationRecord>('Location')
builder.node(Location, {
  description:
    "A store or another place that people walk into. The catalog maps it to each vendor's own id; without a catalog entry it has one vendor's id only.",
  id: {
    description: 'Such as `Location:oxford-street` or `Location:analytiks:1`.',
    resolve: location => location.key,
  },
  fields: t => ({
    name: t.exposeString('name', {
      description: 'The name in the catalog; null for a location without a catalog entry.',
    }),
    timeZone: t.expose('timeZone', {
      type: 'TimeZone',
      description:
        'The time zone in the catalog. Without one, local times come from Analytiks and instants may be unknown.',
    }),
    auraVisionId: t.exposeID('auraVisionId', {
      description: "Aura Vision's location id, 24 hexadecimal digits.",
    }),
    analytiksId: t.id({
      description: "Analytiks' location id.",
      resolve: ({ analytiksId }) => (analytiksId === null ? null : String(analytiksId)),
    }),
    brandId: t.exposeInt('brandId', { description: "Analytiks' brand id." }),
    referenceNumber: t.exposeString('referenceNumber', {
      description: "The brand's own number for the location, from Analytiks.",
    }),
  }),
})

const LocationReference = builder.inputType('LocationReference', {
  description: "A location by its brand's own number for it.",
  fields: t => ({
    brandId: t.int({ required: true, description: "Analytiks' brand id." }),
    referenceNumber: t.string({ required: true, description: "The brand's own number, such as `US0658`." }),
  }),
})

const LocationBy = builder.inputType('LocationBy', {
  description: 'One way to name a location.',
  isOneOf: true,
  fields: t => ({
    id: t.id({ description: 'The `id` of a Location, or the id that the catalog gives it.' }),
    auraVisionId: t.id({ description: "Aura Vision's location id, 24 hexadecimal digits." }),
    analytiksId: t.id({ description: "Analytiks' location id." }),
    reference: t.field({ type: LocationReference, description: "Analytiks' brand and reference number." }),
  }),
})

const LocationEdge = builder.edgeObject({
  type: Location,
  name: 'LocationEdge',
  description: 'A location and its cursor.',
})
export const LocationConnection = builder.connectionObject(
  {
    type: Location,
    name: 'LocationConnection',
    description: 'A page of locations.',
    fields: t => ({
      totalCount: t.int({
        nullable: false,
        description: 'How many locations the whole list holds, whatever the page.',
        resolve: ({ totalCount = 0 }) => totalCount,
      }),
    }),
  },
  LocationEdge,
)

/** A whole fleet: the cost of its fields has its own bound. */
const maximumLocations = 5000

builder.queryFields(t => ({
  location: t.field({
    authenticated: true,
    type: Location,
    description: 'One location, by exactly one of its identities. Costs no upstream call.',
    args: { by: t.arg({ type: LocationBy, required: true, description: 'Exactly one identity.' }) },
    extensions: checked<{ readonly by: object }>(({ by }) => checkIdentity(by)),
    resolve: (_root, { by }, { catalog }) => findLocation(catalog, locationKey(by)),
  }),
  locations: t.field({
    authenticated: true,
    type: LocationConnection,
    nullable: false,
    description:
      "The catalog's locations, in its order by default. Costs no upstream call. A cursor works with the same `search`, `brandId` and `orderBy` only.",
    args: { ...searchArguments, ...pageArguments(maximumLocations) },
    listSize: connectionSize,
    extensions: {
      ...checked<SearchArguments & PageArguments>((args, { catalog }) => pageOf(catalog, args)),
      ...sized<PageArguments>({ below: page => ({ rows: pageSize(page) }) }),
    },
    resolve: (_root, args, { catalog }) => pageOf(catalog, args),
  }),
}))

function pageOf({ locations: all }: Context['catalog'], args: SearchArguments & PageArguments) {
  checkFirst(args.first, maximumLocations)
  const { locations, name } = searchLocations(all, args)
  const page = toConnection(locations, { name, keyOf: location => location.key }, args)
  return { ...page, totalCount: locations.length }
}

/** Finds a location by the key behind `Location:`; throws BadInput if it names none. */
export function findLocation(catalog: Context['catalog'], key: string): LocationRecord {
  const isHeld = isVendorId(key.replace(/^reference:\d+:/, ''))
  const location = isHeld ? catalog.location(key) : undefined
  if (!location) throw new BadInput(`No location has the id "${key}".`)
  return location
}

/** The key of the one identity given; throws BadInput for none and for several. */
export function locationKey({
  id,
  auraVisionId,
  analytiksId,
  reference,
}: typeof LocationBy.$inferInput): string {
  const keys = [
    id?.replace(/^Location:/, ''),
    auraVisionId != null ? `aura-vision:${auraVisionId}` : undefined,
    analytiksId != null ? `analytiks:${analytiksId}` : undefined,
    reference ? `reference:${reference.brandId}:${reference.referenceNumber}` : undefined,
  ].filter(key => key !== undefined)
  const [key] = keys
  if (key === undefined || keys.length > 1) throw new BadInput('by has exactly one member.')
  return key
}

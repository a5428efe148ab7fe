import { parse } from 'graphql'
import { z } from 'zod'
import { onFirstUse } from '../upstream/first-use.ts'
import type { AskGraph, Asking } from './ask-graph.ts'
import { dayAfter } from './days.ts'
import { dataOf, nodesOf, PageInfo } from './graph-data.ts'

export interface Place {
  readonly id: string
  readonly name: string | null
  readonly timeZone: string | null
  readonly brandId: number | null
  /** Whether the address named it. */
  readonly isNamed?: boolean
}

/** The places of the question: all of the catalog if none is named. */
export interface PlaceNames {
  readonly locations: readonly string[]
  readonly brands: readonly number[]
  /** Brands are asked for their stores on the first of these days and on the last, which is the day before `to`. */
  readonly from: string
  readonly to: string
}

/** Each place once. Rejects with RefusedExport for a name without a place. Only brands cost calls. */
export async function findPlaces(names: PlaceNames, { facts, calls }: Asking): Promise<readonly Place[]> {
  const { locations, brands } = names
  const found: Place[] = []
  if (locations.length === 0 && brands.length === 0) found.push(...(await catalogPlaces(facts)))
  for (let start = 0; start < locations.length; start += mostIds)
    found.push(...(await namedPlaces(locations.slice(start, start + mostIds), facts)))
  if (brands.length > 0) {
    const catalog = await catalogPlaces(facts)
    for (const brand of brands) {
      for (const day of daysOf(names)) found.push(...(await brandPlaces(brand, day, calls)))
      found.push(...catalog.filter(({ brandId }) => brandId === brand))
    }
  }
  const byId = new Map<string, Place>()
  for (const place of found) {
    const known = byId.get(place.id) ?? place
    byId.set(place.id, { ...known, brandId: known.brandId ?? place.brandId })
  }
  return [...byId.values()]
}

/** A store that opens or closes within the range is listed on one of them. */
function daysOf({ from, to }: PlaceNames): readonly string[] {
  const today = Temporal.Now.plainDateISO('UTC').toString()
  const lastDay = dayAfter(to, -1)
  const last = lastDay < today ? lastDay : today
  return last > from ? [from, last] : [from]
}

const mostIds = 1000

const fields = 'id name timeZone brandId'

const documents = onFirstUse(async () => ({
  named: parse(
    `query ExportNamedPlaces($ids: [ID!]!) { nodes(ids: $ids) { ... on Location { ${fields} } } }`,
  ),
  catalog: parse(
    `query ExportCatalog($after: String) { locations(first: 500, after: $after) { nodes { ${fields} } pageInfo { hasNextPage endCursor } } }`,
  ),
  // Hours, since days of some time zones need quarter-hours, which not every account has.
  brand: parse(
    `query ExportBrandPlaces($brand: Int!, $range: TrafficRange!, $after: String) {
      brand(id: $brand) {
        traffic(range: $range, interval: HOURLY, metrics: [VISITS], first: 1000, after: $after) {
          nodes { location { ${fields} } }
          pageInfo { hasNextPage endCursor }
        }
      }
    }`,
  ),
}))

const PlaceNode = z.object({
  id: z.string(),
  name: z.string().nullable(),
  timeZone: z.string().nullable(),
  brandId: z.number().nullable(),
})
const Named = z.object({ nodes: z.array(PlaceNode) })
const Catalog = z.object({ locations: z.object({ nodes: z.array(PlaceNode), pageInfo: PageInfo }) })
const Brand = z.object({
  brand: z.object({
    traffic: z.object({ nodes: z.array(z.object({ location: PlaceNode })), pageInfo: PageInfo }),
  }),
})

async function namedPlaces(names: readonly string[], ask: AskGraph): Promise<readonly Place[]> {
  const ids = names.map(name => `Location:${name.replace(/^Location:/, '')}`)
  const { named } = await documents()
  const { nodes } = Named.parse(await dataOf(ask, named, { ids }))
  return nodes.map(place => ({ ...place, isNamed: true }))
}

async function catalogPlaces(ask: AskGraph): Promise<readonly Place[]> {
  const { catalog } = await documents()
  return Array.fromAsync(nodesOf(ask, catalog, {}, data => Catalog.parse(data).locations))
}

/** None in a dry run. */
async function brandPlaces(brand: number, day: string, ask: AskGraph): Promise<readonly Place[]> {
  const documentsOf = await documents()
  const range = { local: { start: day, end: dayAfter(day, 1) } }
  const stores = nodesOf(ask, documentsOf.brand, { brand, range }, data => Brand.parse(data).brand.traffic)
  return Array.fromAsync(stores, ({ location }) => ({ ...location, brandId: location.brandId ?? brand }))
}

import type DataLoader from 'dataloader'
import type { CachePolicy } from '../../upstream/cache/cache.ts'
import { asError } from '../../upstream/error.ts'
import type { ImageResult } from '../../upstream/images/image-result.ts'
import { loadGroups, nameOf } from '../../upstream/source/batch-groups.ts'
import { DataSource } from '../../upstream/source/data-source.ts'
import { callPerKey } from '../../upstream/source/endpoint.ts'
import { RequestLoader } from '../../upstream/source/request-loader.ts'
import type { RequestScope } from '../../upstream/source/request-scope.ts'
import type { AuraVisionClient, AuraVisionSettings } from './client.ts'
import { imageSource } from './image-source.ts'
import { narrowingName, sorted } from './narrowing.ts'
import { type HeatmapRequest, planRequests, type RequestBounds, type Window, windowsOf } from './plan.ts'
import { type RowKey, rowName } from './row-questions.ts'
import { rowSource } from './rows.ts'
import { type AuraHeatmap, type HeatmapFilter, type SpatialHeatmapType, withoutUrl } from './wire.ts'

export interface HeatmapsKey {
  readonly locationId: string
  readonly types: readonly SpatialHeatmapType[]
  readonly filter: HeatmapFilter
}

export interface AuraVisionLoaders {
  /**
   * Heatmaps of a location, oldest window first, in the vendor's order within a window. Locations and types with the same filter
   * share requests.
   */
  readonly heatmaps: DataLoader<HeatmapsKey, readonly AuraHeatmap[], string>
  /**
   * Single heatmaps, found again by all values of their rows, in few requests of narrow ranges. Rejects with UPSTREAM_NOT_FOUND
   * for a heatmap that is gone.
   */
  readonly rows: DataLoader<RowKey, AuraHeatmap, string>
}

/** One request in one window. */
interface RequestKey extends HeatmapRequest {
  readonly filter: HeatmapFilter
}

/** The data source that requests of one account share. */
export interface AuraVisionSources {
  readonly heatmaps: DataSource<RequestKey, readonly AuraHeatmap[]>
  readonly rows: DataSource<RowKey, AuraHeatmap>
  readonly images: DataSource<RowKey, ImageResult>
  readonly bounds: RequestBounds
}

export function auraVisionSources(
  client: AuraVisionClient,
  { limits }: Pick<AuraVisionSettings, 'limits'>,
  cachePolicy: CachePolicy | undefined,
  imageCachePolicy: CachePolicy | undefined,
): AuraVisionSources {
  const heatmaps = callPerKey<RequestKey, readonly AuraHeatmap[]>({
    nameOf: ({ locationIds, types, filter }) =>
      nameOf('aura heatmaps', filterName(filter), locationIds, types),
    plan: ({ locationIds, types, filter }) => ({ route: 'detail/list', locationIds, types, ...filter }),
    async call({ locationIds, types, filter }, callContext) {
      const rows = await client.heatmaps(locationIds, types, filter, callContext)
      return rows.map(withoutUrl)
    },
    ttlOf: () => limits.ttlSeconds * 1000,
    isValue: Array.isArray,
  })
  return {
    heatmaps: new DataSource(heatmaps, cachePolicy),
    rows: rowSource(client, limits.ttlSeconds * 1000, cachePolicy),
    images: imageSource(client, imageCachePolicy),
    bounds: client.bounds,
  }
}

export function auraVisionLoaders(sources: () => AuraVisionSources, scope: RequestScope): AuraVisionLoaders {
  return {
    heatmaps: new RequestLoader(
      scope,
      keys =>
        loadGroups(
          keys,
          key => filterName(key.filter),
          (group, { filter }) => loadHeatmaps(sources(), group, filter, scope),
        ),
      { cacheKeyFn: keyName },
    ),
    rows: new RequestLoader(
      scope,
      keys =>
        Promise.all(
          sources()
            .rows.askAll(keys, scope)
            .map(row => row.catch(asError)),
        ),
      { cacheKeyFn: rowName },
    ),
  }
}

/** A failed request fails only the keys that have a cell in it. */
function loadHeatmaps(
  sources: AuraVisionSources,
  keys: readonly HeatmapsKey[],
  filter: HeatmapFilter,
  scope: RequestScope,
): Promise<(readonly AuraHeatmap[] | Error)[]> {
  const cells = keys.flatMap(({ locationId, types }) => types.map(type => ({ locationId, type })))
  const asked = new Map<string, Promise<RowsOfLocations>>()
  for (const request of planRequests(cells, sources.bounds)) {
    const rows = ask(sources, { ...request, filter }, scope)
    for (const locationId of request.locationIds) asked.set(locationId, rows)
  }
  return Promise.all(
    keys.map(async ({ locationId, types }) => {
      try {
        const rows = (await asked.get(locationId))?.get(locationId) ?? []
        return rows.filter(row => types.some(type => type === row.type))
      } catch (error) {
        return asError(error)
      }
    }),
  )
}

type RowsOfLocations = ReadonlyMap<string, readonly AuraHeatmap[]>

/**
 * The request for each window of the range. Rows outside of their window are dropped, as are rows at its end: the vendor's end is
 * inclusive and ours is not. A row without a time is passed on. Each row comes once.
 */
async function ask(
  { heatmaps, bounds }: AuraVisionSources,
  request: RequestKey,
  scope: RequestScope,
): Promise<RowsOfLocations> {
  const windows = windowsOf(request.filter, bounds.maximumDays)
  const keys = windows.map(({ start, end }) => ({ ...request, filter: { ...request.filter, start, end } }))
  const results = await Promise.all(heatmaps.askAll(keys, scope))
  const known = new Set<string>()
  const rows = results.flatMap((result, index) => {
    const window = windows[index]
    return result.filter(row => {
      if (row.createdAt !== null && !(window && isWithin(window, row.createdAt))) return false
      const name = identityOf(row)
      const isNew = !known.has(name)
      known.add(name)
      return isNew
    })
  })
  return Map.groupBy(rows, ({ locationId }) => locationId)
}

/** Identified by the values in its id, if it has one. */
function identityOf(row: AuraHeatmap): string {
  const { locationId, recordingId, type, role, age, gender, createdAt } = row
  if (createdAt === null) return JSON.stringify(row)
  return nameOf(locationId, recordingId, type, role, age, gender, createdAt)
}

function isWithin({ start, end }: Window, createdAt: string): boolean {
  const at = Date.parse(createdAt)
  return at >= start.getTime() && at < end.getTime()
}

function keyName({ locationId, types, filter }: HeatmapsKey): string {
  return nameOf(filterName(filter), locationId, sorted(types))
}

function filterName(filter: HeatmapFilter): string {
  return nameOf(filter.start.toISOString(), filter.end.toISOString(), narrowingName(filter))
}

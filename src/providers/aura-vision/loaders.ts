import DataLoader from 'dataloader'
import { loadGroups, nameOf } from '../../upstream/groups.ts'
import type { AuraVisionClient } from './client.ts'
import { type HeatmapRequest, planRequests, windowsOf } from './plan.ts'
import type { AuraHeatmap, HeatmapFilter, SpatialHeatmapType } from './wire.ts'

export interface HeatmapsKey {
  readonly locationId: string
  readonly types: readonly SpatialHeatmapType[]
  readonly filter: HeatmapFilter
  /** Whether the rows need their URLs, which are good for a moment only. */
  readonly withImages: boolean
}

export interface AuraVisionLoaders {
  /**
   * Heatmaps of a location, oldest window first and in the vendor's order within. Locations and types of the same filter
   * share requests, with images or without.
   */
  readonly heatmaps: DataLoader<HeatmapsKey, readonly AuraHeatmap[], string>
}

export function auraVisionLoaders(client: () => AuraVisionClient, signal: AbortSignal): AuraVisionLoaders {
  return {
    heatmaps: new DataLoader(
      keys =>
        loadGroups(
          keys,
          key => filterName(key.filter),
          (group, { filter }) => loadHeatmaps(client(), group, filter, signal),
        ),
      { cacheKeyFn: keyName },
    ),
  }
}

/** The row as it may be kept for as long as one likes. */
export function withoutImage(row: AuraHeatmap): AuraHeatmap & { readonly url: null } {
  return { ...row, url: null }
}

/** A request that failed fails the keys that have a cell in it, and no other. */
function loadHeatmaps(
  client: AuraVisionClient,
  keys: readonly HeatmapsKey[],
  filter: HeatmapFilter,
  signal: AbortSignal,
): Promise<(readonly AuraHeatmap[] | Error)[]> {
  const cells = keys.flatMap(({ locationId, types }) => types.map(type => ({ locationId, type })))
  const answers = new Map<string, Promise<RowsOfLocations>>()
  for (const request of planRequests(cells, client.bounds)) {
    const answer = ask(client, request, filter, signal)
    for (const locationId of request.locationIds) answers.set(locationId, answer)
  }
  return Promise.all(
    keys.map(async ({ locationId, types, withImages }) => {
      try {
        const rows = (await answers.get(locationId))?.get(locationId) ?? []
        const wanted = rows.filter(row => types.some(type => type === row.type))
        return withImages ? wanted : wanted.map(withoutImage)
      } catch (error) {
        return error instanceof Error ? error : new Error('A request failed.', { cause: error })
      }
    }),
  )
}

type RowsOfLocations = ReadonlyMap<string, readonly AuraHeatmap[]>

/** The request for each window of the range; the vendor's end is inclusive and ours is not, so what lies on it is dropped. */
async function ask(
  client: AuraVisionClient,
  { locationIds, types }: HeatmapRequest,
  filter: HeatmapFilter,
  signal: AbortSignal,
): Promise<RowsOfLocations> {
  const windows = await Promise.all(
    windowsOf(filter, client.bounds.maximumDays).map(async ({ start, end }) => {
      const rows = await client.heatmaps(locationIds, types, { ...filter, start, end }, { signal })
      return rows.filter(({ createdAt }) => createdAt !== end.toISOString())
    }),
  )
  return Map.groupBy(windows.flat(), ({ locationId }) => locationId)
}

function keyName({ locationId, types, filter, withImages }: HeatmapsKey): string {
  return nameOf(filterName(filter), locationId, sorted(types), withImages ? 'with images' : null)
}

function filterName({ start, end, roles, ages, genders, taxonomy }: HeatmapFilter): string {
  return nameOf(
    start.toISOString(),
    end.toISOString(),
    sorted(roles),
    sorted(ages),
    sorted(genders),
    taxonomy,
  )
}

function sorted(members: readonly string[] | null | undefined): readonly string[] {
  return [...new Set(members ?? [])].sort()
}

import DataLoader from 'dataloader'
import { loadGroups, nameOf } from '../../upstream/groups.ts'
import type { AuraVisionClient } from './client.ts'
import type { AuraHeatmap, HeatmapFilter, SpatialHeatmapType } from './wire.ts'

export interface HeatmapsKey {
  readonly locationId: string
  readonly types: readonly SpatialHeatmapType[]
  readonly filter: HeatmapFilter
}

export interface AuraVisionLoaders {
  /** Heatmaps of a location. Locations and types of the same filter are one request. */
  readonly heatmaps: DataLoader<HeatmapsKey, readonly AuraHeatmap[], string>
}

export function auraVisionLoaders(client: () => AuraVisionClient, signal: AbortSignal): AuraVisionLoaders {
  return {
    heatmaps: new DataLoader(
      keys =>
        loadGroups(
          keys,
          key => filterName(key.filter),
          async (group, { filter }) => {
            const locationIds = [...new Set(group.map(key => key.locationId))]
            const types = [...new Set(group.flatMap(key => key.types))]
            const rows = await client().heatmaps(locationIds, types, filter, signal)
            const byLocation = Map.groupBy(rows, row => row.locationId)
            return group.map(key => (byLocation.get(key.locationId) ?? []).filter(row => belongs(row, key)))
          },
        ),
      { cacheKeyFn: key => nameOf(filterName(key.filter), key.locationId, [...new Set(key.types)].sort()) },
    ),
  }
}

/** The vendor's end is inclusive and ours is not: what lies on it is dropped. */
function belongs({ type, createdAt }: AuraHeatmap, { types, filter }: HeatmapsKey): boolean {
  return types.some(asked => asked === type) && createdAt?.getTime() !== filter.end.getTime()
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

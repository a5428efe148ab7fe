import DataLoader from 'dataloader'
import { loadGroups, nameOf } from '../../upstream/groups.ts'
import type { DatadogClient, SnapshotFilter } from './client.ts'
import type { DatadogSnapshot } from './wire.ts'

export interface SnapshotsKey extends SnapshotFilter {
  /** 1 to 1,000. */
  readonly first: number
}

export interface DatadogLoaders {
  /** Different limits of one filter cost one call: the largest is asked, the rest sliced. */
  readonly snapshots: DataLoader<SnapshotsKey, readonly DatadogSnapshot[], string>
}

export function datadogLoaders(client: () => DatadogClient, signal: AbortSignal): DatadogLoaders {
  return {
    snapshots: new DataLoader(
      keys =>
        loadGroups(keys, filterName, async (group, filter) => {
          const limit = Math.max(...group.map(key => key.first))
          const snapshots = await client().snapshots(filter, limit, signal)
          return group.map(key => snapshots.slice(0, key.first))
        }),
      { cacheKeyFn: key => nameOf(filterName(key), key.first) },
    ),
  }
}

function filterName({ viewName, deviceType, applicationId }: SnapshotFilter): string {
  return nameOf(viewName, deviceType, applicationId)
}

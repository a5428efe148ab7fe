import DataLoader from 'dataloader'
import { loadGroups, nameOf } from '../../upstream/groups.ts'
import { longestLists } from '../../upstream/longest.ts'
import type { DatadogClient, SnapshotFilter } from './client.ts'
import type { DatadogSnapshot } from './wire.ts'

export interface SnapshotsKey extends SnapshotFilter {
  /** 1 to 1,000. */
  readonly first: number
}

export interface DatadogLoaders {
  /** Different limits of one filter cost one call: the largest is asked, the rest sliced. */
  readonly snapshots: DataLoader<SnapshotsKey, readonly DatadogSnapshot[], string>
  /** What was read is read afresh by whatever comes after a change. */
  clear(): void
}

export function datadogLoaders(client: () => DatadogClient, signal: AbortSignal): DatadogLoaders {
  const lists = longestLists<DatadogSnapshot>()
  const snapshots = new DataLoader<SnapshotsKey, readonly DatadogSnapshot[], string>(
    keys =>
      loadGroups(keys, filterName, async (group, filter) => {
        const limit = Math.max(...group.map(key => key.first))
        const ask = async () => client().snapshots(filter, limit, { signal })
        const rows = await lists.rows(filterName(filter), limit, ask)
        return group.map(key => rows.slice(0, key.first))
      }),
    { cacheKeyFn: key => nameOf(filterName(key), key.first) },
  )
  return {
    snapshots,
    clear() {
      snapshots.clearAll()
      lists.clear()
    },
  }
}

function filterName({ viewName, deviceType, applicationId }: SnapshotFilter): string {
  return nameOf(viewName, deviceType, applicationId)
}

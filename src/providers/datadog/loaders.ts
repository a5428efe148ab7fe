import type DataLoader from 'dataloader'
import type { CachePolicy } from '../../upstream/cache/cache.ts'
import { UpstreamError } from '../../upstream/error.ts'
import { loadGroups, nameOf } from '../../upstream/source/batch-groups.ts'
import { DataSource } from '../../upstream/source/data-source.ts'
import { callPerKey } from '../../upstream/source/endpoint.ts'
import { longestLists } from '../../upstream/source/longest-lists.ts'
import { RequestLoader } from '../../upstream/source/request-loader.ts'
import type { RequestScope } from '../../upstream/source/request-scope.ts'
import type { DatadogClient, DatadogSettings, SnapshotFilter } from './client.ts'
import { type DatadogSnapshot, snapshotsRoute } from './wire.ts'

export interface SnapshotsKey extends SnapshotFilter {
  /** 1 to 1,000. */
  readonly first: number
}

export interface DatadogLoaders {
  /** Questions that differ only in the limit cost one call: the largest limit is requested, and the rest sliced. */
  readonly snapshots: DataLoader<SnapshotsKey, readonly DatadogSnapshot[], string>
  /**
   * The snapshot with an id, found among all of its view by one call. Throws if only a longer list than Datadog returns may have
   * it.
   */
  find(viewName: string, id: string): Promise<DatadogSnapshot | null>
  /** Call it after a change: all snapshots are then loaded again. */
  clear(): Promise<void>
}

/** The data sources that requests of one account share. */
export type DatadogSources = DataSource<SnapshotsKey, readonly DatadogSnapshot[]>

export function datadogSources(
  client: DatadogClient,
  { limits }: Pick<DatadogSettings, 'limits'>,
  cachePolicy: CachePolicy | undefined,
): DatadogSources {
  const snapshots = callPerKey<SnapshotsKey, readonly DatadogSnapshot[]>({
    nameOf: key => nameOf('datadog snapshots', filterName(key), key.first),
    plan: key => ({ route: `GET ${snapshotsRoute}`, ...key }),
    call: (key, callContext) => client.snapshots(key, key.first, callContext),
    // A row with an unreadable start holds an error, which is never cached.
    ttlOf: (_key, rows) => (rows.some(({ start }) => start instanceof Error) ? 0 : limits.ttlSeconds * 1000),
    isValue: Array.isArray,
  })
  return new DataSource(snapshots, cachePolicy, 'datadog snapshots')
}

export function datadogLoaders(sources: () => DatadogSources, scope: RequestScope): DatadogLoaders {
  const lists = longestLists<DatadogSnapshot>()
  const snapshots = new RequestLoader<SnapshotsKey, readonly DatadogSnapshot[], string>(
    scope,
    keys =>
      loadGroups(keys, filterName, async (group, filter) => {
        const limit = Math.max(...group.map(key => key.first))
        const ask = async () => sources().ask({ ...filter, first: limit }, scope)
        const rows = await lists.rows(filterName(filter), limit, ask)
        return group.map(key => rows.slice(0, key.first))
      }),
    { cacheKeyFn: key => nameOf(filterName(key), key.first) },
  )
  return {
    snapshots,
    async find(viewName, id) {
      const listed = await snapshots.load({ viewName, first: longestList })
      const found = listed.find(snapshot => snapshot.id === id)
      if (!found && listed.length >= longestList) throw mayBeCutOff()
      return found ?? null
    },
    async clear() {
      snapshots.clearAll()
      lists.clear()
      await sources().forget()
    },
  }
}

const longestList = 1000

function mayBeCutOff(): UpstreamError {
  const message = `datadog lists ${longestList} snapshots of a view at most, and this is not one of them.`
  return new UpstreamError('datadog', 'UPSTREAM_INVALID_RESPONSE', message)
}

function filterName({ viewName, deviceType, applicationId }: SnapshotFilter): string {
  return nameOf(viewName, deviceType, applicationId)
}

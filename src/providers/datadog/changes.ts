import type { Flight } from '../../upstream/call-context.ts'
import type { Caller } from '../../upstream/source/request-scope.ts'
import type { DatadogClient, Written } from './client.ts'
import type { DatadogSnapshot, SnapshotChange, SnapshotCreation } from './wire.ts'

/** One request's changes. What one changed, or may have changed, is read afresh by whatever comes after it. */
export interface DatadogChanges {
  createSnapshot(creation: SnapshotCreation): Promise<Written<DatadogSnapshot | null>>
  updateSnapshot(id: string, change: SnapshotChange): Promise<Written<DatadogSnapshot | null>>
  deleteSnapshot(id: string): Promise<Written<string>>
}

/** `clear` forgets what was read. */
export function datadogChanges(
  client: DatadogClient,
  caller: Caller,
  clear: () => Promise<void>,
): DatadogChanges {
  const change = <Value>(route: string, id: string | undefined, make: (flight: Flight) => Promise<Value>) =>
    caller.change({ route, ...(id !== undefined && { id }) }, async flight => {
      try {
        return await make(flight)
      } finally {
        await clear()
      }
    })
  return {
    createSnapshot: creation =>
      change(`POST ${path}`, undefined, flight => client.createSnapshot(creation, flight)),
    updateSnapshot: (id, values) =>
      change(`PATCH ${path}/:id`, id, flight => client.updateSnapshot(id, values, flight)),
    deleteSnapshot: id => change(`DELETE ${path}/:id`, id, flight => client.deleteSnapshot(id, flight)),
  }
}

const path = '/api/v2/replay/heatmap/snapshots'

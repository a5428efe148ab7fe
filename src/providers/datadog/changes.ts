import type { CallContext } from '../../upstream/call-context.ts'
import type { RequestScope } from '../../upstream/source/request-scope.ts'
import type { DatadogClient, Written } from './client.ts'
import { type DatadogSnapshot, type SnapshotChange, type SnapshotCreation, snapshotsRoute } from './wire.ts'

/** One request's changes. Whatever a change may have affected is loaded again afterwards. */
export interface DatadogChanges {
  createSnapshot(creation: SnapshotCreation): Promise<Written<DatadogSnapshot | null>>
  updateSnapshot(id: string, change: SnapshotChange): Promise<Written<DatadogSnapshot | null>>
  deleteSnapshot(id: string): Promise<Written<string>>
}

/** `clear` forgets what was read. */
export function datadogChanges(
  client: DatadogClient,
  scope: RequestScope,
  clear: () => Promise<void>,
): DatadogChanges {
  const change = <Value>(
    route: string,
    id: string | undefined,
    make: (callContext: CallContext) => Promise<Value>,
  ) =>
    scope.change({ route, ...(id !== undefined && { id }) }, async callContext => {
      let isSent = false
      const begun = () => {
        isSent = true
        callContext.begun?.()
      }
      try {
        return await make({ ...callContext, begun })
      } finally {
        // A call that a limit or a breaker held back changed nothing, and cached data may be needed.
        if (isSent) await clear()
      }
    })
  return {
    createSnapshot: creation =>
      change(`POST ${snapshotsRoute}`, undefined, callContext =>
        client.createSnapshot(creation, callContext),
      ),
    updateSnapshot: (id, values) =>
      change(`PATCH ${snapshotsRoute}/:id`, id, callContext =>
        client.updateSnapshot(id, values, callContext),
      ),
    deleteSnapshot: id =>
      change(`DELETE ${snapshotsRoute}/:id`, id, callContext => client.deleteSnapshot(id, callContext)),
  }
}

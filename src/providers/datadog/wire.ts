import { z } from 'zod'
import { UpstreamError } from '../../upstream/error.ts'
import { identifier, instant, optional, sometimes, unused } from '../../upstream/http/wire-values.ts'
import { spelledUuid } from '../../upstream/uuid.ts'

/** For the list of snapshots, and for changes. */
export const snapshotsRoute = '/api/v2/replay/heatmap/snapshots'

/**
 * A millisecond offset; int64 on the wire, which some JSON writers print as a text. A value that no double holds, or that is no
 * whole number, is an error of that field only.
 */
const offset = sometimes(
  z.unknown().transform(value => {
    const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value
    return typeof number === 'number' && Number.isSafeInteger(number)
      ? number
      : new UpstreamError(
          'datadog',
          'UPSTREAM_INVALID_RESPONSE',
          'datadog sent a start that is not a whole number, or too large to be exact.',
        )
  }),
)

/** Every attribute is optional in the vendor's specification; only `type` is required. */
const attributes = z.object({
  application_id: sometimes(z.string().transform(spelledUuid)),
  created_at: sometimes(instant),
  created_by: sometimes(z.string()),
  created_by_handle: sometimes(z.string()),
  created_by_user_id: sometimes(identifier),
  device_type: sometimes(z.string()),
  event_id: sometimes(z.string()),
  is_device_type_selected_by_user: sometimes(z.boolean()),
  modified_at: sometimes(instant),
  org_id: sometimes(identifier),
  session_id: sometimes(z.string()),
  snapshot_name: sometimes(z.string()),
  start: offset,
  view_id: sometimes(z.string()),
  view_name: sometimes(z.string()),
})

const snapshot = z
  .object({
    id: z.string(),
    type: unused,
    attributes: attributes.nullish().transform(known => known ?? attributes.parse({})),
  })
  .transform(({ id, attributes }) => ({
    id,
    applicationId: attributes.application_id,
    viewName: attributes.view_name,
    deviceType: attributes.device_type,
    isDeviceTypeSelectedByUser: attributes.is_device_type_selected_by_user,
    eventId: attributes.event_id,
    sessionId: attributes.session_id,
    viewId: attributes.view_id,
    name: attributes.snapshot_name,
    start: attributes.start,
    createdAt: attributes.created_at,
    modifiedAt: attributes.modified_at,
    createdBy: attributes.created_by,
    createdByHandle: attributes.created_by_handle,
    createdByUserId: attributes.created_by_user_id,
    orgId: attributes.org_id,
  }))

export type DatadogSnapshot = z.output<typeof snapshot>

/** Only `type` is required in the vendor's specification: a snapshot without an id cannot be found again. */
const nameless = z.object({ id: z.undefined().optional(), type: unused }).transform(() => null)

/** `data` of a single answer is optional in the vendor's specification. */
export const snapshotResponse = z.object({ data: optional(z.union([snapshot, nameless])) })
export const snapshotsResponse = z.compile(z.object({ data: z.array(snapshot) }))

export interface SnapshotCreation extends SnapshotChange {
  readonly applicationId: string
  readonly deviceType: string
  readonly name: string
  readonly viewName: string
}

/** What an update may change: a snapshot's name, view, application and device stay as they were created. */
export interface SnapshotChange {
  readonly eventId: string
  readonly isDeviceTypeSelectedByUser: boolean
  readonly sessionId?: string | null | undefined
  /** Milliseconds from the start of the session. */
  readonly start: number
  readonly viewId?: string | null | undefined
}

export function creationBody({ applicationId, deviceType, name, viewName, ...change }: SnapshotCreation) {
  const attributes = {
    application_id: applicationId,
    device_type: deviceType,
    snapshot_name: name,
    view_name: viewName,
    ...changeAttributes(change),
  }
  return { data: { type: 'snapshots', attributes } }
}

export function changeBody(id: string, change: SnapshotChange) {
  return { data: { type: 'snapshots', id, attributes: changeAttributes(change) } }
}

function changeAttributes({ eventId, isDeviceTypeSelectedByUser, sessionId, start, viewId }: SnapshotChange) {
  return {
    event_id: eventId,
    is_device_type_selected_by_user: isDeviceTypeSelectedByUser,
    start,
    ...(sessionId != null && { session_id: sessionId }),
    ...(viewId != null && { view_id: viewId }),
  }
}

/** An expected response of Datadog to a change: a result, while other failures are errors. */
export type SnapshotRefusal = 'REJECTED' | 'FORBIDDEN' | 'NOT_FOUND' | 'CONFLICT' | 'ALREADY_EXISTS'

export interface Refused {
  readonly refusal: SnapshotRefusal
  /** Datadog's own words about it: one line without the keys, at most 200 characters; empty if it said nothing. */
  readonly said: string
}

import type { Snapshot } from './datadog-snapshots.ts'

declare global {
  interface JSON {
    /** A text that `stringify` writes unchanged (ES2026); TypeScript's library lacks it. */
    rawJSON(text: string): object
  }
}

/** The JSON:API resource for `JSON.stringify`, which writes its int64 values exactly. */
export function resource(snapshot: Snapshot): object {
  return {
    attributes: {
      application_id: snapshot.applicationId,
      created_at: snapshot.createdAt,
      created_by: snapshot.createdBy,
      created_by_handle: snapshot.createdByHandle,
      created_by_user_id: JSON.rawJSON(snapshot.createdByUserId),
      device_type: snapshot.deviceType,
      event_id: snapshot.eventId,
      is_device_type_selected_by_user: snapshot.isDeviceTypeSelectedByUser,
      modified_at: snapshot.modifiedAt,
      org_id: JSON.rawJSON(snapshot.orgId),
      session_id: snapshot.sessionId,
      snapshot_name: snapshot.snapshotName,
      start: snapshot.start,
      view_id: snapshot.viewId,
      view_name: snapshot.viewName,
    },
    id: snapshot.id,
    type: 'snapshots',
  }
}

/** A parsed request body, or what is wrong with it. */
export type Read<Asked> = { readonly wrong: readonly string[] } | { readonly asked: Asked }

/** The attributes that can change after a snapshot was created. */
export type Update = Pick<
  Snapshot,
  'eventId' | 'isDeviceTypeSelectedByUser' | 'sessionId' | 'start' | 'viewId'
>

/** The attributes of a create call. */
export type Creation = Update & Pick<Snapshot, 'applicationId' | 'deviceType' | 'snapshotName' | 'viewName'>

/** Reads the body of a create call; names every required attribute that is missing or has a wrong type. */
export function readCreation(body: unknown): Read<Creation> {
  const attributes = open(body)
  const update = readAttributes(attributes)
  const asked = {
    ...update,
    applicationId: attributes.text('application_id'),
    deviceType: attributes.text('device_type'),
    snapshotName: attributes.text('snapshot_name'),
    viewName: attributes.text('view_name'),
  }
  return attributes.wrong.length > 0 ? { wrong: attributes.wrong } : { asked }
}

/** Reads the body of an update call, which may repeat the id. */
export function readUpdate(body: unknown): Read<{ readonly id?: string; readonly update: Update }> {
  const attributes = open(body)
  const update = readAttributes(attributes)
  if (attributes.wrong.length > 0) return { wrong: attributes.wrong }
  const { id } = attributes.data
  return { asked: { update, ...(typeof id === 'string' ? { id } : {}) } }
}

function readAttributes(attributes: ReturnType<typeof open>): Update {
  const sessionId = attributes.optionalText('session_id')
  const viewId = attributes.optionalText('view_id')
  return {
    eventId: attributes.text('event_id'),
    isDeviceTypeSelectedByUser: attributes.flag('is_device_type_selected_by_user'),
    start: attributes.int64('start'),
    ...(sessionId === undefined ? {} : { sessionId }),
    ...(viewId === undefined ? {} : { viewId }),
  }
}

/** The attributes of a request's `data`, with readers that add what they cannot read to `wrong`. */
function open(body: unknown) {
  const data = isObject(body) && isObject(body.data) ? body.data : {}
  const attributes = isObject(data.attributes) ? data.attributes : {}
  const wrong: string[] = []
  if (!isObject(body)) wrong.push('Invalid JSON in request body')
  else if (!isObject(body.data)) wrong.push('data is required')
  else if (data.type !== 'snapshots') wrong.push('data.type must be "snapshots"')
  if ('id' in data && typeof data.id !== 'string') wrong.push('data.id must be a string')

  function read<Value>(name: string, kind: string, fits: (value: unknown) => value is Value, none: Value) {
    const value = attributes[name]
    if (fits(value)) return value
    const complaint = value === undefined || value === null ? 'is required' : `must be ${kind}`
    wrong.push(`data.attributes.${name} ${complaint}`)
    return none
  }
  return {
    data,
    wrong,
    text: (name: string) => read(name, 'a string', isText, ''),
    flag: (name: string) => read(name, 'a boolean', isFlag, false),
    int64: (name: string) => read(name, 'an integer', isInt64, 0),
    optionalText: (name: string) =>
      attributes[name] === undefined ? undefined : read(name, 'a string', isText, ''),
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isFlag(value: unknown): value is boolean {
  return typeof value === 'boolean'
}

function isInt64(value: unknown): value is number {
  return Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 63
}

import type { DatadogSnapshot, SnapshotRefusal as Refusal, Refused } from '../src/providers/datadog/wire.ts'
import { BadInput } from '../src/upstream/bad-input.ts'
import { checked } from './argument-checks.ts'
import { builder } from './builder.ts'
import { callCost } from './costs.ts'
import { checkRouteId } from './route-id.ts'
import { Snapshot } from './snapshot.ts'

const SnapshotRefusalReason = builder.enumType('SnapshotRefusalReason', {
  description: 'Why Datadog refused a change.',
  values: {
    REJECTED: { description: 'Datadog does not accept the input.' },
    FORBIDDEN: { description: 'The keys may not change snapshots.' },
    NOT_FOUND: { description: 'The snapshot does not exist, or what it should show does not.' },
    CONFLICT: { description: 'Somebody else changed it meanwhile.' },
    ALREADY_EXISTS: { description: 'The snapshot exists already.' },
  } as const satisfies Record<Refusal, unknown>,
})

const SnapshotRefusal = builder.objectRef<Refused>('SnapshotRefusal')
SnapshotRefusal.implement({
  description: 'Datadog refused the change; nothing was changed.',
  fields: t => ({
    reason: t.expose('refusal', { type: SnapshotRefusalReason, nullable: false, description: 'Why.' }),
    message: t.string({
      nullable: false,
      description: "The reason as a sentence, with Datadog's own words if it sent any.",
      resolve: ({ refusal, said }) =>
        said === '' ? sentences[refusal] : `${sentences[refusal]} It says: ${said}`,
    }),
  }),
})

const sentences: Readonly<Record<Refusal, string>> = {
  REJECTED: 'Datadog does not accept these values.',
  FORBIDDEN: 'The keys of Datadog may not change snapshots.',
  NOT_FOUND: 'Datadog does not know this snapshot, or what it should show.',
  CONFLICT: 'The snapshot was changed meanwhile.',
  ALREADY_EXISTS: 'Datadog has such a snapshot already.',
}

const SnapshotWritten = builder.objectRef<{ readonly written: DatadogSnapshot | null }>('SnapshotWritten')
SnapshotWritten.implement({
  description: 'The change was made.',
  fields: t => ({
    snapshot: t.expose('written', {
      type: Snapshot,
      description: 'The snapshot as it is now; null if Datadog made the change and did not return it.',
    }),
  }),
})

const SnapshotDeleted = builder.objectRef<{ readonly written: string }>('SnapshotDeleted')
SnapshotDeleted.implement({
  description: 'The snapshot is gone.',
  fields: t => ({ id: t.exposeID('written', { nullable: false, description: 'The id that it had.' }) }),
})

const WriteSnapshotResult = builder.unionType('WriteSnapshotResult', {
  description: 'The outcome of creating or updating a snapshot.',
  types: [SnapshotWritten, SnapshotRefusal],
  resolveType: result => ('written' in result ? SnapshotWritten : SnapshotRefusal),
})

const DeleteSnapshotResult = builder.unionType('DeleteSnapshotResult', {
  description: 'The outcome of deleting a snapshot.',
  types: [SnapshotDeleted, SnapshotRefusal],
  resolveType: result => ('written' in result ? SnapshotDeleted : SnapshotRefusal),
})

type InputFields = Parameters<Parameters<typeof builder.inputType>[1]['fields']>[0]

/** The replay and the moment in it that a snapshot shows. */
const replayFields = (t: InputFields) => ({
  eventId: t.id({ required: true, description: 'The RUM event that the snapshot shows.' }),
  isDeviceTypeSelectedByUser: t.boolean({
    required: true,
    description: 'True if a person chose the device type; false if it was detected.',
  }),
  sessionId: t.id({ description: 'The RUM session.' }),
  start: t.field({
    type: 'SafeInt',
    required: true,
    description: 'Milliseconds from the start of the session; not negative.',
  }),
  viewId: t.id({ description: 'The RUM view.' }),
})

const CreateSnapshotInput = builder.inputType('CreateSnapshotInput', {
  description: 'A new snapshot.',
  fields: t => ({
    applicationId: t.id({ required: true, description: 'The RUM application.' }),
    deviceType: t.string({
      required: true,
      description: 'Such as `desktop`, `mobile` or `tablet`; free text.',
    }),
    name: t.string({ required: true, description: 'The name of the snapshot.' }),
    viewName: t.string({ required: true, description: 'The view as Datadog names it, such as `/home`.' }),
    ...replayFields(t),
  }),
})

const UpdateSnapshotInput = builder.inputType('UpdateSnapshotInput', {
  description: "A snapshot's new moment in a replay. Its name, view, application and device stay.",
  fields: t => ({
    id: t.id({ required: true, description: "Datadog's id of the snapshot." }),
    ...replayFields(t),
  }),
})

const DeleteSnapshotInput = builder.inputType('DeleteSnapshotInput', {
  description: 'The snapshot to delete.',
  fields: t => ({ id: t.id({ required: true, description: "Datadog's id of the snapshot." }) }),
})

const checkedInput = checked<{ readonly input: object }>(({ input }) => checkInput(input))

builder.mutationFields(t => ({
  createSnapshot: t.field({
    requiresScopes: [['snapshots:write']],
    cost: callCost,
    type: WriteSnapshotResult,
    description:
      'Creates a snapshot at Datadog. Not safe to repeat: once the request has left, its error is not `retryable`, since the snapshot may exist. Look before you try again.',
    args: { input: t.arg({ type: CreateSnapshotInput, required: true, description: 'The new snapshot.' }) },
    extensions: checkedInput,
    resolve: (_root, { input }, { datadog }) => datadog().createSnapshot(input),
  }),
  updateSnapshot: t.field({
    requiresScopes: [['snapshots:write']],
    cost: callCost,
    type: WriteSnapshotResult,
    description: 'Changes the moment of the replay that a snapshot at Datadog shows.',
    args: { input: t.arg({ type: UpdateSnapshotInput, required: true, description: 'The change.' }) },
    extensions: checkedInput,
    resolve: (_root, { input: { id, ...change } }, { datadog }) => datadog().updateSnapshot(id, change),
  }),
  deleteSnapshot: t.field({
    requiresScopes: [['snapshots:write']],
    cost: callCost,
    type: DeleteSnapshotResult,
    description: 'Deletes a snapshot at Datadog.',
    args: { input: t.arg({ type: DeleteSnapshotInput, required: true, description: 'Which one.' }) },
    extensions: checkedInput,
    resolve: (_root, { input: { id } }, { datadog }) => datadog().deleteSnapshot(id),
  }),
}))

/** In characters: a whole input stays far below the limits of gateways. */
const longestMember = 10_000

function checkInput(input: object): void {
  for (const [name, value] of Object.entries(input)) {
    if (name === 'id' && typeof value === 'string') checkRouteId(value)
    if (typeof value === 'string' && value.trim() === '')
      throw new BadInput(`input.${name} must not be empty.`)
    if (typeof value === 'string' && value.length > longestMember)
      throw new BadInput(`input.${name} must have at most ${longestMember} characters.`)
    if (typeof value === 'number' && value < 0)
      throw new BadInput(`input.${name} must not be negative, unlike ${value}.`)
  }
}

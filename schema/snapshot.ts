import type { Context } from '../src/context.ts'
import type { SnapshotFilter } from '../src/providers/datadog/client.ts'
import type { DatadogSnapshot } from '../src/providers/datadog/wire.ts'
import { BadInput } from '../src/upstream/bad-input.ts'
import { spelledPath } from '../src/upstream/page-path.ts'
import { checked } from './argument-checks.ts'
import { builder } from './builder.ts'
import { checkFirst } from './connection.ts'
import { callCost, listSize } from './costs.ts'
import { orThrow } from './value.ts'
import { View, type ViewRecord } from './view.ts'

export const Snapshot = builder.objectRef<DatadogSnapshot>('Snapshot')
Snapshot.implement({
  requiresScopes: [['snapshots:read']],
  description:
    'A replay heatmap snapshot at Datadog: a named moment in the replay of a session. It may outlive the session.',
  fields: t => ({
    id: t.exposeID('id', { nullable: false, description: "Datadog's id of the snapshot." }),
    applicationId: t.exposeID('applicationId', { description: 'The RUM application.' }),
    viewName: t.exposeString('viewName', { description: 'The view as Datadog names it.' }),
    deviceType: t.exposeString('deviceType', {
      description: 'Such as `desktop`, `mobile` or `tablet`; free text.',
    }),
    isDeviceTypeSelectedByUser: t.exposeBoolean('isDeviceTypeSelectedByUser', {
      description: 'True if a person chose the device type; false if it was detected.',
    }),
    eventId: t.exposeID('eventId', { description: 'The RUM event that it shows.' }),
    sessionId: t.exposeID('sessionId', {
      requiresScopes: [['people:read']],
      description: 'The RUM session. Personal data.',
    }),
    viewId: t.exposeID('viewId', { description: 'The RUM view.' }),
    name: t.exposeString('name', { description: 'The name that its maker gave it.' }),
    start: t.field({
      type: 'SafeInt',
      description: 'Milliseconds from the start of the session.',
      resolve: ({ start }) => orThrow(start),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    modifiedAt: t.expose('modifiedAt', { type: 'DateTime', description: 'When it was last changed.' }),
    createdBy: t.exposeString('createdBy', {
      requiresScopes: [['people:read']],
      description: 'Who made it. Personal data.',
    }),
    createdByHandle: t.exposeString('createdByHandle', {
      requiresScopes: [['people:read']],
      description: 'Their e-mail address. Personal data.',
    }),
    createdByUserId: t.exposeID('createdByUserId', {
      requiresScopes: [['people:read']],
      description: "Datadog's number of the user. Personal data.",
    }),
    orgId: t.exposeID('orgId', { description: "Datadog's number of the organisation." }),
    view: t.field({
      type: View,
      description:
        'The page that it belongs to, if the catalog maps its application and its view name is a path. Null if the view name stands for several pages.',
      resolve: (snapshot, _args, { catalog }) => viewOf(snapshot, catalog),
    }),
  }),
})

const maximumSnapshots = 1000
const defaultFirst = 100

const snapshotArguments = builder.args(t => ({
  deviceType: t.string({ description: 'Only this device type, such as `desktop`. All by default.' }),
  first: t.int({
    defaultValue: defaultFirst,
    description: `The maximum number, 1 to ${maximumSnapshots}. Datadog does not say whether there are more.`,
  }),
}))

builder.queryField('snapshots', t =>
  t.field({
    type: [Snapshot],
    cost: callCost,
    listSize,
    description:
      'Replay heatmap snapshots of a view at Datadog. The same filter with different limits costs one call.',
    args: {
      viewName: t.arg.string({
        required: true,
        description: 'The view as Datadog names it, such as `/home`.',
      }),
      ...snapshotArguments,
      applicationId: t.arg.id({ description: 'Only this RUM application. All by default.' }),
    },
    extensions: checked<SnapshotFilter & { readonly first?: number | null }>(
      ({ viewName, first, ...filter }) => {
        checkViewName(viewName)
        checkFilter(filter)
        checkFirst(first, maximumSnapshots)
      },
    ),
    resolve: (_root, key, { loaders }) => snapshotsFor(key, loaders),
  }),
)

builder.objectField(View, 'snapshots', t =>
  t.field({
    type: [Snapshot],
    cost: callCost,
    listSize,
    description:
      'Its replay heatmap snapshots at Datadog, by the name of the view. If Datadog lists none, a path with a final slash or escapes is asked without them too, and with escapes in small letters, one call each. Null for a website that Datadog does not know.',
    args: snapshotArguments,
    extensions: checked<Omit<SnapshotFilter, 'viewName'> & { readonly first?: number | null }>(
      ({ first, ...filter }) => {
        checkFilter(filter)
        checkFirst(first, maximumSnapshots)
      },
    ),
    resolve: ({ website, path }, filter, { loaders, catalog }) => {
      const { datadogApplicationId: applicationId } = website
      if (applicationId === null) return null
      return snapshotsOf(catalog.viewNames(website, path), { ...filter, applicationId }, loaders)
    },
  }),
)

/** Null if Datadog's whole list of the view does not have it; throws if the list may be longer. */
export async function findSnapshot(
  { id, viewName }: { readonly id: string; readonly viewName: string },
  { loaders }: Context,
): Promise<DatadogSnapshot | null> {
  checkViewName(viewName)
  return loaders.datadog.find(viewName, id)
}

function checkViewName(viewName: string): void {
  if (viewName.trim() === '') throw new BadInput('viewName must name a view.')
  checkFilter({ viewName })
}

/** Characters that a URL's query can hold. */
const longestFilter = 2000

function checkFilter(filter: object): void {
  for (const [name, value] of Object.entries(filter)) {
    if (typeof value === 'string' && value.length > longestFilter)
      throw new BadInput(`${name} must have at most ${longestFilter} characters.`)
  }
}

async function snapshotsFor(
  { first, ...filter }: SnapshotFilter & { readonly first?: number | null | undefined },
  { datadog }: Context['loaders'],
): Promise<DatadogSnapshot[]> {
  return [...(await datadog.snapshots.load({ ...filter, first: first ?? defaultFirst }))]
}

/** The snapshots of the first name that has some. */
async function snapshotsOf(
  names: readonly string[],
  filter: Omit<Parameters<typeof snapshotsFor>[0], 'viewName'>,
  loaders: Context['loaders'],
): Promise<DatadogSnapshot[]> {
  for (const viewName of names) {
    checkFilter({ viewName })
    const snapshots = await snapshotsFor({ ...filter, viewName }, loaders)
    if (snapshots.length > 0) return snapshots
  }
  return []
}

function viewOf(
  { applicationId, viewName }: DatadogSnapshot,
  catalog: Context['catalog'],
): ViewRecord | null {
  const website = catalog.websites.find(known => known.datadogApplicationId === applicationId)
  // Datadog writes `?` for the parts that it leaves out, and its names have no fragment.
  if (!website || !/^\/[^?#]*$/.test(viewName ?? '') || viewName === null) return null
  // A pattern's name may look like a path that matches the pattern.
  if (website.views.some(view => view.viewName === viewName)) return null
  const path = spelledPath(viewName)
  return catalog.mappedViewName(website, path) === undefined ? { website, path } : null
}

import { noise, type Site, sites, uuid, viewNames } from './world.ts'

/** A stored snapshot; `int64` values are decimal text, since they may not fit a double. */
export interface Snapshot {
  readonly id: string
  readonly applicationId: string
  readonly createdAt: string
  readonly createdBy: string
  readonly createdByHandle: string
  readonly createdByUserId: string
  readonly deviceType: string
  readonly eventId: string
  readonly isDeviceTypeSelectedByUser: boolean
  readonly modifiedAt: string
  readonly orgId: string
  readonly sessionId?: string
  readonly snapshotName: string
  readonly start: number
  readonly viewId?: string
  readonly viewName: string
}

/** The author of a snapshot. */
export type Author = Pick<Snapshot, 'createdBy' | 'createdByHandle' | 'createdByUserId' | 'orgId'>

/** The owner of the emulator's keys, and so the author of snapshots that are created through it. */
export const keyOwner: Author = author('Sandbox Owner', 'owner@example.com', '9007199254740993')

/**
 * The same snapshots at every start, unordered: one to three for each view name and device type of each site, and the one
 * of the vendor page's examples.
 */
export function madeUpSnapshots(): Snapshot[] {
  return [example(), ...sites.flatMap(ofSite)]
}

function ofSite(site: Site): Snapshot[] {
  const views = new Set(site.paths.map(path => viewName(site, path)))
  return [...views].flatMap(view =>
    devices.flatMap(device => {
      const count = 1 + Math.floor(noise('datadog', 'count', site.id, view, device) * 3)
      return Array.from({ length: count }, (_, index) => madeUp(site, view, device, index))
    }),
  )
}

function viewName(site: Site, path: string): string {
  const named = viewNames.find(
    view => view.site === site.id && new URLPattern({ pathname: view.path }).test(path, site.origin),
  )
  return named?.viewName ?? path
}

function madeUp(site: Site, view: string, device: string, index: number): Snapshot {
  const key = ['datadog', site.id, view, device, index] as const
  const createdAt = Date.UTC(2026, 0, 5) + Math.floor(noise(...key, 'created') * 250 * day)
  const modifiedAt = createdAt + Math.floor(noise(...key, 'modified') * 10 * day)
  return {
    id: uuid(...key),
    applicationId: site.datadogApplicationId,
    createdAt: new Date(createdAt).toISOString(),
    deviceType: device,
    eventId: uuid(...key, 'event'),
    isDeviceTypeSelectedByUser: noise(...key, 'selected') < 0.3,
    modifiedAt: new Date(modifiedAt).toISOString(),
    sessionId: uuid(...key, 'session'),
    snapshotName: `${view} on ${device} ${index + 1}`,
    start: Math.floor(noise(...key, 'start') * 600_000),
    viewId: uuid(...key, 'view'),
    viewName: view,
    ...(authors[Math.floor(noise(...key, 'author') * authors.length)] ?? keyOwner),
  }
}

function example(): Snapshot {
  return {
    id: '00000000-0000-0000-0000-000000000001',
    applicationId: 'aaaaaaaa-1111-2222-3333-bbbbbbbbbbbb',
    createdAt: '2019-09-19T10:00:00.000Z',
    deviceType: 'desktop',
    eventId: '11111111-2222-3333-4444-555555555555',
    isDeviceTypeSelectedByUser: false,
    modifiedAt: '2019-09-19T10:00:00.000Z',
    sessionId: 'string',
    snapshotName: 'My Snapshot',
    start: 0,
    viewId: 'string',
    viewName: '/home',
    ...keyOwner,
  }
}

const devices = ['desktop', 'mobile', 'tablet']
const day = 86_400_000

/** One id is beyond 2^53 and one is small: a client must handle both exactly. */
const authors: readonly Author[] = [
  author('Grace Murray', 'grace@example.com', '9223372036854775807'),
  author('Katherine Coleman', 'katherine@example.com', '4711'),
]

function author(createdBy: string, createdByHandle: string, createdByUserId: string): Author {
  return { createdBy, createdByHandle, createdByUserId, orgId: '9007199254741993' }
}

import { noise, type Site, sites, uuid } from './world.ts'

/** A saved heatmap as it is sent. */
export interface SavedHeatmap {
  readonly id: string
  readonly short_id: string
  readonly name: string | null
  readonly url: string
  readonly data_url: string | null
  readonly target_widths: readonly number[] | null
  readonly type: 'screenshot' | 'iframe' | 'recording'
  readonly status: 'processing' | 'completed' | 'failed'
  readonly has_content: boolean
  readonly snapshots: readonly { readonly width: number; readonly has_content: boolean }[]
  readonly deleted: boolean
  readonly created_by: User | null
  readonly created_at: string
  readonly updated_at: string
  readonly exception: string | null
}

/** A heatmap as the emulator stores it; `asOf` returns its state at a time. */
export interface StoredHeatmap {
  readonly projectId: string
  readonly heatmap: SavedHeatmap
  /** When its render began; widths are rendered one after the other. */
  readonly renderingSince?: Date
  /** Whether its images are stored where the content route cannot read them. */
  readonly external?: boolean
  /** The vendor page's own example: returned as printed there, although it is deleted. */
  readonly example?: boolean
}

interface User {
  readonly id: number
  readonly uuid: string
  readonly distinct_id: string
  readonly first_name: string
  readonly last_name: string
  readonly email: string
  readonly is_email_verified: boolean
  readonly hedgehog_config: object
  readonly role_at_organization: string
}

/**
 * The same saved heatmaps at every start: six of the first paths of each site, and on the shop one of each outcome, with a
 * short id that names it. Only `rendering` depends on the start time of the emulator.
 */
export function madeUpHeatmaps(startedAt: Date): StoredHeatmap[] {
  return [...sites.flatMap(ordinary), ...sites.filter(site => site.id === 'shop').flatMap(unusual), example()]

  function unusual(site: Site): StoredHeatmap[] {
    const stored = { widths: [768, 1024], rendered: [768, 1024] }
    const none = { widths: [768, 1024], rendered: [] }
    return [
      {
        ...store(site, '/products/1', 'rendering', {
          widths: [375, 768, 1024, 1440],
          rendered: [],
          status: 'processing',
          created_at: startedAt.toISOString(),
          updated_at: startedAt.toISOString(),
        }),
        renderingSince: startedAt,
      },
      store(site, '/products/2', 'stuck', { widths: [768, 1024], rendered: [768], status: 'processing' }),
      store(site, '/products/3', 'failed', {
        ...none,
        status: 'failed',
        exception: `Screenshot provider returned status 403 for ${site.origin}/products/3`,
      }),
      store(site, '/products/4', 'iframe', { ...none, type: 'iframe' }),
      store(site, '/products/5', 'recording', { ...none, type: 'recording' }),
      { ...store(site, '/products/6', 'external', stored), external: true },
      store(site, '/products/7', 'deleted', { ...stored, deleted: true }),
      store(site, '/products/8', 'ownerless', { ...stored, created_by: null }),
    ]
  }
}

/** A stored heatmap's state at a time; a render stores its widths one at a time, each after `renderSeconds`. */
export function asOf(stored: StoredHeatmap, now: Date, renderSeconds: number): SavedHeatmap {
  const { heatmap, renderingSince } = stored
  if (!renderingSince) return heatmap
  const widths = heatmap.target_widths ?? []
  const elapsed = (now.getTime() - renderingSince.getTime()) / 1000
  const count = renderSeconds > 0 ? Math.floor(elapsed / renderSeconds) : widths.length
  const done = count >= widths.length
  const doneAt = new Date(renderingSince.getTime() + widths.length * renderSeconds * 1000)
  return {
    ...heatmap,
    ...renditions(widths.slice(0, Math.max(0, count))),
    status: done ? 'completed' : 'processing',
    updated_at: (done ? doneAt : renderingSince).toISOString(),
  }
}

/** Restarts a render: drops all stored images at once, as the vendor does. */
export function rerender(stored: StoredHeatmap, now: Date): StoredHeatmap {
  return {
    ...stored,
    heatmap: { ...stored.heatmap, ...renditions([]), exception: null },
    renderingSince: now,
  }
}

function ordinary(site: Site): StoredHeatmap[] {
  return site.paths.slice(0, 6).map((path, index) => {
    const widths = targetWidths[index % targetWidths.length] ?? []
    const shortId = uuid('posthog', 'short', site.id, path).replaceAll('-', '').slice(0, 8)
    return store(site, path, shortId, { widths, rendered: widths })
  })
}

const targetWidths = [
  [320, 375, 425, 768, 1024, 1440, 1920],
  [768, 1024],
  [320, 768, 1440, 1920],
]

function store(
  site: Site,
  path: string,
  shortId: string,
  {
    widths,
    rendered,
    ...rest
  }: Partial<SavedHeatmap> & { readonly widths: readonly number[]; readonly rendered: readonly number[] },
): StoredHeatmap {
  const url = site.origin + path
  const createdAt = Date.UTC(2026, 0, 5) + Math.floor(noise('posthog', 'created', url) * 180 * day)
  const updatedAt = createdAt + Math.floor(noise('posthog', 'updated', url) * 20 * day)
  return {
    projectId: site.posthogProjectId,
    heatmap: {
      id: uuid('posthog', 'heatmap', site.id, shortId),
      short_id: shortId,
      name: `${site.name} ${path}`,
      url,
      data_url: url,
      target_widths: widths,
      type: 'screenshot',
      status: 'completed',
      ...renditions(rendered),
      deleted: false,
      created_by: users[Math.floor(noise('posthog', 'user', url) * users.length)] ?? null,
      created_at: new Date(createdAt).toISOString(),
      updated_at: new Date(updatedAt).toISOString(),
      exception: null,
      ...rest,
    },
  }
}

function renditions(widths: readonly number[]): Pick<SavedHeatmap, 'has_content' | 'snapshots'> {
  const snapshots = widths.map(width => ({ width, has_content: true })).sort((a, b) => a.width - b.width)
  return { has_content: snapshots.length > 0, snapshots }
}

const day = 86_400_000

const users: readonly User[] = [
  user(11, 'Ada', 'Byron', 'engineering'),
  user(12, 'Mary', 'Somerville', 'product'),
  user(13, 'Étienne', "O'Dowd", 'marketing'),
]

function user(id: number, first_name: string, last_name: string, role_at_organization: string): User {
  return {
    id,
    uuid: uuid('posthog', 'user', id),
    distinct_id: uuid('posthog', 'distinct', id).replaceAll('-', ''),
    first_name,
    last_name,
    email: `user${id}@example.com`,
    is_email_verified: true,
    hedgehog_config: {},
    role_at_organization,
  }
}

function example(): StoredHeatmap {
  return {
    projectId: '1',
    example: true,
    heatmap: {
      id: '497f6eca-6276-4993-bfeb-53cbbbba6f08',
      short_id: 'string',
      name: 'string',
      url: 'http://example.com',
      data_url: 'http://example.com',
      target_widths: null,
      type: 'screenshot',
      status: 'processing',
      has_content: true,
      snapshots: [{ width: 0, has_content: true }],
      deleted: true,
      created_by: {
        id: 0,
        uuid: '095be615-a8ad-4c33-8e9c-c7612fbf6c9f',
        distinct_id: 'string',
        first_name: 'string',
        last_name: 'string',
        email: 'user@example.com',
        is_email_verified: true,
        hedgehog_config: {},
        role_at_organization: 'engineering',
      },
      created_at: '2019-08-24T14:15:22Z',
      updated_at: '2019-08-24T14:15:22Z',
      exception: 'string',
    },
  }
}

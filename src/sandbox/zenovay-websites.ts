import { noise, type Site, sites } from './world.ts'

/** A website in Zenovay's own list. */
export interface ZenovayWebsite {
  readonly id: string
  readonly domain: string
  readonly name: string
  readonly tracking_code: string
  readonly is_active: boolean
  readonly created_at: string
  readonly team_id: string
}

export interface ZenovayPage {
  readonly url: string
  readonly total_interactions: number
  readonly last_updated: string
}

/** A website that exists, but belongs to another account. */
export const foreignWebsiteId = 'e5f6a7b8-c9d0-4234-9f01-345678901234'

/** The account's websites: the world's, then one that only Zenovay has. */
export function zenovayWebsites(): ZenovayWebsite[] {
  return known.map(({ id, origin, name }, index) => ({
    id,
    domain: new URL(origin).host,
    name,
    tracking_code: `ZV_sandbox${index + 1}`,
    is_active: true,
    created_at: `2025-11-${15 + index}T10:30:00.000Z`,
    // Not a UUID on the vendor's page either.
    team_id: 't1a2b3c4-d5e6-7890-abcd-ef1234567890',
  }))
}

/** Every page of a website, with the most interactions first, last used on the day before `now`. */
export function zenovayPages(websiteId: string, now: Date): ZenovayPage[] {
  const website = known.find(({ id }) => id === websiteId)
  if (!website) return []
  const midnight = Math.floor(now.getTime() / day) * day
  const examples = websiteId === sites[0]?.zenovayId ? examplePages : []
  const others = website.paths.slice(examples.length).map((url, index) => {
    const share =
      (index + examples.length + 1) ** -0.8 * (0.95 + 0.05 * noise('interactions', websiteId, url))
    return {
      url,
      total_interactions: Math.floor(website.busiest * share),
      last_updated: new Date(midnight - Math.floor(day * noise('updated', websiteId, url))).toISOString(),
    }
  })
  return [...examples, ...others.sort((one, other) => other.total_interactions - one.total_interactions)]
}

interface KnownWebsite extends Pick<Site, 'name' | 'origin' | 'paths'> {
  readonly id: string
  /** The approximate number of interactions of its busiest page. */
  readonly busiest: number
}

const day = 86_400_000

const known: readonly KnownWebsite[] = [
  ...sites.map((site, index) => ({
    ...site,
    id: site.zenovayId,
    busiest: [9000, 6000, 2500][index] ?? 1000,
  })),
  {
    id: 'd4e5f6a7-b8c9-4123-8ef0-234567890123',
    name: 'Status',
    origin: 'https://status.example.com',
    paths: ['/', '/history', '/subscribe'],
    busiest: 400,
  },
]

/** The example on the vendor's page. */
const examplePages: readonly ZenovayPage[] = [
  { url: '/', total_interactions: 12543, last_updated: '2026-02-07T14:30:00.000Z' },
  { url: '/pricing', total_interactions: 8765, last_updated: '2026-02-07T14:25:00.000Z' },
  { url: '/features', total_interactions: 5432, last_updated: '2026-02-07T13:45:00.000Z' },
  { url: '/signup', total_interactions: 3210, last_updated: '2026-02-07T12:15:00.000Z' },
]

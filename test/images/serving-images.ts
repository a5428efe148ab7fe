import { askText } from '../support/client.ts'
import type { Served } from '../support/serving.ts'

export interface Shown {
  readonly state: string
  readonly link: string | null
  readonly width: number | null
  readonly requestedWidth: number | null
  readonly retryAfterSeconds: number | null
  readonly failure: string | null
}

/** A week of the sandbox's stores. */
export const week = { start: '2026-06-01T00:00:00Z', end: '2026-06-08T00:00:00Z' }

const fields = 'state link width requestedWidth retryAfterSeconds failure'

/** The images of a store's week: every recording, type and slice. */
export async function spatialImages(
  { origin }: Served,
  { location = 'oxford-street', width = null }: { location?: string; width?: number | null } = {},
): Promise<readonly Shown[]> {
  const { data, errors } = await askText<{ location: { heatmaps: { image: Shown }[] } }>(
    origin,
    `query ($id: ID!, $range: TimeRange!, $width: Int) {
      location(by: { id: $id }) {
        heatmaps(range: $range, types: [PATH, LINGER, ENTRY, EXIT]) { image(width: $width) { ${fields} } }
      }
    }`,
    { id: location, range: week, width },
  )
  if (errors.length > 0) throw new Error(JSON.stringify(errors))
  return data.location.heatmaps.map(({ image }) => image)
}

/** The image of one of the shop's saved heatmaps, by its short id. */
export async function pageImage(served: Served, shortId: string, width = 1024): Promise<Shown> {
  const id = await pageHeatmapId(served, shortId)
  const { data, errors } = await askText<{ node: { image: Shown } }>(
    served.origin,
    `query ($id: ID!, $width: Int) { node(id: $id) { ... on PageHeatmap { image(width: $width) { ${fields} } } } }`,
    { id, width },
  )
  if (errors.length > 0) throw new Error(JSON.stringify(errors))
  return data.node.image
}

export async function pageHeatmapId({ origin }: Served, shortId: string): Promise<string> {
  const { data } = await askText<{ website: { heatmaps: { nodes: { id: string; shortId: string }[] } } }>(
    origin,
    '{ website(by: { id: "shop" }) { heatmaps(first: 100) { nodes { id shortId } } } }',
  )
  return data.website.heatmaps.nodes.find(node => node.shortId === shortId)?.id ?? ''
}

/** The link of the first image of the kind. */
export async function linkOf(served: Served, kind: 'spatial' | 'page'): Promise<string> {
  const image = kind === 'page' ? await pageImage(served, 'ownerless') : (await spatialImages(served))[0]
  return image?.link ?? ''
}

export const contentRoute = 'GET /api/projects/:project_id/heatmap_screenshots/:id/content{/}?'
export const imageHostRoute = 'GET /heatmaps/:location/:recording/:type/:image'

import { z } from 'zod'
import { spatialHeatmapTypes } from '../providers/aura-vision/wire.ts'

const text = z.string().nullable()
const list = z.array(z.string()).optional()

/** One Aura Vision image: its row, and the filter it was drawn with. */
const spatialReference = z.object({
  provider: z.literal('aura-vision'),
  locationId: z.string(),
  recordingId: text,
  type: z.enum(spatialHeatmapTypes),
  role: text,
  age: text,
  gender: text,
  /** In UTC. */
  createdAt: z.iso.datetime(),
  roles: list,
  ages: list,
  genders: list,
  taxonomy: z.string().optional(),
})

/** One PostHog image: a heatmap at a width. */
const screenshotReference = z.object({
  provider: z.literal('posthog'),
  scope: z.object({ kind: z.enum(['projects', 'environments']), id: z.string() }),
  uuid: z.string(),
  width: z.int(),
})

/** What a link says of its image: enough to request it again, but no credential. */
export const imageReference = z.discriminatedUnion('provider', [spatialReference, screenshotReference])

/** Whose images have links. */
export const imageProviders = [
  'aura-vision',
  'posthog',
] as const satisfies readonly ImageReference['provider'][]

export type ScreenshotReference = z.output<typeof screenshotReference>
export type ImageReference = z.output<typeof imageReference>

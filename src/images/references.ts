import { z } from 'zod'
import { spatialHeatmapTypes } from '../providers/aura-vision/wire.ts'
import type { HeatAggregation, HeatType } from '../providers/posthog/records.ts'

const text = z.string().nullable()
const list = z.array(z.string()).optional()

/** An Aura Vision image: its row, and the filter that it was drawn with. */
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

const heatTypes = ['click', 'rageClick', 'mouseMove', 'scrollDepth'] as const satisfies readonly HeatType[]
const aggregations = ['total', 'uniqueVisitors'] as const satisfies readonly HeatAggregation[]
const days = z.object({ from: z.string(), to: z.string() })
const bound = z.int().nullable()

/** The heat drawn over a page: all that decides about its questions, so that the link allows no others. */
const heatOverlay = z.object({
  page: z.string(),
  type: z.enum(heatTypes),
  days,
  /** Earlier days, to draw what increased and decreased since. */
  against: days.optional(),
  aggregation: z.enum(aggregations),
  /** Null for widths close to that of the image. */
  viewport: z.object({ min: bound, max: bound }).nullable(),
})

/** A PostHog image: a heatmap at a width, with or without heat. */
const screenshotReference = z.object({
  provider: z.literal('posthog'),
  scope: z.object({ kind: z.enum(['projects', 'environments']), id: z.string() }),
  uuid: z.string(),
  width: z.int(),
  overlay: heatOverlay.optional(),
})

/** The content of an image link: enough to request the image again, but no credential. */
export const imageReference = z.discriminatedUnion('provider', [spatialReference, screenshotReference])

/** The vendors whose images have links. */
export const imageProviders = [
  'aura-vision',
  'posthog',
] as const satisfies readonly ImageReference['provider'][]

/** For values that are never negative, and for differences. */
export const palettes = {
  sequential: ['viridis', 'inferno', 'cividis'],
  diverging: ['blue-orange'],
} as const
/** How much heat may cover of the page below it. */
export const opacities: readonly number[] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]

/** The widest that an image is served, in pixels. */
export const maximumWidth = 4096

/** How heat is drawn: readers of a link may choose it, since it costs no call. */
export interface OverlayLook {
  readonly palette?: Palette | undefined
  readonly opacity?: number | undefined
}

export type Palette = (typeof palettes)[keyof typeof palettes][number]
export type HeatOverlay = z.output<typeof heatOverlay>
export type ScreenshotReference = z.output<typeof screenshotReference>
export type ImageReference = z.output<typeof imageReference>

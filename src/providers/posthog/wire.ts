import { z } from 'zod'
import { identifier, instant, optional, sometimes, unused } from '../../upstream/http/wire-values.ts'
import { spelledUuid } from '../../upstream/uuid.ts'
import type { HeatQuestion, HeatType } from './records.ts'

/** The vendor's `UserBasic`; null where the user was removed. */
const user = z
  .object({
    id: optional(identifier),
    uuid: optional(z.string()),
    distinct_id: optional(z.string()),
    first_name: optional(z.string()),
    last_name: optional(z.string()),
    email: optional(z.string()),
    is_email_verified: optional(z.boolean()),
    hedgehog_config: optional(z.unknown()),
    role_at_organization: optional(z.string()),
  })
  .transform(user => ({
    id: user.id,
    uuid: user.uuid,
    distinctId: user.distinct_id,
    firstName: user.first_name,
    lastName: user.last_name,
    email: user.email,
    isEmailVerified: user.is_email_verified,
    hedgehogConfig: user.hedgehog_config,
    roleAtOrganization: user.role_at_organization,
  }))

const rendition = z
  .object({ width: z.int32(), has_content: optional(z.boolean()) })
  .transform(({ width, has_content }) => ({ width, hasContent: has_content }))

const heatmapMembers = z.object({
  id: z.string().transform(spelledUuid),
  short_id: optional(z.string()),
  name: optional(z.string()),
  url: optional(z.string()),
  data_url: optional(z.string()),
  target_widths: optional(z.array(z.int32())),
  type: optional(z.string()),
  status: optional(z.string()),
  has_content: optional(z.boolean()),
  snapshots: optional(z.array(rendition)),
  deleted: optional(z.boolean()),
  created_by: optional(user),
  created_at: optional(instant),
  updated_at: optional(instant),
  exception: optional(z.string()),
  block_consent_modals: sometimes(z.boolean()),
})

function heatmapRecord(heatmap: z.output<typeof heatmapMembers>) {
  return {
    id: heatmap.id,
    shortId: heatmap.short_id,
    name: heatmap.name,
    url: heatmap.url,
    dataUrl: heatmap.data_url,
    targetWidths: heatmap.target_widths,
    type: heatmap.type,
    status: heatmap.status,
    hasContent: heatmap.has_content,
    renditions: heatmap.snapshots,
    deleted: heatmap.deleted,
    createdBy: heatmap.created_by,
    createdAt: heatmap.created_at,
    updatedAt: heatmap.updated_at,
    exception: heatmap.exception,
    blocksConsentModals: heatmap.block_consent_modals,
  }
}

/** The metadata of a saved heatmap, in the list and in its own response. */
const heatmap = heatmapMembers.transform(heatmapRecord)

export type PostHogUser = z.output<typeof user>
export type PostHogRendition = z.output<typeof rendition>
export type PostHogHeatmap = z.output<typeof heatmap>

export const heatmapResponse = heatmap
/** The same in the content route's response while there is no image; with 501 it also gives the reason (vendor source). */
export const missingScreenshotResponse = heatmapMembers
  .extend({ error: sometimes(z.string()) })
  .transform(heatmapRecord)
export const heatmapsResponse = z.compile(z.object({ results: z.array(heatmap), count: z.int() }))

/** The width of the image, which only the file name contains: `screenshot-<uuid>-<width>.jpg` (vendor source). */
export function servedWidth(contentDisposition: string | undefined): number | null {
  const width = Number(/-(\d+)\.\w+"?$/.exec(contentDisposition ?? '')?.[1] ?? Number.NaN)
  return width < 2 ** 31 ? width : null
}

const heatPoint = z.object({
  count: z.int(),
  pointer_y: z.number(),
  pointer_relative_x: z.number(),
  pointer_target_fixed: z.boolean(),
})

/** Older versions leave it out, and also whether there is more. */
const fold = z
  .object({
    total_count: z.int(),
    below_fold_count: z.int(),
    pct_below_fold: unused,
    median_viewport_height: optional(z.number()),
  })
  .transform(fold => ({
    total: fold.total_count,
    below: fold.below_fold_count,
    medianViewportHeight: fold.median_viewport_height,
  }))

/** Points of clicks, rage clicks and mouse movements. */
export const heatPointsResponse = z.compile(
  z
    .object({ results: z.array(heatPoint), fold: sometimes(fold), has_more: sometimes(z.boolean()) })
    .transform(({ results, fold, has_more }) => ({
      kind: 'points' as const,
      points: {
        // All points outside of the window are alike, and remain a number as in JSON.
        xs: results.map(point => Math.min(Math.max(Math.round(point.pointer_relative_x * 100), -1), 101)),
        ys: results.map(point => point.pointer_y),
        counts: results.map(({ count }) => count),
        fixed: results.map(point => (point.pointer_target_fixed ? 1 : 0)),
      },
      fold,
      hasMore: has_more === true,
    })),
)

/** Scroll depths, which always come whole. */
export const scrollResponse = z.compile(
  z
    .object({
      results: z.array(
        z.object({ scroll_depth_bucket: z.int(), bucket_count: z.int(), cumulative_count: unused }),
      ),
      fold: unused,
      has_more: unused,
    })
    .transform(({ results }) => ({
      kind: 'scroll' as const,
      buckets: {
        depths: results.map(bucket => bucket.scroll_depth_bucket),
        counts: results.map(bucket => bucket.bucket_count),
      },
    })),
)

const heatTypes = {
  click: 'click',
  rageClick: 'rageclick',
  mouseMove: 'mousemove',
  scrollDepth: 'scrolldepth',
} as const satisfies Record<HeatType, string>

const aggregations = { total: 'total_count', uniqueVisitors: 'unique_visitors' } as const

/** The parameters of the heatmaps route; `lastDay` is included, as the vendor expects. */
export function heatParameters(
  { page, type, days, viewport, aggregation }: HeatQuestion,
  lastDay: string,
  offset: number,
): Readonly<Record<string, string | number | undefined>> {
  const isPattern = page.includes('*')
  return {
    type: heatTypes[type],
    date_from: days.from,
    date_to: lastDay,
    [isPattern ? 'url_pattern' : 'url_exact']: isPattern ? patternOf(page) : page,
    viewport_width_min: viewport.min ?? undefined,
    viewport_width_max: viewport.max ?? undefined,
    aggregation: aggregations[aggregation],
    ...(type !== 'scrollDepth' && { limit: allPoints, offset: offset || undefined }),
  }
}

/** The most that the vendor returns at once: pages of equally hot points come in no fixed order (vendor source). */
const allPoints = 0

/**
 * The vendor takes a pattern for a regular expression except for `*`, so other characters of a URL with a meaning there are
 * escaped. A pattern that is written as a regular expression stays unchanged.
 */
function patternOf(page: string): string {
  return /\.\*|[\\^$()[\]{}|]/.test(page) ? page : page.replace(/[?+]/g, '\\$&')
}

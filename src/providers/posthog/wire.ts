import { z } from 'zod'
import { identifier, instant, optional, sometimes } from '../../upstream/http/wire-values.ts'
import { spelledUuid } from '../../upstream/uuid.ts'

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

/** The metadata of a saved heatmap: what the list and the item hold, and what the content route answers while there is no picture. */
const heatmap = z
  .object({
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
  .transform(heatmap => ({
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
  }))

export type PostHogUser = z.output<typeof user>
export type PostHogRendition = z.output<typeof rendition>
export type PostHogHeatmap = z.output<typeof heatmap>

export const heatmapResponse = heatmap
export const heatmapsResponse = z.compile(z.object({ results: z.array(heatmap), count: z.int() }))

/** The width that was really served, which only the file name tells: `screenshot-<uuid>-<width>.jpg` (vendor source). */
export function servedWidth(contentDisposition: string | undefined): number | null {
  const width = Number(/-(\d+)\.\w+"?$/.exec(contentDisposition ?? '')?.[1] ?? Number.NaN)
  return width < 2 ** 31 ? width : null
}

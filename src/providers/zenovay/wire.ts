import { z } from 'zod'
import { toWait } from '../../upstream/http/status.ts'
import { instant, optional, unused } from '../../upstream/http/wire-values.ts'
import { addressOf } from '../../upstream/page-path.ts'

/** GET /heatmaps/:websiteId/pages, all-time totals of the most visited pages first (the vendor's page). */
const page = z
  .object({ url: z.string(), total_interactions: optional(z.int()), last_updated: optional(instant) })
  .transform(({ url, total_interactions, last_updated }) => ({
    /** A path without a host, such as `/pricing`; not checked, so it may be any text. */
    path: url,
    totalInteractions: total_interactions,
    lastInteractionAt: last_updated,
  }))

export type ZenovayPage = z.output<typeof page>

export const pagesResponse = z.compile(
  z.object({
    success: z.literal(true).optional(),
    data: z.object({ pages: z.array(page) }),
    timestamp: unused,
  }),
)

const website = z
  .object({
    id: z.guid().toLowerCase(),
    domain: optional(z.string()),
    name: optional(z.string()),
    tracking_code: unused,
    is_active: unused,
    created_at: unused,
    team_id: unused,
  })
  .transform(({ id, domain, name }) => ({
    id,
    name,
    origin: domain === null ? null : originOf(domain),
  }))

export type ZenovayWebsite = z.output<typeof website>

export const websitesResponse = z.compile(
  z.object({
    success: z.literal(true).optional(),
    data: z.object({ websites: z.array(website), total: unused }),
    timestamp: unused,
  }),
)

/** The vendor sends a domain, some customers an origin or a page; null for other texts. */
function originOf(domain: string): string | null {
  const text = /^[a-z][a-z\d+.-]*:\/\//i.test(domain) ? domain : `https://${domain}`
  const url = URL.parse(text)
  return url && !url.username ? (addressOf(url)?.origin ?? null) : null
}

/** A member of another type is ignored, so that it does not hide the others. */
const text = z.string().optional().catch(undefined)

/** The three documented shapes of an error: nested with upper-case codes, nested with lower-case codes and a wait, flat. */
const errorResponse = z.object({
  error: z.union([
    z.object({
      code: text,
      message: text,
      retry_after: z.coerce.number().positive().optional().catch(undefined),
    }),
    z.string(),
  ]),
  code: text,
})

export interface ZenovayFailure {
  readonly code: string | undefined
  readonly retryAfterSeconds: number | undefined
}

/** The content of an error body in any of its shapes. The newest pages give the wait only in the text. */
export function readFailure(json: unknown): ZenovayFailure {
  const parsed = errorResponse.safeParse(json)
  if (!parsed.success) return { code: undefined, retryAfterSeconds: undefined }
  const { error, code } = parsed.data
  const nested = typeof error === 'string' ? { message: error } : error
  const seconds = /in (\d+) seconds?/i.exec(nested.message ?? '')?.[1]
  return {
    code: ('code' in nested ? nested.code : code)?.toUpperCase(),
    retryAfterSeconds: toWait(
      ('retry_after' in nested ? nested.retry_after : undefined) ?? Number(seconds ?? Number.NaN),
    ),
  }
}

import { z } from 'zod'
import { instant, optional } from '../../upstream/http/wire-values.ts'

/** The heatmap types by the vendor's words. */
export const spatialHeatmapTypes = [
  'path',
  'linger',
  'entry',
  'exit',
  'lingerPeopleCount',
  'lingerAverageTime',
  'lingerAccumulatedTime',
  'interaction',
] as const
export type SpatialHeatmapType = (typeof spatialHeatmapTypes)[number]

/** The filter of a heatmap question; questions with the same filter share a request. */
export interface HeatmapFilter {
  readonly start: Date
  /** Inclusive at the vendor. */
  readonly end: Date
  readonly roles?: readonly string[] | null | undefined
  readonly ages?: readonly string[] | null | undefined
  readonly genders?: readonly string[] | null | undefined
  readonly taxonomy?: string | null | undefined
}

/** `created` carries no zone and is UTC: in the vendor's sample it lies an hour before `local_time` in British summer. */
const utcWithoutZone = z
  .string()
  .transform(text => (/(Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`))
  .pipe(instant)

const printedLocalTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?$/

/** A date and a time without a zone: unchanged if it has seconds, else completed. */
const localTime = z.string().transform((text, context) => {
  try {
    const time = Temporal.PlainDateTime.from(text).toString({ calendarName: 'never' })
    // A date without a time would become midnight. A leap second is a time, but cannot be printed.
    if (/\d[T ]\d/i.test(text) && printedLocalTime.test(time))
      return printedLocalTime.test(text) && !text.includes(':60') ? text : time
  } catch {
    // Reported below.
  }
  context.addIssue({ code: 'custom', message: 'not a date and time' })
  return z.NEVER
})

const heatmap = z
  .object({
    organisation_id: optional(z.string()),
    location_id: z.string().toLowerCase(),
    recording_id: optional(z.string()),
    url: optional(z.string()),
    created: optional(utcWithoutZone),
    local_time: optional(localTime),
    age: optional(z.string()),
    gender: optional(z.string()),
    role: optional(z.string()),
    heatmap_type: z.string(),
  })
  .transform(row => ({
    organisationId: row.organisation_id,
    locationId: row.location_id,
    recordingId: row.recording_id,
    /** Signed and short-lived: use it at once, never store, show or log it. */
    url: row.url,
    createdAt: row.created,
    /** By the clock of the store, without a zone. */
    localTime: row.local_time,
    age: row.age,
    gender: row.gender,
    role: row.role,
    type: row.heatmap_type,
  }))

/** One row: a recording, a type and a group of visitors. */
export type AuraHeatmapRow = z.output<typeof heatmap>

/** The part of the row that may be stored for any time. */
export type AuraHeatmap = Omit<AuraHeatmapRow, 'url'> & { readonly hasImage: boolean }

/** Leaves out the signed URL. */
export function withoutUrl({ url, ...row }: AuraHeatmapRow): AuraHeatmap {
  return { ...row, hasImage: url !== null }
}

export const heatmapsResponse = z.compile(z.array(heatmap))

export function heatmapRequest(
  id: string,
  locationIds: readonly string[],
  types: readonly SpatialHeatmapType[],
  { start, end, roles, ages, genders, taxonomy }: HeatmapFilter,
): string {
  const filter = {
    start: start.toISOString(),
    end: end.toISOString(),
    heatmapType: types,
    ...(roles?.length && { roles }),
    ...(ages?.length && { ages }),
    ...(genders?.length && { genders }),
    ...(taxonomy && { taxonomy }),
  }
  const body = { returnEntityType: 'heatmap', entities: locationIds, entityType: 'location', filter }
  return JSON.stringify({ action: 'detail', data: { id, route: 'detail/list', body } })
}

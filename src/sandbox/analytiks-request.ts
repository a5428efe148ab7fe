import { z } from 'zod'
import type { AskedRange } from './analytiks-buckets.ts'

/** Thrown for a response with a status other than 200. */
export class Refusal extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export type LocationsRequest = {
  readonly range: AskedRange
} & (
  | { readonly locations: readonly number[] }
  | { readonly brandId: number; readonly referenceNumbers: readonly string[] }
)

export interface BrandRequest {
  readonly range: AskedRange
  readonly brandId: number
  readonly cursor: string | null
}

/** Parses a body of v1 or v2; throws a Refusal that says what is wrong with it. */
export function readLocationsRequest(body: unknown): LocationsRequest {
  const byReference = typeof body === 'object' && body !== null && 'referenceNumbers' in body
  const { startDate, endDate, interval, ...asked } = byReference
    ? parse(referencesBody, body)
    : parse(locationsBody, body)
  return { range: rangeOf(startDate, endDate, interval), ...asked }
}

/** Parses a body of v3; throws a Refusal that says what is wrong with it. */
export function readBrandRequest(body: unknown): BrandRequest {
  const { startDate, endDate, interval, brandId, cursor = null } = parse(brandBody, body)
  return { range: rangeOf(startDate, endDate, interval), brandId, cursor }
}

/** The limits are from the vendor's page; refusing unknown fields is inferred. */
const dates = {
  startDate: z.string(),
  endDate: z.string(),
  interval: z.enum(['hourly', '15min']).default('hourly'),
}
const locationsBody = z.strictObject({ ...dates, locations: z.array(z.int()).min(1).max(50) })
const referencesBody = z.strictObject({
  ...dates,
  brandId: z.int(),
  referenceNumbers: z.array(z.string()).min(1).max(50),
})
const brandBody = z.strictObject({ ...dates, brandId: z.int(), cursor: z.string().nullish() })

const longestRange = 5 * 86_400_000

function parse<T>(shape: z.ZodType<T>, body: unknown): T {
  const parsed = shape.safeParse(body)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new Refusal(400, `${issue?.path.join('.') || 'body'}: ${issue?.message}`)
}

function rangeOf(startDate: string, endDate: string, interval: AskedRange['interval']): AskedRange {
  const start = readDate('startDate', startDate)
  const end = readDate('endDate', endDate)
  if (start.utc !== end.utc) throw new Refusal(400, 'startDate and endDate must be in the same format')
  if (start.at > end.at) throw new Refusal(400, 'startDate must not be after endDate')
  if (end.at - start.at > longestRange) throw new Refusal(400, 'A maximum of 5 days can be requested at once')
  return { start: start.at, end: end.at, utc: start.utc, interval }
}

function readDate(field: string, text: string): { at: number; utc: boolean } {
  const [, local, zulu] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z?)$/.exec(text) ?? []
  try {
    const at = Temporal.Instant.from(`${local}Z`).epochMilliseconds
    return { at, utc: zulu === 'Z' }
  } catch {
    throw new Refusal(400, `${field}: must be an ISO 8601 date, either UTC or local time`)
  }
}

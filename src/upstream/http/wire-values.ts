import { z } from 'zod'
import { oftenMissing } from '../drift/response-shape.ts'

/** An ISO 8601 instant with its offset, in any precision; normalised to UTC with milliseconds. */
export const instant = z.string().transform((text, context) => {
  if (canonical.test(text) && isDay(text)) return text
  try {
    return new Date(Temporal.Instant.from(text).epochMilliseconds).toISOString()
  } catch {
    context.addIssue({ code: 'custom', message: 'not an instant with an offset' })
    return z.NEVER
  }
})

/** The form of `toISOString`; the month may not have that day. */
const canonical = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/

/** Only days that some months lack are checked by the calendar. */
function isDay(text: string): boolean {
  return text.slice(8, 10) < '29' || new Date(text).toISOString() === text
}

/** An identifier that is a number or a text on the wire: exact, as text. */
export const identifier = z.union([z.string(), z.number()]).transform(String)

/** A member that is documented but not used. */
export const unused = z.unknown().optional()

/** A member that the vendor documents as sometimes missing: null then. */
export function sometimes<Schema extends z.ZodType>(schema: Schema) {
  return optional(schema).meta(oftenMissing)
}

/** A member that may be missing or null, whatever the vendor documents: null in both cases. */
export function optional<Schema extends z.ZodType>(schema: Schema) {
  return schema.nullish().transform(value => value ?? null)
}

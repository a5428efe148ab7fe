import { z } from 'zod'

/** An ISO 8601 instant with its offset, in any precision. */
export const instant = z.string().transform((text, context) => {
  try {
    return new Date(Temporal.Instant.from(text).epochMilliseconds)
  } catch {
    context.addIssue({ code: 'custom', message: 'not an instant with an offset' })
    return z.NEVER
  }
})

/** An identifier that is a number or a text on the wire: exact, as text. */
export const identifier = z.union([z.string(), z.number()]).transform(String)

/** A member that may be missing or null: null either way. */
export function optional<Schema extends z.ZodType>(schema: Schema) {
  return schema.nullish().transform(value => value ?? null)
}

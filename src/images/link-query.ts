import { z } from 'zod'
import {
  type ImageReference,
  maximumWidth,
  type OverlayLook,
  opacities,
  type Palette,
  palettes,
} from './references.ts'
import { formats, type Variant } from './resizing.ts'

/** The look that a link's query asks for, which costs no call; or the sentence that refuses it. */
export type LinkQuery =
  | { readonly variant: Variant & OverlayLook; readonly refusal?: undefined }
  | { readonly refusal: string }

export function readLinkQuery(parameters: URLSearchParams, reference: ImageReference): LinkQuery {
  const given = Object.fromEntries(parameters)
  const size = variant.safeParse(given)
  if (!size.success) {
    const refusal = `width is from 1 to ${maximumWidth} pixels, and format one of ${formats.join(', ')}.`
    return { refusal }
  }
  const overlay = reference.provider === 'posthog' ? reference.overlay : undefined
  const allowed = overlay
    ? palettes[overlay.against ? 'diverging' : 'sequential']
    : Object.values(palettes).flat()
  const drawn = look(allowed).safeParse(given)
  if (!drawn.success) {
    const refusal = `palette is one of ${allowed.join(', ')}, and opacity one of ${opacities.join(', ')}.`
    return { refusal }
  }
  // A look changes nothing without heat; each would only be another drawing of the same image.
  return { variant: { ...size.data, ...(overlay && drawn.data) } }
}

const variant = z.object({
  width: z
    .string()
    .regex(/^\d{1,4}$/)
    .transform(Number)
    .refine(width => width >= 1 && width <= maximumWidth)
    .optional(),
  format: z.enum(formats).optional(),
})

function look(allowed: readonly Palette[]) {
  return z.object({
    palette: z.enum(allowed).optional(),
    opacity: z
      .string()
      .regex(/^(0\.\d|1)$/)
      .transform(Number)
      .refine(opacity => opacities.includes(opacity))
      .optional(),
  })
}

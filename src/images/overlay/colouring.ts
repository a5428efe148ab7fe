import type { Palette } from '../references.ts'
import type { HeatField } from './heat-field.ts'
import { inTurns } from './in-turns.ts'
import { coloursOf, shades } from './palettes.ts'

/** How values become colours. */
export interface ColourScale {
  readonly palette: Palette
  /** The opacity of all but the lowest values, 0 to 1. */
  readonly opacity: number
  /** The value of the last colour. */
  readonly most: number
  readonly isRooted: boolean
  /** Whether the middle of the palette is 0. */
  readonly isDiverging: boolean
  /** Whether low values are transparent, so that spots have soft edges. */
  readonly isFading: boolean
}

/** Heat has its full opacity from this part of the scale on. */
const fullFrom = 0.3

/** One colour for each sample: red, green, blue and opacity in turn, 0 to 255. Transparent without heat. */
export async function colour({ values }: HeatField, scale: ColourScale): Promise<Buffer> {
  const colours = coloursOf(scale.palette)
  const pixels = Buffer.alloc(4 * values.length)
  await inTurns(values.length, 20_000, (start, end) => {
    for (let index = start; index < end; index++) {
      const value = values[index] ?? 0
      if (value === 0) continue
      const place = placeOf(value, scale)
      const shade = 3 * shadeAt(place, scale)
      for (let channel = 0; channel < 3; channel++)
        pixels[4 * index + channel] = colours[shade + channel] ?? 0
      pixels[4 * index + 3] = Math.round(255 * opacityAt(place, scale))
    }
  })
  return pixels
}

/** 0 to 1, or -1 to 1 for differences. */
export function placeOf(value: number, { most, isRooted }: Pick<ColourScale, 'most' | 'isRooted'>): number {
  const part = Math.min(Math.abs(value) / most, 1)
  return Math.sign(value) * (isRooted ? Math.sqrt(part) : part)
}

export function shadeAt(place: number, { isDiverging }: Pick<ColourScale, 'isDiverging'>): number {
  const part = isDiverging ? (place + 1) / 2 : Math.max(place, 0)
  return Math.round(part * (shades - 1))
}

export function opacityAt(place: number, { opacity, isFading }: ColourScale): number {
  if (!isFading) return place === 0 ? 0 : opacity
  return opacity * Math.min(1, Math.abs(place) / fullFrom)
}

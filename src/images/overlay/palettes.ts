import type { Palette } from '../references.ts'

/** The colours of a palette from its lowest value to its highest: 256 of them, red, green and blue in turn. */
export function coloursOf(palette: Palette): Uint8Array {
  return known.getOrInsertComputed(palette, () => spread(stops[palette].split(' ').map(readColour)))
}

export const shades = 256

const known = new Map<Palette, Uint8Array>()

/**
 * At equal distances. The lightness of each palette only rises, or rises to the middle and falls again, so that it works in grey
 * and for the colour-blind. The first three are Matplotlib's, in the public domain.
 */
const stops: Readonly<Record<Palette, string>> = {
  viridis:
    '440154 48186a 472d7b 424086 3b528b 33638d 2c728e 26828e 21918c 1f9f88 27ad81 3dbc74 5cc863 81d34d aadc32 d5e21a fde725',
  inferno:
    '000004 0b0724 210c4a 3d0965 57106e 71196e 8a226a a32c61 bc3754 d04545 e35933 f1711f f98c0a fcaa0f f9c932 f2e865 fcffa4',
  cividis:
    '002051 012b65 11366c 26426e 3c4d6e 51586e 62646f 727071 7f7c75 8c8877 9a9478 a9a177 bbaf71 cebd68 e2cb5c f3da4f fdea45',
  'blue-orange': '08306b 1f5a9c 4a86c0 8bb4da f2f2f2 f2b27a d9812f ab5510 6b2d04',
}

function readColour(hex: string): number[] {
  return [0, 2, 4].map(at => Number.parseInt(hex.slice(at, at + 2), 16))
}

function spread(stops: readonly (readonly number[])[]): Uint8Array {
  const colours = new Uint8Array(3 * shades)
  for (let shade = 0; shade < shades; shade++) {
    const at = (shade / (shades - 1)) * (stops.length - 1)
    const low = Math.min(Math.floor(at), stops.length - 2)
    for (let channel = 0; channel < 3; channel++) {
      const [from, to] = [stops[low]?.[channel] ?? 0, stops[low + 1]?.[channel] ?? 0]
      colours[3 * shade + channel] = Math.round(from + (to - from) * (at - low))
    }
  }
  return colours
}

import type { Sharp } from 'sharp'
import type { ImageFile } from '../../upstream/images/image.ts'
import { openSharp } from '../image-libraries.ts'
import { type OverlayLook, palettes } from '../references.ts'
import { type DrawingLimits, encode, formatOf, type Size, sizeIn, unfit, type Variant } from '../resizing.ts'
import { type ColourScale, colour } from './colouring.ts'
import { legendOf } from './legend.ts'
import type { OverlayHeat } from './overlay-heat.ts'
import { heatOn } from './page-heat.ts'

export interface Screenshot {
  readonly image: ImageFile
  readonly size: Size
  /** In CSS pixels: that of the window in which the page was recorded. */
  readonly recordedWidth: number
}

const usualOpacity = 0.7

/**
 * Draws heat over a page, and below it what the colours mean. Heat and page have one scale. The heat is enlarged while the image
 * is written, so that no more of it is in memory than of the image.
 */
export async function drawOverlay(
  { image, size, recordedWidth }: Screenshot,
  heat: OverlayHeat,
  { palette, opacity = usualOpacity, ...variant }: Variant & OverlayLook,
  limits: DrawingLimits,
): Promise<ImageFile> {
  const density = size.width / recordedWidth
  const onPage = await heatOn({ width: recordedWidth, height: size.height / density }, heat)
  const { field, most, isRooted } = onPage
  const isDiverging = heat.before !== null
  const scale: ColourScale = {
    palette: palette ?? (isDiverging ? palettes.diverging : palettes.sequential)[0],
    opacity,
    most,
    isRooted,
    isDiverging,
    isFading: isDiverging || isRooted,
  }
  const { width, height } = sizeIn(size, variant)
  const format = formatOf(image, variant)
  const legend = legendOf(onPage, heat, scale, { pictureWidth: width, density })
  const page = await plainPage({ image, size, recordedWidth }, { width, height }, limits)
  const coloured = await colour(field, scale)
  const raw = { width: field.columns, height: field.rows, channels: 4 } as const
  const drawing = (await openSharp([coloured], { raw, sequentialRead: true }))
    .resize(width, height, { fit: 'fill', kernel: 'linear' })
    .extend({ bottom: legend.height, background: '#fff' })
    .composite([
      { input: page, left: 0, top: 0, blend: 'dest-over', limitInputPixels: limits.maximumPixels },
      { input: legend.svg, left: 0, top: height },
    ])
    .removeAlpha()
  return encode(drawing, { width, height: height + legend.height }, { format }, limits)
}

/** The page upright, in sRGB and in its final size: as it is if it is all that already, as screenshots are. */
async function plainPage({ image, size }: Screenshot, wanted: Size, limits: DrawingLimits): Promise<Buffer> {
  const { width, height } = wanted
  const options = { limitInputPixels: limits.maximumPixels, sequentialRead: true }
  const page = await openSharp(image.parts, options)
  if (width === size.width && (await isPlain(page))) return Buffer.concat(image.parts)
  page.flatten({ background: '#fff' }).autoOrient().resize(width, height, { fit: 'fill' })
  // Of full quality, which looks the same and takes little memory.
  const jpeg = { format: 'jpeg', options: { quality: 100, chromaSubsampling: '4:4:4' } } as const
  const { parts } = await encode(page, wanted, jpeg, limits)
  return Buffer.concat(parts)
}

/** Whether nothing needs to be turned or converted. */
async function isPlain(page: Sharp): Promise<boolean> {
  const { format, space, channels, hasProfile, orientation = 1 } = await page.metadata().catch(unfit)
  return format === 'jpeg' && space === 'srgb' && channels === 3 && !hasProfile && orientation === 1
}

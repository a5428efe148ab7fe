import type { OverlayOptions, Sharp } from 'sharp'
import type { ImageFile } from '../../upstream/images/image.ts'
import { openSharp } from '../image-libraries.ts'
import { type OverlayLook, palettes } from '../references.ts'
import {
  type DrawingLimits,
  encode,
  formatOf,
  pixelsOf,
  type Size,
  sizeIn,
  unfit,
  type Variant,
} from '../resizing.ts'
import { type ColourScale, colour } from './colouring.ts'
import { legendOf } from './legend.ts'
import type { OverlayHeat } from './overlay-heat.ts'
import { heatOn } from './page-heat.ts'

export interface Screenshot {
  readonly image: ImageFile
  readonly size: Size
  /** In CSS pixels: the width of the window in which the page was recorded. */
  readonly recordedWidth: number
}

const usualOpacity = 0.7

/** The most pixels drawn. Drawing a page of 100 million would take longer than a request waits on a busy machine. */
const mostDrawn = 16_000_000

export interface OverlayLimits extends DrawingLimits {
  /** A page with more pixels is drawn narrower. */
  readonly mostDrawn?: number
}

/**
 * Draws heat over a page, and a legend below it. Heat and page have the same scale. The heat is enlarged while the image is
 * written, so that it takes no more memory than the image.
 */
export async function drawOverlay(
  { image, size, recordedWidth }: Screenshot,
  heat: OverlayHeat,
  { palette, opacity = usualOpacity, ...variant }: Variant & OverlayLook,
  limits: OverlayLimits,
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
  const { width, height } = within(limits.mostDrawn ?? mostDrawn, sizeIn(size, variant))
  const format = formatOf(image, variant)
  const legend = legendOf(onPage, heat, scale, { imageWidth: width, density })
  const page = await plainPage({ image, size, recordedWidth }, { width, height }, limits)
  const coloured = await colour(field, scale)
  const raw = { width: field.columns, height: field.rows, channels: 4 } as const
  const drawing = (await openSharp([coloured], { raw, sequentialRead: true }))
    .resize(width, height, { fit: 'fill', kernel: 'linear' })
    .extend({ bottom: legend.height, background: '#fff' })
    .composite([
      { ...page, left: 0, top: 0, blend: 'dest-over', limitInputPixels: limits.maximumPixels },
      { input: legend.svg, left: 0, top: height },
    ])
    .removeAlpha()
  return encode(drawing, { width, height: height + legend.height }, { format }, limits)
}

/** The size, or the widest one of its shape that has so many pixels: what is far down lies where the width says. */
function within(mostPixels: number, { width, height }: Size): Size {
  const scale = Math.min(1, Math.sqrt(mostPixels / (width * height)))
  const narrower = Math.max(1, Math.floor(width * scale))
  return scale === 1
    ? { width, height }
    : { width: narrower, height: Math.max(1, Math.floor((height * narrower) / width)) }
}

/** The page upright, in sRGB and in its final size; unchanged if it is that already, as screenshots are. */
async function plainPage(
  { image, size }: Screenshot,
  { width, height }: Size,
  limits: DrawingLimits,
): Promise<OverlayOptions> {
  const options = { limitInputPixels: limits.maximumPixels, sequentialRead: true }
  const page = await openSharp(image.parts, options)
  if (width === size.width && (await isPlain(page))) return { input: Buffer.concat(image.parts) }
  page.flatten({ background: '#fff' }).autoOrient().resize(width, height, { fit: 'fill' })
  return pixelsOf(page, limits)
}

/** Whether it needs no rotation and no conversion. */
async function isPlain(page: Sharp): Promise<boolean> {
  const { format, space, channels, hasProfile, orientation = 1 } = await page.metadata().catch(unfit)
  return format === 'jpeg' && space === 'srgb' && channels === 3 && !hasProfile && orientation === 1
}

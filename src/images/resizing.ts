import type { JpegOptions, OverlayOptions, Sharp } from 'sharp'
import { cutParts, headBytes, type ImageFile, imageTag } from '../upstream/images/image.ts'
import { loadImageSize, openSharp } from './image-libraries.ts'

export const formats = ['webp', 'jpeg', 'png'] as const
export type Format = (typeof formats)[number]

/** How an image is changed. Undefined members leave it as it is. */
export interface Variant {
  /** In pixels. A narrower image is not enlarged. */
  readonly width?: number | undefined
  readonly format?: Format | undefined
}

/** In pixels. */
export interface Size {
  readonly width: number
  readonly height: number
}

/** The image cannot be shown, or not in the requested form, to anybody. */
export class UnfitImage extends Error {
  override readonly name = 'UnfitImage'
}

/** The longest side of a format; the vendor's images may be longer. */
const longestSide: Partial<Record<Format, number>> = { webp: 16_383, jpeg: 65_535 }

/**
 * The size as shown, with the orientation applied. If the size is not in the header, `inTurn` runs the read of the
 * whole image, which takes seconds for a million frames. Rejects with UnfitImage above `maximumPixels`, or if the
 * image is unreadable.
 */
export async function sizeOf(
  image: ImageFile,
  maximumPixels: number,
  inTurn: (look: () => Promise<Size>) => Promise<Size> = look => look(),
): Promise<Size> {
  const head = await sizeInHead(image)
  const { width, height } = head?.isSure ? head : await inTurn(() => sizeInAll(image))
  if (width * height > maximumPixels) {
    throw new UnfitImage(`The image has more than ${maximumPixels} pixels.`)
  }
  return { width, height }
}

export interface HeadSize extends Size {
  /** In other formats than JPEG, the end may still say that width and height are exchanged. */
  readonly isSure: boolean
}

/** Undefined if the first bytes do not contain it. */
export async function sizeInHead(image: ImageFile): Promise<HeadSize | undefined> {
  const imageSize = await loadImageSize()
  try {
    const { width, height, orientation = 1 } = imageSize(Buffer.concat(cutParts(image, 0, headBytes)))
    if (!(width > 0 && height > 0)) return undefined
    const isSure = image.contentType === 'image/jpeg'
    return orientation < 5 ? { width, height, isSure } : { width: height, height: width, isSure }
  } catch {
    return undefined
  }
}

async function sizeInAll({ parts }: ImageFile): Promise<Size> {
  const image = await openSharp(parts, { limitInputPixels: false })
  return (await image.metadata().catch(unfit)).autoOrient
}

/** Whether an image of that size already is the variant. */
export function isVariant({ contentType }: ImageFile, size: Size, { width, format }: Variant): boolean {
  return (!width || width >= size.width) && (!format || contentType === `image/${format}`)
}

export interface DrawingLimits {
  readonly maximumPixels: number
  /** The longest time of a drawing, in seconds. */
  readonly seconds?: number
}

/**
 * Draws an image upright in sRGB, in a worker thread; only the first frame of an animation. Rejects with UnfitImage
 * if the image is broken, too large for its format, or takes too long.
 */
export async function draw(
  image: ImageFile,
  size: Size,
  variant: Variant,
  limits: DrawingLimits,
): Promise<ImageFile> {
  const format = formatOf(image, variant)
  const wanted = sizeIn(size, variant)
  const drawing = await openSharp(image.parts, {
    limitInputPixels: limits.maximumPixels,
    sequentialRead: true,
  })
  // JPEG has no transparency, and most page backgrounds are white.
  if (format === 'jpeg') drawing.flatten({ background: '#fff' })
  drawing.autoOrient().resize({ width: wanted.width, withoutEnlargement: true })
  return encode(drawing, wanted, { format }, limits)
}

/** The format of the image, if a variant names none. */
export function formatOf({ contentType }: ImageFile, { format }: Variant): Format {
  return format ?? formats.find(known => contentType === `image/${known}`) ?? 'webp'
}

/** The size of a variant of an image of that size. */
export function sizeIn({ width, height }: Size, { width: wanted = width }: Variant): Size {
  const scale = Math.min(1, wanted / width)
  return { width: Math.min(wanted, width), height: Math.max(1, Math.round(height * scale)) }
}

export interface Encoding {
  readonly format: Format
  /** Options of the library. */
  readonly options?: JpegOptions
}

/** Draws an image of that size and encodes it. Rejects with UnfitImage, as `draw` does. */
export async function encode(
  drawing: Sharp,
  { width, height }: Size,
  { format, options = {} }: Encoding,
  { seconds = 10 }: DrawingLimits,
): Promise<ImageFile> {
  const longest = longestSide[format] ?? Number.POSITIVE_INFINITY
  if (Math.max(width, height) > longest)
    throw new UnfitImage(`A ${format} image has at most ${longest} pixels a side.`)
  const drawn = await drawing
    .toFormat(format, options)
    .timeout({ seconds })
    .toBuffer()
    .catch(cause => undrawn(seconds, cause))
  return {
    parts: [drawn],
    byteLength: drawn.byteLength,
    contentType: `image/${format}`,
    etag: imageTag({ status: 200, headers: {} }, [drawn]),
  }
}

/** Draws in sRGB without encoding, for a drawing of several images. Rejects with UnfitImage, as `draw` does. */
export async function pixelsOf(drawing: Sharp, { seconds = 10 }: DrawingLimits): Promise<OverlayOptions> {
  const { data, info } = await drawing
    .toColourspace('srgb')
    .raw()
    .timeout({ seconds })
    .toBuffer({ resolveWithObject: true })
    .catch(cause => undrawn(seconds, cause))
  return { input: data, raw: info }
}

function undrawn(seconds: number, cause: unknown): never {
  return isTimeout(cause) ? slow(seconds, cause) : unfit(cause)
}

export function unfit(cause: unknown): never {
  throw new UnfitImage('The image cannot be read.', { cause })
}

/** The text of sharp's own error. */
function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.message.includes('timeout:')
}

function slow(seconds: number, cause: unknown): never {
  const message = `The image takes more than ${seconds} s to draw so: ask for less width, or for it as it is.`
  throw new UnfitImage(message, { cause })
}

import { imageSize } from 'image-size'
import sharp from 'sharp'
import { cutParts, type ImageFile, imageTag } from '../upstream/images/image.ts'

export const formats = ['webp', 'jpeg', 'png'] as const
type Format = (typeof formats)[number]

/** What is wanted of a picture; as it is where undefined. */
export interface Variant {
  /** In pixels; one that is narrower already is not widened. */
  readonly width?: number | undefined
  readonly format?: Format | undefined
}

/** In pixels. */
export interface Size {
  readonly width: number
  readonly height: number
}

/** A picture that cannot be shown, or not as it is wanted, whoever asks. */
export class UnfitImage extends Error {
  override readonly name = 'UnfitPicture'
}

/** The longest side that a format can hold, where pictures may have longer ones. */
const longestSide: Partial<Record<Format, number>> = { webp: 16_383, jpeg: 65_535 }

/**
 * As it is shown: upright, where it says that it lies on its side. `inTurn` runs what has to look through all of the picture
 * in a thread: seconds, where it has a million frames. Rejects with UnfitPicture for more pixels than that, or for what no
 * picture can be read from.
 */
export async function sizeOf(
  image: ImageFile,
  maximumPixels: number,
  inTurn: (look: () => Promise<Size>) => Promise<Size> = look => look(),
): Promise<Size> {
  const { width, height } = sizeInHead(image) ?? (await inTurn(() => sizeInAll(image)))
  if (width * height > maximumPixels) {
    throw new UnfitImage(`The picture has more than ${maximumPixels} pixels.`)
  }
  return { width, height }
}

/** Where nearly every JPEG says its size. */
const headBytes = 16_384

/** Undefined where it does not, or for a format that may tell at its end how it lies. */
function sizeInHead(image: ImageFile): Size | undefined {
  if (image.contentType !== 'image/jpeg') return undefined
  try {
    const { width, height, orientation = 1 } = imageSize(Buffer.concat(cutParts(image, 0, headBytes)))
    if (!(width > 0 && height > 0)) return undefined
    return orientation < 5 ? { width, height } : { width: height, height: width }
  } catch {
    return undefined
  }
}

async function sizeInAll({ parts }: ImageFile): Promise<Size> {
  const image = sharp(Buffer.concat(parts), { limitInputPixels: false })
  return (await image.metadata().catch(unfit)).autoOrient
}

/** Whether a picture of that size is the variant already. */
export function isVariant({ contentType }: ImageFile, size: Size, { width, format }: Variant): boolean {
  return (!width || width >= size.width) && (!format || contentType === `image/${format}`)
}

export interface DrawingLimits {
  readonly maximumPixels: number
  /** How long it may take, in seconds. */
  readonly seconds?: number
}

/**
 * Draws it anew in sRGB and upright, of several frames the first, in threads of its own. Rejects with UnfitPicture for one
 * that is broken, too large for its format, or takes too long.
 */
export async function draw(
  { parts, contentType }: ImageFile,
  size: Size,
  { width = size.width, format }: Variant,
  { maximumPixels, seconds = 10 }: DrawingLimits,
): Promise<ImageFile> {
  const wanted = format ?? formats.find(known => contentType === `image/${known}`) ?? 'webp'
  const scale = Math.min(1, width / size.width)
  const side = scale * Math.max(size.width, size.height)
  const longest = longestSide[wanted] ?? side
  if (side > longest) throw new UnfitImage(`A ${wanted} picture has at most ${longest} pixels a side.`)
  const drawing = sharp(Buffer.concat(parts), { limitInputPixels: maximumPixels, sequentialRead: true })
  // A JPEG has no transparency, and what is behind a page is white.
  if (wanted === 'jpeg') drawing.flatten({ background: '#fff' })
  const drawn = await drawing
    .autoOrient()
    .resize({ width, withoutEnlargement: true })
    .toFormat(wanted)
    .timeout({ seconds })
    .toBuffer()
    .catch(cause => (isTimeout(cause) ? slow(seconds, cause) : unfit(cause)))
  return {
    parts: [drawn],
    byteLength: drawn.byteLength,
    contentType: `image/${wanted}`,
    etag: imageTag({ status: 200, headers: {} }, [drawn]),
  }
}

function unfit(cause: unknown): never {
  throw new UnfitImage('The picture cannot be read.', { cause })
}

/** As sharp words it. */
function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.message.includes('timeout:')
}

function slow(seconds: number, cause: unknown): never {
  const message = `The picture takes more than ${seconds} s to draw so: ask for less width, or for it as it is.`
  throw new UnfitImage(message, { cause })
}

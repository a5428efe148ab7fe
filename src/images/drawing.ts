import { imageSize } from 'image-size'
import sharp from 'sharp'
import { cutParts, type Picture, pictureTag } from '../upstream/picture.ts'

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
export class UnfitPicture extends Error {
  override readonly name = 'UnfitPicture'
}

/** The longest side that a format can hold, where pictures may have longer ones. */
const longestSide: Partial<Record<Format, number>> = { webp: 16_383, jpeg: 65_535 }

/** Rejects with UnfitPicture for more pixels than that, or for what no picture can be read from. */
export async function sizeOf(picture: Picture, maximumPixels: number): Promise<Size> {
  const { width, height } = sizeInHead(picture) ?? (await sizeInAll(picture))
  if (width * height > maximumPixels) {
    throw new UnfitPicture(`The picture has more than ${maximumPixels} pixels.`)
  }
  return { width, height }
}

/** Where nearly every picture says its size. */
const headBytes = 16_384

/** Undefined where it does not, or says it in a way that only a decoder understands. */
function sizeInHead(picture: Picture): Size | undefined {
  try {
    const { width, height } = imageSize(Buffer.concat(cutParts(picture, 0, headBytes)))
    return width > 0 && height > 0 ? { width, height } : undefined
  } catch {
    return undefined
  }
}

function sizeInAll({ parts }: Picture): Promise<Size> {
  return sharp(Buffer.concat(parts), { limitInputPixels: false }).metadata().catch(unfit)
}

/** Whether a picture of that size is the variant already. */
export function isVariant({ contentType }: Picture, size: Size, { width, format }: Variant): boolean {
  return (!width || width >= size.width) && (!format || contentType === `image/${format}`)
}

/** Draws it anew, in threads of its own. Rejects with UnfitPicture for one that is broken, or too large for its format. */
export async function draw(
  { parts, contentType }: Picture,
  size: Size,
  { width = size.width, format }: Variant,
  maximumPixels: number,
): Promise<Picture> {
  const wanted = format ?? formats.find(known => contentType === `image/${known}`) ?? 'webp'
  const scale = Math.min(1, width / size.width)
  const side = scale * Math.max(size.width, size.height)
  const longest = longestSide[wanted] ?? side
  if (side > longest) throw new UnfitPicture(`A ${wanted} picture has at most ${longest} pixels a side.`)
  const drawing = sharp(Buffer.concat(parts), { limitInputPixels: maximumPixels, sequentialRead: true })
  const drawn = await drawing
    .resize({ width, withoutEnlargement: true })
    .toFormat(wanted)
    .toBuffer()
    .catch(unfit)
  return {
    parts: [drawn],
    byteLength: drawn.byteLength,
    contentType: `image/${wanted}`,
    etag: pictureTag({ status: 200, headers: {} }, [drawn]),
  }
}

function unfit(cause: unknown): never {
  throw new UnfitPicture('The picture cannot be read.', { cause })
}

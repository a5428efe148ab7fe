import sharp from 'sharp'
import type { Picture } from '../upstream/picture.ts'
import { cutParts, pictureTag } from '../upstream/picture.ts'

export const formats = ['webp', 'jpeg', 'png'] as const

/** What is wanted of a picture; as it is where undefined. */
export interface Variant {
  /** In pixels; one that is narrower already is not widened. */
  readonly width?: number | undefined
  readonly format?: (typeof formats)[number] | undefined
}

/** A picture that cannot be shown, whoever asks. */
export class UnfitPicture extends Error {
  override readonly name = 'UnfitPicture'
}

/** Rejects with UnfitPicture for more pixels than that, or for what no picture can be read from: reads its head alone. */
export async function checkPixels(picture: Picture, maximumPixels: number): Promise<void> {
  const read = (end: number) =>
    sharp(Buffer.concat(cutParts(picture, 0, end)), { limitInputPixels: false }).metadata()
  const { width, height } = await read(headBytes)
    .catch(() => read(picture.byteLength))
    .catch(unfit)
  if (width * height > maximumPixels) {
    throw new UnfitPicture(`The picture has more than ${maximumPixels} pixels.`)
  }
}

/** Where nearly every picture says its size; where one does not, all of it is read. */
const headBytes = 16_384

/** Draws it anew, in threads of its own. Rejects with UnfitPicture for one that is broken or too large. */
export async function draw(
  { parts, contentType }: Picture,
  { width, format }: Variant,
  maximumPixels: number,
): Promise<Picture> {
  const drawing = sharp(Buffer.concat(parts), { limitInputPixels: maximumPixels, sequentialRead: true })
  if (width) drawing.resize({ width, withoutEnlargement: true })
  const wanted = format ?? formats.find(known => contentType === `image/${known}`) ?? 'webp'
  const drawn = await drawing.toFormat(wanted).toBuffer().catch(unfit)
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

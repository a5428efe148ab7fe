import sharp from 'sharp'
import type { Picture } from '../upstream/picture.ts'
import { pictureTag } from '../upstream/picture.ts'

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
export async function checkPixels({ bytes }: Picture, maximumPixels: number): Promise<void> {
  const { width, height } = await sharp(bytes, { limitInputPixels: false }).metadata().catch(unfit)
  if (width * height > maximumPixels) {
    throw new UnfitPicture(`The picture has more than ${maximumPixels} pixels.`)
  }
}

/** Draws it anew, in threads of its own. Rejects with UnfitPicture for one that is broken or too large. */
export async function draw(
  { bytes, contentType }: Picture,
  { width, format }: Variant,
  maximumPixels: number,
): Promise<Picture> {
  const drawing = sharp(bytes, { limitInputPixels: maximumPixels, sequentialRead: true })
  if (width) drawing.resize({ width, withoutEnlargement: true })
  const wanted = format ?? formats.find(known => contentType === `image/${known}`) ?? 'webp'
  const drawn = await drawing.toFormat(wanted).toBuffer().catch(unfit)
  return {
    bytes: drawn,
    contentType: `image/${wanted}`,
    etag: pictureTag({ status: 200, headers: {} }, drawn),
  }
}

function unfit(cause: unknown): never {
  throw new UnfitPicture('The picture cannot be read.', { cause })
}

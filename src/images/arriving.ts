import type { ArrivingImage } from '../upstream/images/arriving-image.ts'
import { cutParts, type ImageFile } from '../upstream/images/image.ts'
import { isVariant, sizeInHead, type Variant } from './resizing.ts'

/** An image that may be sent while it arrives. */
export interface EarlyImage {
  readonly state: 'ARRIVING'
  readonly image: ArrivingImage
  /** Resolves once the whole image is there and checked. */
  readonly whole: Promise<ImageFile>
}

/** The whole image differs from what its first bytes promised, or came again with other bytes. */
export class ChangedImage extends Error {
  override readonly name = 'ChangedImage'
}

/** Whether an image that arrives already is the variant and small enough, judged by its first bytes. */
export async function isServable(
  image: ArrivingImage,
  variant: Variant,
  maximumPixels: number,
): Promise<boolean> {
  const size = await sizeInHead(image)
  if (!size || size.width * size.height > maximumPixels) return false
  return (size.isSure || variant.width === undefined) && isVariant(image, size, variant)
}

/**
 * The bytes of an image as they arrive. The last part waits for the whole image, so that nobody takes a part of it for the whole.
 * Rejects if the rest does not come, or does not continue what was sent.
 */
export async function* arrivingPieces({ image, whole }: EarlyImage): AsyncGenerator<Buffer> {
  let sent = 0
  for await (const part of image.allButTheLast()) {
    yield part
    sent += part.byteLength
  }
  const complete = await whole
  if (!continues(complete, image, sent)) throw new ChangedImage('The image changed while it was sent.')
  yield* cutParts(complete, sent, complete.byteLength)
}

/** After a failed call another one may have been made, with another response. */
function continues(whole: ImageFile, begun: ArrivingImage, sent: number): boolean {
  if (whole.etag !== begun.etag || whole.byteLength !== begun.byteLength) return false
  if (whole.parts === begun.parts) return true
  const [one, other] = [whole, begun].map(image => Buffer.concat(cutParts(image, 0, sent)))
  return one !== undefined && other !== undefined && one.equals(other)
}

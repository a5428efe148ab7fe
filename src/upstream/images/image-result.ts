import type { ImageFile } from './image.ts'

/** A cacheable value with an image. */
export interface ImageResult {
  readonly image: ImageFile
}

export function isImageResult(value: unknown): value is ImageResult {
  return value instanceof Object && 'image' in value
}

import { LRUCache } from 'lru-cache'
import type { CacheAccess, CacheEntry } from '../cache/cache.ts'
import type { ImageFile } from './image.ts'

/** An answer that is a picture, whatever else it says. */
export interface ImageResult {
  readonly picture: ImageFile
}

/** Pictures in memory, of so many bytes together, the latest used stay. Anything else is not kept. */
export function openImageCache(bytes: number): CacheAccess {
  const kept = new LRUCache<string, CacheEntry & { readonly size: number }>({
    maxSize: bytes,
    sizeCalculation: ({ size }) => size,
  })
  return {
    get: name => kept.get(name),
    async set(name, answer, milliseconds) {
      if (!isImageResult(answer.value)) return
      const size = answer.value.picture.byteLength + name.length
      kept.set(name, { ...answer, size }, { ttl: milliseconds })
    },
    tagVersion: async () => undefined,
    clear: async () => kept.clear(),
  }
}

export function isImageResult(value: unknown): value is ImageResult {
  return value instanceof Object && 'picture' in value
}

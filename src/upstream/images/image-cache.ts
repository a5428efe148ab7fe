import { LRUCache } from 'lru-cache'
import type { CacheAccess, CacheEntry, SizedCache } from '../cache/cache.ts'
import type { ImageFile } from './image.ts'

/** A cacheable value with an image. */
export interface ImageResult {
  readonly picture: ImageFile
}

/** Caches images in memory up to so many bytes; the least recently used go first. Ignores all other values. */
export function openImageCache(bytes: number): CacheAccess & SizedCache {
  const images = new LRUCache<string, CacheEntry & { readonly size: number }>({
    maxSize: bytes,
    sizeCalculation: ({ size }) => size,
  })
  return {
    get: name => images.get(name),
    async set(name, answer, milliseconds) {
      if (!isImageResult(answer.value)) return false
      const size = answer.value.picture.byteLength + name.length
      images.set(name, { ...answer, size }, { ttl: milliseconds })
      return false
    },
    tagVersion: async () => undefined,
    clear: async () => images.clear(),
    leases: undefined,
    get bytes() {
      return images.calculatedSize
    },
  }
}

export function isImageResult(value: unknown): value is ImageResult {
  return value instanceof Object && 'picture' in value
}

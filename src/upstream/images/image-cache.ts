import { LRUCache } from 'lru-cache'
import type { CacheAccess, CacheEntry, SizedCache } from '../cache/cache.ts'
import { isImageResult } from './image-result.ts'
import type { SharedImages } from './shared-images.ts'

/**
 * Caches images in memory up to so many bytes; the least recently used go first. What is not there is looked for among those of
 * other instances. Ignores all other values.
 */
export function openImageCache(bytes: number, shared?: SharedImages): CacheAccess & SizedCache {
  const images = new LRUCache<string, CacheEntry & { readonly size: number }>({
    maxSize: bytes,
    sizeCalculation: ({ size }) => size,
  })
  const keep = (name: string, { value, at }: CacheEntry, milliseconds: number) => {
    if (!isImageResult(value) || milliseconds <= 0) return undefined
    const entry = { value, at, size: value.picture.byteLength + name.length }
    images.set(name, entry, { ttl: milliseconds })
    return entry
  }
  return {
    get(name) {
      const found = images.get(name)
      if (found || !shared) return found
      return shared.read(name).then(image => image && keep(name, image, image.until - Date.now()))
    },
    async set(name, { value, at }, milliseconds) {
      if (!keep(name, { value, at }, milliseconds) || !isImageResult(value)) return false
      await shared?.write(name, { value, at, until: Date.now() + milliseconds })
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

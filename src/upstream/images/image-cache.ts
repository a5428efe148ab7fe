import { LRUCache } from 'lru-cache'
import type { CacheAccess, CacheEntry, SizedCache } from '../cache/cache.ts'
import { isImageResult } from './image-result.ts'
import type { SharedImages } from './shared-images.ts'

/** Caches images in memory up to that many bytes; the least recently used are evicted first. Ignores all other values. */
export function openImageCache(bytes: number): CacheAccess & SizedCache {
  const images = new LRUCache<string, CacheEntry & { readonly size: number }>({
    maxSize: bytes,
    sizeCalculation: ({ size }) => size,
  })
  return {
    get: name => images.get(name),
    async set(name, { value, at }, milliseconds) {
      if (!isImageResult(value) || milliseconds <= 0) return false
      const entry = { value, at, size: value.image.byteLength + name.length }
      images.set(name, entry, { ttl: milliseconds })
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

/** Also searches the images that other instances have stored, if memory does not have it. */
export function openSharedImageCache(memory: CacheAccess, shared: SharedImages): CacheAccess {
  const { tagVersion, clear, leases } = memory
  return {
    async get(name) {
      const found = await memory.get(name)
      if (found) return found
      const image = await shared.read(name)
      if (image) await memory.set(name, image, image.until - Date.now())
      return image
    },
    async set(name, { value, at }, milliseconds) {
      await memory.set(name, { value, at }, milliseconds)
      if (isImageResult(value)) await shared.write(name, { value, at, until: Date.now() + milliseconds })
      return false
    },
    tagVersion,
    clear,
    leases,
  }
}

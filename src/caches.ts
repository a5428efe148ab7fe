import { type Cache, type CacheAccess, openCache, type SizedCache } from './upstream/cache/cache.ts'
import type { RedisConnection } from './upstream/cache/redis.ts'
import { openImageCache, openSharedImageCache } from './upstream/images/image-cache.ts'
import { openSharedImages } from './upstream/images/shared-images.ts'
import type { Log } from './upstream/log.ts'

/** Caches of upstream data: one bound of memory for all accounts, each of which sees only its own entries. */
export interface Caches extends AsyncDisposable {
  /** Undefined if nothing is cached. */
  readonly records: Cache | undefined
  readonly images: (CacheAccess & SizedCache) | undefined
  /** As `images`, and also finds what other instances downloaded. The same as `images` without Redis. */
  readonly sharedImages: CacheAccess | undefined
}

export interface CachesOptions {
  /** Of records in memory; with 0 nothing is cached, not even in Redis. */
  readonly recordBytes: number
  /** Of images in memory, and of images in Redis; 0 disables the cache. */
  readonly imageBytes: number
  /** Not closed with the caches. */
  readonly redis?: RedisConnection | undefined
  readonly log: Log
}

export function openCaches({ recordBytes, imageBytes, redis, log }: CachesOptions): Caches {
  const records =
    recordBytes > 0 ? openCache({ bytes: recordBytes, redis, namespace: 'owned', log }) : undefined
  // A connection of its own, since images are long.
  const connection = imageBytes > 0 ? redis?.duplicate() : undefined
  const images = imageBytes > 0 ? openImageCache(imageBytes) : undefined
  const shared = connection && openSharedImages(connection, imageBytes)
  return {
    records,
    images,
    sharedImages: images && shared ? openSharedImageCache(images, shared) : images,
    async [Symbol.asyncDispose]() {
      connection?.[Symbol.dispose]()
      await records?.[Symbol.asyncDispose]()
    },
  }
}

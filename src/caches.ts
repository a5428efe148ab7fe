import { type Cache, type CacheAccess, openCache, type SizedCache } from './upstream/cache/cache.ts'
import type { RedisConnection } from './upstream/cache/redis.ts'
import { openImageCache } from './upstream/images/image-cache.ts'
import { openSharedImages } from './upstream/images/shared-images.ts'
import type { Log } from './upstream/log.ts'

/** What is kept of upstream data: one bound of memory for all accounts, each of which sees only its own. */
export interface Caches extends AsyncDisposable {
  /** Undefined where nothing is kept. */
  readonly records: Cache | undefined
  readonly images: (CacheAccess & SizedCache) | undefined
}

export interface CachesOptions {
  /** Of records in memory; 0 keeps none, in Redis neither. */
  readonly recordBytes: number
  /** Of images in memory, and of those that this process adds to Redis; 0 keeps none. */
  readonly imageBytes: number
  /** Not closed with the caches. */
  readonly redis?: RedisConnection | undefined
  readonly log: Log
}

export function openCaches({ recordBytes, imageBytes, redis, log }: CachesOptions): Caches {
  const records =
    recordBytes > 0 ? openCache({ bytes: recordBytes, redis, namespace: 'owned', log }) : undefined
  // Of its own, as bytes of images take long.
  const connection = imageBytes > 0 ? redis?.duplicate() : undefined
  const shared = connection && openSharedImages(connection, imageBytes)
  return {
    records,
    images: imageBytes > 0 ? openImageCache(imageBytes, shared) : undefined,
    async [Symbol.asyncDispose]() {
      connection?.[Symbol.dispose]()
      await records?.[Symbol.asyncDispose]()
    },
  }
}

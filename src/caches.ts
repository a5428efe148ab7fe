import { type Cache, type CacheAccess, openCache, type SizedCache } from './upstream/cache/cache.ts'
import type { RedisConnection } from './upstream/cache/redis.ts'
import { openImageCache } from './upstream/images/image-cache.ts'
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
  /** Of images in memory; 0 keeps none. */
  readonly imageBytes: number
  /** Not closed with the caches. */
  readonly redis?: RedisConnection | undefined
  readonly log: Log
}

export function openCaches({ recordBytes, imageBytes, redis, log }: CachesOptions): Caches {
  const records =
    recordBytes > 0 ? openCache({ bytes: recordBytes, redis, namespace: 'owned', log }) : undefined
  return {
    records,
    images: imageBytes > 0 ? openImageCache(imageBytes) : undefined,
    async [Symbol.asyncDispose]() {
      await records?.[Symbol.asyncDispose]()
    },
  }
}

import { hash } from 'node:crypto'
import type { CacheAccess } from './cache.ts'

/** The part of a cache that belongs to one owner: no other sees it, and Redis does not reveal the owner. */
export function namespacedCache(cache: CacheAccess, owner: readonly string[]): CacheAccess {
  const fingerprint = hash('sha256', JSON.stringify(owner), 'base64url')
  const owned = (name: string) => `${fingerprint} ${name}`
  const { leases, objects } = cache
  return {
    ...(objects && {
      objects: {
        get: name => objects.get(owned(name)),
        set: (name, ...rest) => objects.set(owned(name), ...rest),
      },
    }),
    get: (name, ...rest) => cache.get(owned(name), ...rest),
    set: (name, ...rest) => cache.set(owned(name), ...rest),
    tagVersion: tag => cache.tagVersion(owned(tag)),
    clear: tag => cache.clear(owned(tag)),
    leases: leases && {
      claim: (names, isReread) => leases.claim(names.map(owned), isReread),
    },
  }
}

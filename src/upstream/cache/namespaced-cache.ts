import { hash } from 'node:crypto'
import type { Cache, CacheAccess } from './cache.ts'

/** The part of a cache that belongs to one owner: no other sees it, and it is not to be read off what Redis holds whose it is. */
export function namespacedCache(cache: Cache, owner: readonly string[]): CacheAccess {
  const fingerprint = hash('sha256', JSON.stringify(owner), 'base64url')
  const owned = (name: string) => `${fingerprint} ${name}`
  return {
    get: name => cache.get(owned(name)),
    set: (name, answer, milliseconds, group) => cache.set(owned(name), answer, milliseconds, group),
    mark: group => cache.mark(owned(group)),
    clear: group => cache.clear(owned(group)),
  }
}

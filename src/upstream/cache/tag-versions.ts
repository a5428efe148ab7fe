import { hash, randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { askTwice } from './ask-twice.ts'

/** A tag's version at one moment: invalid once the tag is cleared. */
export interface TagVersion {
  readonly tag: string
  readonly version: string
}

/**
 * The current version of each tag. An entry stores the version of its tag, and is invalid under another one. Clearing a tag
 * deletes its version. A version that is lost or unreadable costs speed, but never serves an old entry.
 */
export interface TagVersions extends Disposable {
  /** Undefined if there is none, or it is unreadable. Never rejects. */
  read(tag: string): string | undefined | Promise<string | undefined>
  /** The tag's version, made if there is none; undefined if that fails. Never rejects. */
  ensure(tag: string): string | Promise<string | undefined>
  forget(tag: string): void | Promise<void>
}

/** Versions of this process only. */
export function openMemoryTagVersions(): TagVersions {
  const versions = new Map<string, string>()
  return {
    read: tag => versions.get(tag),
    ensure(tag) {
      if (versions.size >= mostTags) versions.clear()
      return versions.getOrInsertComputed(tag, () => randomUUID())
    },
    forget(tag) {
      versions.delete(tag)
    },
    [Symbol.dispose]() {},
  }
}

/**
 * Versions that all instances share: read from Redis each time, since memory would have to be notified. A tag that cannot be
 * cleared there counts as cleared here, and clearing is tried again for the others.
 */
export function openRedisTagVersions(redis: Redis, namespace: string): TagVersions {
  // The name in older versions of Isotherm, which must notice that a tag was cleared.
  const prefix = `isotherm:groups:${hash('sha256', namespace, 'base64url')}`
  const unforgotten = new Set<string>()
  const closed = new AbortController()
  let isRetrying = false
  const keyOf = (tag: string) => `${prefix}:${tag}`

  async function read(tag: string): Promise<string | undefined> {
    try {
      const version = await askTwice(() => redis.get(keyOf(tag)))
      return unforgotten.has(tag) ? undefined : (version ?? undefined)
    } catch {
      return undefined
    }
  }

  async function forget(tag: string): Promise<void> {
    unforgotten.add(tag)
    try {
      await askTwice(() => redis.unlink(keyOf(tag)))
      unforgotten.delete(tag)
    } catch {
      // Repeated, since another call for the same tag may have succeeded before.
      unforgotten.add(tag)
      if (!isRetrying) void retry().catch(() => {})
    }
  }

  async function retry(): Promise<void> {
    isRetrying = true
    while (unforgotten.size > 0) {
      await setTimeout(retryMilliseconds, undefined, { ref: false, signal: closed.signal })
      await Promise.all(Array.from(unforgotten, forget))
    }
    isRetrying = false
  }

  return {
    read,
    async ensure(tag) {
      try {
        if (unforgotten.has(tag)) await forget(tag)
        const parameters = [keyOf(tag), randomUUID(), versionMilliseconds]
        const version = await askTwice(() => redis.eval(ensureScript, 1, ...parameters))
        return unforgotten.has(tag) ? undefined : z.string().parse(version)
      } catch {
        return undefined
      }
    },
    forget,
    [Symbol.dispose]: () => closed.abort(),
  }
}

/**
 * Key: a tag. Arguments: a version for one that has none, and how long it lasts. Returns the tag's version. It is made in a Redis
 * that is full, too, since it is small, and without it no instance could keep anything of the tag in memory.
 */
const ensureScript = `#!lua flags=allow-oom
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2], 'NX')
return redis.call('GET', KEYS[1])
`

const mostTags = 10_000
const versionMilliseconds = 30 * 24 * 3_600_000
const retryMilliseconds = 300

import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { askTwice } from './redis.ts'

/**
 * What an answer's group is known by: a mark that the answer is kept with, and without which it counts for nothing. So
 * to forget a group is to forget its mark, and a mark that is lost or cannot be read costs speed, never an old answer.
 */
export interface TagVersions extends Disposable {
  /** Undefined when there is none, or it cannot be read. */
  read(group: string): Promise<string | undefined>
  /** The group's mark, made when there is none; undefined when it cannot be. */
  give(group: string): Promise<string | undefined>
  forget(group: string): Promise<void>
}

/** Marks of this process alone. */
export function openMemoryTagVersions(): TagVersions {
  const marks = new Map<string, string>()
  return {
    read: async group => marks.get(group),
    async give(group) {
      if (marks.size >= mostMarks) marks.clear()
      return marks.getOrInsertComputed(group, () => randomUUID())
    },
    async forget(group) {
      marks.delete(group)
    },
    [Symbol.dispose]() {},
  }
}

/**
 * Marks that all instances share: read from Redis each time, as memory would have to be told. A group that cannot be
 * forgotten is, for this instance, and it goes on trying for the others.
 */
export function openRedisTagVersions(redis: Redis, prefix: string): TagVersions {
  const unforgotten = new Set<string>()
  const closed = new AbortController()
  let retrying = false
  const keyOf = (group: string) => `${prefix}:${group}`

  async function read(group: string): Promise<string | undefined> {
    try {
      const mark = await askTwice(() => redis.get(keyOf(group)))
      return unforgotten.has(group) ? undefined : (mark ?? undefined)
    } catch {
      return undefined
    }
  }

  async function forget(group: string): Promise<void> {
    unforgotten.add(group)
    try {
      await askTwice(() => redis.unlink(keyOf(group)))
      unforgotten.delete(group)
    } catch {
      // Again, as another call for the same group may have succeeded before.
      unforgotten.add(group)
      if (!retrying) void retry().catch(() => {})
    }
  }

  async function retry(): Promise<void> {
    retrying = true
    while (unforgotten.size > 0) {
      await setTimeout(retryMilliseconds, undefined, { ref: false, signal: closed.signal })
      await Promise.all(Array.from(unforgotten, forget))
    }
    retrying = false
  }

  return {
    read,
    async give(group) {
      try {
        if (unforgotten.has(group)) await forget(group)
        await askTwice(() => redis.set(keyOf(group), randomUUID(), 'PX', markMilliseconds, 'NX'))
        return await read(group)
      } catch {
        return undefined
      }
    },
    forget,
    [Symbol.dispose]: () => closed.abort(),
  }
}

const mostMarks = 10_000
const markMilliseconds = 30 * 24 * 3_600_000
const retryMilliseconds = 300

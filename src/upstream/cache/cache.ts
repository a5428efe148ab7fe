import { hash } from 'node:crypto'
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { RedisDriver } from 'bentocache/drivers/redis'
import { z } from 'zod'
import { openInvalidationBus } from './invalidation-bus.ts'
import { askTwice, type RedisConnection } from './redis.ts'
import { openMemoryTagVersions, openRedisTagVersions } from './tag-versions.ts'

/** An answer that was kept: JSON, and when upstream gave it (ms since 1970). */
export interface CacheEntry {
  readonly value: unknown
  readonly at: number
}

/** Answers by name, in memory and, with Redis, for all instances. Losing Redis costs speed, never an answer. */
export interface Cache extends AsyncDisposable {
  /** Undefined when nothing is kept, or nothing can be read. Never rejects; what it gives is the caller's own copy. */
  get(name: string): Promise<CacheEntry | undefined>
  /** Never rejects: what cannot be kept is not. An answer of a group is gone once the group is cleared. */
  set(name: string, answer: CacheEntry, milliseconds: number, group?: TagVersion): Promise<void>
  /**
   * What an answer of the group is kept by, to be taken before upstream is asked: an answer that a clearing overtook must
   * not be kept. Undefined when there is none to be had; never rejects.
   */
  mark(group: string): Promise<TagVersion | undefined>
  /** Forgets a group of answers: here at once, on all other instances as soon as Redis can be told. Never rejects. */
  clear(group: string): Promise<void>
}

/** What a cache holds, for whoever does not end it. */
export type CacheAccess = Omit<Cache, typeof Symbol.asyncDispose>

/** A group as it was at one moment: counts for nothing once the group is cleared. */
export interface TagVersion {
  readonly group: string
  readonly mark: string
}

export interface CacheOptions {
  /** What may be kept in memory; an answer counts for half a kilobyte at least. */
  readonly bytes: number
  /** Not closed with the cache, which has connections of its own: 45 MB of answers must not stand before a short question. */
  readonly redis?: RedisConnection | undefined
  /** Whose answers they are. Another namespace never sees them, and it is not to be read off what Redis holds. */
  readonly namespace: string
}

export function openCache({ bytes, redis, namespace }: CacheOptions): Cache {
  const resources = new DisposableStack()
  const owner = fingerprint(namespace)
  const prefix = `isotherm:answers:${owner}`
  const memory = memoryDriver({
    maxSize: Math.max(1, bytes),
    maxItems: Math.max(1, Math.floor(bytes / leastBytes)),
  })
  const store = bentostore().useL1Layer(memory)
  const connection = redis && resources.use(redis.duplicate())
  if (redis && connection) {
    const subscriber = resources.use(redis.duplicate({ autoResubscribe: false }))
    const bus = openInvalidationBus(connection, subscriber)
    store.useL2Layer({ options: { connection }, factory: config => new PatientDriver(config) })
    store.useBus({ options: { retryQueue: { enabled: false, retryInterval: 0 } }, factory: () => bus })
  }
  const marks = resources.use(
    connection ? openRedisTagVersions(connection, `isotherm:groups:${owner}`) : openMemoryTagVersions(),
  )
  const answers = new BentoCache({ default: owner, stores: { [owner]: store }, prefix, ttl: longest })
  answers.use()

  return {
    async get(name) {
      try {
        const kept = Entry.safeParse(await answers.get({ key: fingerprint(name) }))
        if (!kept.success) return undefined
        const { value, at, group, mark } = kept.data
        if (group !== undefined && (mark === undefined || (await marks.read(group)) !== mark))
          return undefined
        return { value, at }
      } catch {
        return undefined
      }
    },
    async set(name, answer, milliseconds, group) {
      const ttl = Math.min(Math.ceil(milliseconds), longest)
      if (!(ttl > 0)) return
      try {
        const entry = { value: answer.value, at: answer.at, ...group }
        await answers.set({ key: fingerprint(name), value: entry, ttl })
      } catch {
        // Not JSON, so not kept.
      }
    },
    async mark(group) {
      const mark = await marks.give(group)
      return mark === undefined ? undefined : { group, mark }
    },
    clear: group => marks.forget(group),
    async [Symbol.asyncDispose]() {
      await answers.disconnect()
      resources.dispose()
    },
  }
}

class PatientDriver extends RedisDriver {
  override get(key: string): Promise<string | undefined> {
    return askTwice(() => super.get(key))
  }

  override set(key: string, value: string, milliseconds?: number): Promise<boolean> {
    return askTwice(() => super.set(key, value, milliseconds))
  }
}

const leastBytes = 512
const longest = 366 * 24 * 3_600_000

const Entry = z.object({
  value: z.unknown(),
  at: z.number(),
  group: z.string().optional(),
  mark: z.string().optional(),
})

/** Of one length and without a colon, by which Bentocache joins what must not run together. */
function fingerprint(text: string): string {
  return hash('sha256', text, 'base64url')
}

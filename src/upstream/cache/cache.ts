import { type Log, silentLog } from '../log.ts'
import { type Leases, openLeases } from './leases.ts'
import { type Changes, openMemory, type StoredEntry } from './memory.ts'
import type { RedisConnection } from './redis.ts'
import { openSharedEntries } from './shared-entries.ts'
import { openMemoryTagVersions, openRedisTagVersions, type TagVersion } from './tag-versions.ts'

/** A value and when upstream gave it (ms since 1970). */
export interface CacheEntry {
  readonly value: unknown
  readonly at: number
}

/** Makes the value from its plain JSON; undefined if the JSON is no such value. By default the JSON is the value. */
export type Decode = (json: unknown) => unknown

export interface Lookup {
  /** The tag's version, if the caller knows it; otherwise it is read. */
  readonly tag?: TagVersion | undefined
  /** Whether another instance has just written the entry, so that memory may have an older one. */
  readonly skipsMemory?: boolean
  /** Whether memory does not keep what is read from Redis. */
  readonly leavesMemory?: boolean | undefined
  /** Whether it is one of a great many values that are read once. */
  readonly isBulk?: boolean | undefined
}

/** How an entry is stored. */
export interface Storing {
  /** As in lookups. */
  readonly decode?: Decode | undefined
  /** Whether it is stored in Redis only, and nowhere without Redis. Memory then has no older entry either. */
  readonly leavesMemory?: boolean | undefined
  /** Whether it is one of a great many that are read once: memory keeps only few of them, in a part of its bound. */
  readonly isBulk?: boolean | undefined
}

/** Values by name, in memory and, with Redis, for all instances. Losing Redis costs speed, never a value. */
export interface Cache extends AsyncDisposable, SizedCache {
  /**
   * Undefined if there is no entry, or it is unreadable. Synchronous if memory decides, a promise if Redis has to be asked. Never
   * rejects. All readers of an entry get the same value, and must not change it.
   */
  get(
    name: string,
    decode?: Decode,
    lookup?: Lookup,
  ): CacheEntry | undefined | Promise<CacheEntry | undefined>
  /**
   * Stores a copy of a value that is plain JSON, and nothing else. A tagged entry is gone once its tag is cleared. Resolves with
   * whether other instances can read it; never rejects.
   */
  set(
    name: string,
    entry: CacheEntry,
    milliseconds: number,
    tag?: TagVersion,
    storing?: Storing,
  ): Promise<boolean>
  /**
   * The tag's version. Read it before calling upstream: a response that comes after the tag was cleared must not be stored.
   * Undefined if it is not available; never rejects.
   */
  tagVersion(tag: string): Promise<TagVersion | undefined>
  /** Removes all entries of a tag: here at once, on other instances as soon as Redis is reachable. Never rejects. */
  clear(tag: string): Promise<void>
  /** Undefined if nothing is cached. */
  readonly objects?: CachedObjects
  /** Lets one of all instances call upstream for an entry; undefined if no other instance reads the entries. */
  readonly leases: Leases | undefined
  /**
   * The same cache, which also counts changes of all data that is stored and read through it: as long as the count stays, it
   * returns the same values. Evictions from memory count too, since Redis may have something newer.
   */
  countedBy(changes: Changes): CacheAccess
}

/** Objects that this process keeps beside the entries, within the same bound. They are never stored in Redis. */
export interface CachedObjects {
  /** The same object that was given: it may have changed since. */
  get(name: string): unknown
  /** `bytes` is its size in memory. Set it again when that changes. */
  set(
    name: string,
    value: object,
    bytes: number,
    milliseconds: number,
    storing?: Pick<Storing, 'isBulk'>,
  ): void
}

/** The memory of the entries. */
export interface SizedCache {
  readonly bytes: number
}

/** A cache for users that do not close it. */
export type CacheAccess = Omit<Cache, typeof Symbol.asyncDispose | keyof SizedCache | 'countedBy'>

/** How an account caches what a provider returns. */
export interface CachePolicy {
  readonly cache: CacheAccess
  /** Up to this age an entry past its TTL is served while its upstream is down. */
  readonly staleMilliseconds: number
}

export interface CacheOptions {
  /** The bound of memory; each entry counts for at least half a kilobyte. */
  readonly bytes: number
  /** Not closed with the cache, which opens connections of its own: 45 MB of entries must not delay a short command. */
  readonly redis?: RedisConnection | undefined
  /** The owner of the entries. Other namespaces never see them, and Redis does not reveal it. */
  readonly namespace: string
  readonly log?: Log
}

export function openCache({ bytes, redis, namespace, log = silentLog }: CacheOptions): Cache {
  const resources = new DisposableStack()
  const memory = openMemory(bytes)
  const connection = redis && resources.use(redis.duplicate())
  const subscriber = redis && resources.use(redis.duplicate({ autoResubscribe: false }))
  const connections = connection && subscriber && { redis: connection, subscriber, namespace }
  const shared = connections && openSharedEntries({ ...connections, memory })
  const leases = connections && resources.use(openLeases({ ...connections, log }))
  const tags = resources.use(
    connection ? openRedisTagVersions(connection, namespace) : openMemoryTagVersions(),
  )
  // Other instances name entries as Redis does; without them names need not be hashed.
  const keyOf = shared ? shared.keyOf : (name: string) => name

  /** The entry, unless its tag was cleared since it was stored. */
  const whileTagged = (
    found: StoredEntry,
    known: TagVersion | undefined,
  ): CacheEntry | undefined | Promise<CacheEntry | undefined> => {
    const entry = { value: found.value, at: found.at }
    if (!found.tag) return entry
    const { tag, version } = found.tag
    if (known?.tag === tag) return known.version === version ? entry : undefined
    const current = tags.read(tag)
    if (current instanceof Promise) return current.then(now => (now === version ? entry : undefined))
    return current === version ? entry : undefined
  }

  const accessOf = (changes?: Changes): CacheAccess => ({
    leases,
    objects: {
      get: name => memory.get(objectKey(name))?.value,
      set(name, value, bytes, milliseconds, { isBulk } = {}) {
        const now = Date.now()
        const until = now + Math.min(milliseconds, longest)
        memory.set(objectKey(name), { value, at: now, until, bytes, isBulk, changes })
      },
    },
    get(name, decode = asItIs, { tag, skipsMemory = false, leavesMemory = false, isBulk } = {}) {
      const key = keyOf(name)
      const found = skipsMemory ? undefined : memory.get(key)
      if (found) return whileTagged(found, tag)
      const given = { leavesMemory, isBulk, changes }
      return shared?.read(key, decode, given).then(read => read && whileTagged(read, tag))
    },
    async set(name, { value, at }, milliseconds, tag, storing = {}) {
      const { decode = asItIs, leavesMemory = false, isBulk } = storing
      const ttl = Math.min(Math.ceil(milliseconds), longest)
      const key = keyOf(name)
      // The entry in memory is older.
      if (leavesMemory) memory.delete(key)
      if (!(ttl > 0) || (leavesMemory && !shared)) return false
      const json = printJson(value)
      if (json === undefined) return false
      const copy = decode(JSON.parse(json))
      if (copy === undefined) return false
      const entry = { value: copy, at, until: Date.now() + ttl, tag, isBulk, changes }
      if (!leavesMemory) memory.set(key, entry)
      return (await shared?.write(key, entry, json, ttl)) ?? false
    },
    async tagVersion(tag) {
      const version = await tags.ensure(tag)
      return version === undefined ? undefined : { tag, version }
    },
    async clear(tag) {
      if (changes) changes.count++
      await tags.forget(tag)
    },
  })
  return {
    ...accessOf(),
    countedBy: accessOf,
    get bytes() {
      return memory.bytes
    },
    async [Symbol.asyncDispose]() {
      resources.dispose()
    },
  }
}

const longest = 366 * 24 * 3_600_000

/** No entry has this name. */
function objectKey(name: string): string {
  return `object ${name}`
}

function asItIs(json: unknown): unknown {
  return json
}

/** Undefined for a value that JSON cannot hold. */
function printJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}

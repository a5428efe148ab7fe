import { LRUCache } from 'lru-cache'
import { heapBytes } from './heap-bytes.ts'
import type { TagVersion } from './tag-versions.ts'

/** A cache entry as it is stored. */
export interface StoredEntry {
  readonly value: unknown
  /** When upstream gave it, in ms since 1970. */
  readonly at: number
  /** When it expires, in ms since 1970. */
  readonly until: number
  readonly tag?: TagVersion | undefined
  /** The size of the value in memory, if it is no plain JSON. */
  readonly bytes?: number
  /** Whether it is one of a great many that are read once. */
  readonly isBulk?: boolean | undefined
  /** The counts of the entry's owner. */
  readonly changes?: Changes | undefined
}

/** How often entries were stored, replaced or removed. */
export interface Changes {
  count: number
}

/**
 * Entries in memory, within a bound of bytes; the least recently used are evicted first. Entries in bulk have a small part of the
 * bound, so that they evict no others.
 */
export interface Memory {
  /** Undefined for one that has expired. */
  get(key: string): StoredEntry | undefined
  set(key: string, entry: StoredEntry): void
  delete(key: string): void
  /** The memory of its entries. */
  readonly bytes: number
}

/** The table grows with its entries: a large bound that is not used costs nothing. */
export function openMemory(bytes: number): Memory {
  const bulkBytes = Math.min(mostBulkBytes, Math.floor(bytes / 8))
  const [entries, bulk] = [openPart(bytes - bulkBytes), openPart(bulkBytes)]
  const remove = (key: string) => {
    entries.delete(key)
    bulk.delete(key)
  }
  return {
    get(key) {
      const entry = entries.get(key) ?? bulk.get(key)
      if (!entry || Date.now() < entry.until) return entry
      remove(key)
      return undefined
    },
    set(key, entry) {
      countChange(entry)
      if (entry.isBulk && !entries.has(key)) return void bulk.set(key, entry)
      bulk.delete(key)
      entries.set(key, entry)
    },
    delete: remove,
    get bytes() {
      return entries.calculatedSize + bulk.calculatedSize
    },
  }
}

function openPart(bytes: number): LRUCache<string, StoredEntry> {
  return new LRUCache({
    maxSize: Math.max(1, bytes),
    sizeCalculation: ({ value, bytes }, key) =>
      Math.max(leastBytes, ownBytes + key.length + (bytes ?? heapBytes(value))),
    // For any reason: replaced, deleted, or evicted.
    dispose: countChange,
  })
}

/** Enough for the entries that the next question of an export needs again; several exports at once load some of them twice. */
const mostBulkBytes = 8 * 2 ** 20

function countChange({ changes }: StoredEntry): void {
  if (changes) changes.count++
}

const leastBytes = 512

/** The memory of an entry besides its name and value: the LRU list, a row of a map, the entry itself. */
const ownBytes = 160

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
  /** What the value takes in memory, where it is no plain JSON. */
  readonly bytes?: number
  /** Of whoever's entry it is. */
  readonly changes?: Changes | undefined
}

/** How often entries were stored, replaced or removed. */
export interface Changes {
  count: number
}

/** Entries in memory, within a bound of bytes; the least recently used go first. */
export interface Memory {
  /** Undefined for one that has expired. */
  get(key: string): StoredEntry | undefined
  set(key: string, entry: StoredEntry): void
  delete(key: string): void
  /** What its entries take. */
  readonly bytes: number
}

/** Nothing is reserved: a large bound that is not used costs nothing. */
export function openMemory(bytes: number): Memory {
  const entries = new LRUCache<string, StoredEntry>({
    maxSize: Math.max(1, bytes),
    sizeCalculation: ({ value, bytes }, key) =>
      Math.max(leastBytes, ownBytes + key.length + (bytes ?? heapBytes(value))),
    // However it goes: replaced, deleted, or since there was no room.
    dispose: countChange,
  })
  return {
    get(key) {
      const entry = entries.get(key)
      if (!entry || Date.now() < entry.until) return entry
      entries.delete(key)
      return undefined
    },
    set(key, entry) {
      countChange(entry)
      entries.set(key, entry)
    },
    delete(key) {
      entries.delete(key)
    },
    get bytes() {
      return entries.calculatedSize
    },
  }
}

function countChange({ changes }: StoredEntry): void {
  if (changes) changes.count++
}

const leastBytes = 512

/** What an entry takes beside its name and value: the list of the least recently used, a row of a map, the entry itself. */
const ownBytes = 160

import { hash } from 'node:crypto'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { tryJson } from '../http/json.ts'
import { askTwice } from './ask-twice.ts'
import { openInvalidationBus } from './invalidation-bus.ts'
import type { Changes, Memory, StoredEntry } from './memory.ts'

/** Entries in Redis, which all instances read and write; each has its own memory in front of them. */
export interface SharedEntries {
  /** The key of an entry, in memory and in Redis: it reveals neither the namespace nor the name. */
  keyOf(name: string): string
  /**
   * Reads Redis, and stores the result in memory unless it `leavesMemory`. Another instance may have written it, so it counts as
   * a change. Undefined if there is none or it is unreadable; never rejects.
   */
  read(
    key: string,
    decode: (json: unknown) => unknown,
    given: {
      readonly leavesMemory: boolean
      readonly isBulk: boolean | undefined
      readonly changes: Changes | undefined
    },
  ): Promise<StoredEntry | undefined>
  /** `json` is what the entry's value is decoded from. Resolves with whether Redis has it; never rejects. */
  write(key: string, entry: StoredEntry, json: string, milliseconds: number): Promise<boolean>
}

export function openSharedEntries({
  redis,
  subscriber,
  namespace,
  memory,
}: {
  readonly redis: Redis
  readonly subscriber: Redis
  readonly namespace: string
  readonly memory: Memory
}): SharedEntries {
  const owner = fingerprint(namespace)
  /** Current reads whose result is still the newest that this process knows. */
  const reads = new Map<string, object>()
  const forget = (key: string) => {
    reads.delete(key)
    memory.delete(key)
  }
  const bus = openInvalidationBus({ redis, subscriber, channel: `isotherm:invalidations:${owner}`, forget })

  return {
    keyOf: name => `isotherm:entries:${owner}:${fingerprint(name)}`,
    async read(key, decode, { leavesMemory, isBulk, changes }) {
      const own = {}
      reads.set(key, own)
      try {
        const record = Record.safeParse(tryJson((await askTwice(() => redis.get(key))) ?? ''))
        const value = record.data && decode(record.data.value)
        if (!record.success || value === undefined) return undefined
        const entry = { ...record.data, value, isBulk, changes }
        if (changes) changes.count++
        if (!leavesMemory && reads.get(key) === own) memory.set(key, entry)
        return Date.now() < entry.until ? entry : undefined
      } catch {
        return undefined
      } finally {
        if (reads.get(key) === own) reads.delete(key)
      }
    },
    async write(key, { at, until, tag }, json, milliseconds) {
      reads.delete(key)
      const text = `{"value":${json},${JSON.stringify({ at, until, tag }).slice(1)}`
      try {
        await askTwice(() => redis.set(key, text, 'PX', milliseconds))
        bus.publish(key)
        return true
      } catch {
        // Memory has it anyway.
        return false
      }
    },
  }
}

const Record = z.object({
  value: z.unknown(),
  at: z.number(),
  until: z.number(),
  tag: z.object({ tag: z.string(), version: z.string() }).optional(),
})

function fingerprint(text: string): string {
  return hash('sha256', text, 'base64url')
}

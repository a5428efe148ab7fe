import { hash } from 'node:crypto'
import type { Redis } from 'ioredis'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { askTwice } from '../cache/ask-twice.ts'
import { tryJson } from '../http/json.ts'
import type { ImageResult } from './image-result.ts'

/** A cacheable value with an image, when upstream gave it and how long it is cached, both in ms since 1970. */
export interface StoredImage {
  readonly value: ImageResult
  readonly at: number
  readonly until: number
}

/** Images in Redis, for all instances. */
export interface SharedImages {
  /** Undefined when there is none, or it cannot be read; never rejects. */
  read(name: string): Promise<StoredImage | undefined>
  /** Does nothing for an image that is too large, or once this instance holds its share of Redis; never rejects. */
  write(name: string, image: StoredImage): Promise<void>
}

/** An instance writes no image of more bytes than `mostBytes`, and has no more than `shareBytes` there at a time. */
export function openSharedImages(
  redis: Redis,
  shareBytes: number,
  mostBytes: number = largest,
): SharedImages {
  const written = new LRUCache<string, number>({
    maxSize: Math.max(1, shareBytes),
    sizeCalculation: bytes => bytes,
  })
  const hasRoom = (key: string, bytes: number) => {
    written.purgeStale()
    return written.calculatedSize - (written.peek(key) ?? 0) + bytes <= shareBytes
  }
  return {
    async read(name) {
      try {
        const record = await askTwice(() => redis.getBuffer(keyOf(name)))
        return record ? decode(record) : undefined
      } catch {
        return undefined
      }
    },
    async write(name, image) {
      const key = keyOf(name)
      const milliseconds = Math.min(Math.floor(image.until - Date.now()), longest)
      const { byteLength } = image.value.picture
      if (milliseconds <= 0 || byteLength > mostBytes || !hasRoom(key, byteLength)) return
      written.set(key, Math.max(1, byteLength), { ttl: milliseconds })
      try {
        await redis.set(key, encode(image), 'PX', milliseconds)
      } catch {
        // Memory has it.
      }
    },
  }
}

/** A vendor's screenshot is smaller; Redis is to hold thousands of records beside. */
const largest = 1024 ** 2

/** However long an image is good for: whoever still shows it after an hour downloads it again. */
const longest = 3_600_000

/** The version of what is stored is part of it. */
function keyOf(name: string): string {
  return `isotherm:images:1:${hash('sha256', name, 'base64url')}`
}

const head = z.object({
  value: z.looseObject({
    picture: z.object({ byteLength: z.number(), contentType: z.string(), etag: z.string() }),
  }),
  at: z.number(),
  until: z.number(),
})

/** A line of JSON, and the bytes of the image. */
function encode({ value, at, until }: StoredImage): Buffer {
  const { parts, ...picture } = value.picture
  const line = JSON.stringify({ value: { ...value, picture }, at, until })
  return Buffer.concat([Buffer.from(`${line}\n`), ...parts])
}

/** Undefined for what is no such image, or not whole. */
function decode(record: Buffer): StoredImage | undefined {
  const end = record.indexOf('\n')
  const { data } = head.safeParse(tryJson(record.toString('utf8', 0, Math.max(0, end))))
  const bytes = record.subarray(end + 1)
  if (!data || bytes.byteLength !== data.value.picture.byteLength || data.until <= Date.now())
    return undefined
  const { value, at, until } = data
  return { value: { ...value, picture: { ...value.picture, parts: [bytes] } }, at, until }
}

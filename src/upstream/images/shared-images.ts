import { hash } from 'node:crypto'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { tryJson } from '../http/json.ts'
import type { ImageResult } from './image-result.ts'

/** A cacheable value with an image, when upstream sent it and until when it is cached, both in ms since 1970. */
export interface StoredImage {
  readonly value: ImageResult
  readonly at: number
  readonly until: number
}

/** Images in Redis, for all instances. */
export interface SharedImages {
  /** Undefined if there is none, or it is unreadable; never rejects. */
  read(name: string): Promise<StoredImage | undefined>
  /** Does nothing if the image is too large, or Redis is unavailable; never rejects. */
  write(name: string, image: StoredImage): Promise<void>
}

/**
 * All instances together store at most `mostBytes`, however often they start. Images are distributed over a few shelves; a full
 * one is cleared for the next image, so no user's images keep out another's.
 */
export function openSharedImages(redis: Redis, mostBytes: number): SharedImages {
  const shelfBytes = Math.floor(mostBytes / shelves)
  return {
    async read(name) {
      try {
        const record = await redis.hgetBuffer(...placeOf(name))
        return record ? decode(record) : undefined
      } catch {
        return undefined
      }
    },
    async write(name, image) {
      if (image.until <= Date.now() || image.value.image.byteLength > largest) return
      const record = encode(image)
      if (record.byteLength > shelfBytes) return
      const [shelf, field] = placeOf(name)
      await redis.eval(writeScript, 1, shelf, field, record, shelfBytes, shelfMilliseconds).catch(() => {
        // Memory has it anyway.
      })
    },
  }
}

/** Key: a shelf. Arguments: field, record, the most bytes of a shelf, how long it lasts from its first image on. */
const writeScript = `
local bytes = tonumber(redis.call('HGET', KEYS[1], 'bytes') or 0)
if bytes + #ARGV[2] > tonumber(ARGV[3]) then redis.call('UNLINK', KEYS[1]) end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('HINCRBY', KEYS[1], 'bytes', #ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[4], 'NX')
`

const shelves = 16

/** Whatever the TTL of an image: whoever still shows it after an hour downloads it again. */
const shelfMilliseconds = 3_600_000

/** A vendor's screenshot is smaller; Redis also has to hold thousands of records. */
const largest = 1024 ** 2

/** The image's shelf, and its field there. The field contains the version of the stored form. */
function placeOf(name: string): [shelf: string, field: string] {
  const digest = hash('sha256', name, 'buffer')
  return [`isotherm:images:2:${digest.readUInt8() % shelves}`, digest.toString('base64url')]
}

const head = z.object({
  value: z.looseObject({
    image: z.object({ byteLength: z.number(), contentType: z.string(), etag: z.string() }),
  }),
  at: z.number(),
  until: z.number(),
})

/** A line of JSON, and the bytes of the image. */
function encode({ value, at, until }: StoredImage): Buffer {
  const { parts, ...image } = value.image
  const line = JSON.stringify({ value: { ...value, image }, at, until })
  return Buffer.concat([Buffer.from(`${line}\n`), ...parts])
}

/** Undefined for anything but a whole image in this form. */
function decode(record: Buffer): StoredImage | undefined {
  const end = record.indexOf('\n')
  const { data } = head.safeParse(tryJson(record.toString('utf8', 0, Math.max(0, end))))
  const bytes = record.subarray(end + 1)
  if (!data || bytes.byteLength !== data.value.image.byteLength || data.until <= Date.now()) return undefined
  const { value, at, until } = data
  return { value: { ...value, image: { ...value.image, parts: [bytes] } }, at, until }
}

import { PassThrough, type Transform } from 'node:stream'
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib'
import { errors } from 'undici'
import type { HttpHead } from './message.ts'

/** An unreadable body. The message continues a sentence that starts with the provider's name. */
export class UnreadableBody extends Error {
  override readonly name = 'UnreadableBody'
}

/** The accepted codings. Both forms of `deflate` are decoded too. */
export const acceptedCodings = 'gzip, br, zstd'

/** Each decoder takes memory; no server means more than this. */
const mostCodings = 4

/** The codings of a body, in the order in which they were applied. */
export function codingsOf({ headers }: HttpHead): readonly string[] {
  const value = headers['content-encoding']
  if (value === undefined) return none
  const names = (Array.isArray(value) ? value.join() : value).toLowerCase().split(',')
  return names.map(name => name.trim()).filter(name => name !== '' && name !== 'identity')
}

const none: readonly string[] = []

export interface DecodedBody {
  readonly data: (chunk: Buffer) => void
  readonly end: () => void
  /** Called with UnreadableBody or undici's ResponseExceededMaxSizeError; no callback follows it. */
  readonly fail: (error: Error) => void
}

/** Decodes a body while it arrives. Bounds the output of each step but the last, which its reader bounds. */
export class ContentDecoder {
  /** The last applied coding comes first. */
  readonly #codings: readonly string[]
  readonly #maximumBytes: number
  readonly #body: DecodedBody
  /** The decoders of codings whose first bytes have come. */
  readonly #stages: Transform[] = []
  #isOver = false

  /** Throws UnreadableBody for an unknown coding. */
  constructor(codings: readonly string[], maximumBytes: number, body: DecodedBody) {
    if (codings.length > mostCodings) throw new UnreadableBody('a body with too many content codings')
    if (!codings.every(coding => stages.has(coding)))
      throw new UnreadableBody('a body with a content coding that is not read')
    this.#codings = codings.toReversed()
    this.#maximumBytes = maximumBytes
    this.#body = body
  }

  write(chunk: Buffer): void {
    // The queue is bounded: a body on the wire has the same maximum.
    if (!this.#isOver) this.#write(0, chunk)
  }

  end(): void {
    if (!this.#isOver) this.#end(0)
  }

  /** Stops all callbacks. */
  destroy(): void {
    this.#isOver = true
    for (const stage of this.#stages) stage.destroy()
  }

  #write(index: number, chunk: Buffer): void {
    const coding = this.#codings[index]
    if (coding === undefined) {
      this.#body.data(chunk)
      return
    }
    this.#stages[index] ??= this.#open(index, coding, chunk)
    this.#stages[index].write(chunk)
  }

  #end(index: number): void {
    const stage = this.#stages[index]
    if (stage) stage.end()
    else if (index === this.#codings.length) this.#body.end()
    else this.#fail(new UnreadableBody(undecodable))
  }

  #open(index: number, coding: string, first: Buffer): Transform {
    const stage = stages.get(coding)?.(first) ?? new PassThrough()
    let bytes = 0
    stage.on('data', (chunk: Buffer) => {
      if (this.#isOver) return
      bytes += chunk.byteLength
      const isWhole = index === this.#codings.length - 1
      if (!isWhole && bytes > this.#maximumBytes) this.#fail(new errors.ResponseExceededMaxSizeError())
      else this.#write(index + 1, chunk)
    })
    stage.on('end', () => {
      if (!this.#isOver) this.#end(index + 1)
    })
    stage.on('error', cause => this.#fail(new UnreadableBody(undecodable, { cause })))
    return stage
  }

  #fail(error: Error): void {
    if (this.#isOver) return
    this.destroy()
    this.#body.fail(error)
  }
}

const undecodable = 'a body that cannot be decompressed'

/** Bytes after the end of a stream would be lost silently; only gzip allows several members. */
const strict = { rejectGarbageAfterEnd: true }
/** The largest window that HTTP allows (RFC 9659). */
const zstd = { ...strict, params: { [constants.ZSTD_d_windowLogMax]: 23 } }

/** Decoders by coding; the first bytes select one of two. */
const stages = new Map<string, (first: Buffer) => Transform>([
  ['gzip', () => createGunzip()],
  ['x-gzip', () => createGunzip()],
  ['br', () => createBrotliDecompress(strict)],
  ['zstd', () => createZstdDecompress(zstd)],
  // Many servers leave out the zlib wrapper, which browsers accept.
  [
    'deflate',
    (first: Buffer) => (((first[0] ?? 0) & 0x0f) === 8 ? createInflate(strict) : createInflateRaw(strict)),
  ],
])

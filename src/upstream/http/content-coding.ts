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
import { UnreadableBody } from './unreadable-body.ts'

/** What is asked for; `deflate`, of which there are two, is read as well. */
export const acceptedCodings = 'gzip, br, zstd'

/** Each decoding of a body takes memory, so that there are only as many as somebody may mean. */
const mostCodings = 4

/** The codings of a body, in the order that they were applied in; mostly none. */
export function codingsOf({ headers }: HttpHead): readonly string[] {
  const told = headers['content-encoding']
  if (told === undefined) return none
  const names = (Array.isArray(told) ? told.join() : told).toLowerCase().split(',')
  return names.map(name => name.trim()).filter(name => name !== '' && name !== 'identity')
}

const none: readonly string[] = []

export interface DecodedBody {
  readonly data: (chunk: Buffer) => void
  readonly end: () => void
  /** With UnreadableBody, or undici's ResponseExceededMaxSizeError; nothing follows. */
  readonly fail: (error: Error) => void
}

/** Decodes a body while it comes. No coding on the way may be longer than a body may be; the decoded one is its reader's to watch. */
export class ContentDecoder {
  /** Last applied first. */
  readonly #codings: readonly string[]
  readonly #maximumBytes: number
  readonly #body: DecodedBody
  /** Of each coding whose first bytes have come. */
  readonly #stages: Transform[] = []
  #isOver = false

  /** Throws UnreadableBody for a coding that is not read. */
  constructor(codings: readonly string[], maximumBytes: number, body: DecodedBody) {
    if (codings.length > mostCodings) throw new UnreadableBody('a body with too many content codings')
    if (!codings.every(coding => stages.has(coding)))
      throw new UnreadableBody('a body with a content coding that is not read')
    this.#codings = codings.toReversed()
    this.#maximumBytes = maximumBytes
    this.#body = body
  }

  write(chunk: Buffer): void {
    // What waits is bounded: a body on the wire has the same maximum.
    if (!this.#isOver) this.#write(0, chunk)
  }

  end(): void {
    if (!this.#isOver) this.#end(0)
  }

  /** Nothing is told any more. */
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

/** What follows the end of a stream would be lost without a word; members of gzip may follow each other. */
const strict = { rejectGarbageAfterEnd: true }
/** The largest window that a coding of HTTP may need (RFC 9659). */
const zstd = { ...strict, params: { [constants.ZSTD_d_windowLogMax]: 23 } }

/** By the names of the codings; the first bytes tell which of two it is. */
const stages = new Map<string, (first: Buffer) => Transform>([
  ['gzip', () => createGunzip()],
  ['x-gzip', () => createGunzip()],
  ['br', () => createBrotliDecompress(strict)],
  ['zstd', () => createZstdDecompress(zstd)],
  // Many senders leave the zlib wrapper away, as browsers know.
  [
    'deflate',
    (first: Buffer) => (((first[0] ?? 0) & 0x0f) === 8 ? createInflate(strict) : createInflateRaw(strict)),
  ],
])

import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable, type Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Coding, codingFor, compress, openCompression, type Purpose } from './body-coding.ts'
import { longJsonChunks, writeLongJson } from './long-json.ts'
import { chunkBytes, endWith, untilTaken } from './slow-readers.ts'

export interface BodyOptions {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Milliseconds in which a reader has to take the next part. */
  readonly patience: number
}

/** Shorter bodies are not compressed, which would take longer than sending them. */
const worthCompressing = 1024

/** The text of one response, or of several equal ones. */
export class TextBody {
  readonly text: string
  /** In bytes, as UTF-8. */
  readonly length: number
  /** Called when its size in memory grows. */
  onGrown: (() => void) | undefined
  readonly #purpose: Purpose
  readonly #coded = new Map<Coding, Promise<Buffer>>()
  #codedBytes = 0

  constructor(text: string, purpose: Purpose = 'once') {
    this.text = text
    this.#purpose = purpose
    this.length = Buffer.byteLength(text)
  }

  /** Writes the same bytes: if all is ASCII, in a third of the time and memory. */
  get encoding(): 'latin1' | 'utf8' {
    return this.length === this.text.length ? 'latin1' : 'utf8'
  }

  /** Its size in memory, with its compressed copies so far: text that is not all ASCII has two bytes for each character. */
  get heldBytes(): number {
    return this.text.length * (this.encoding === 'latin1' ? 1 : 2) + this.#codedBytes
  }

  bytes(): Buffer {
    return Buffer.from(this.text, this.encoding)
  }

  /** Compressed once for all responses with this coding. */
  coded(coding: Coding): Promise<Buffer> {
    return this.#coded.getOrInsertComputed(coding, async () => {
      const bytes = await compress(this.bytes(), coding, this.#purpose)
      this.#codedBytes += bytes.byteLength
      this.onGrown?.()
      return bytes
    })
  }
}

/** Sends a response with this text, compressed if it is long and the client accepts that. Only the headers for HEAD. */
export async function sendText(given: string | TextBody, options: BodyOptions): Promise<void> {
  const { request, response, status, headers, patience } = options
  const body = typeof given === 'string' ? new TextBody(given) : given
  const { text, length, encoding } = body
  const coding = length < worthCompressing ? undefined : negotiate(request, response)
  if (coding === undefined && length <= chunkBytes) {
    response.writeHead(status, { ...headers, 'content-length': length })
    return void (request.method === 'HEAD' ? response.end() : response.end(text, encoding))
  }
  const bytes = coding === undefined ? body.bytes() : await body.coded(coding)
  if (response.destroyed) return
  response.writeHead(status, {
    ...headers,
    ...(coding && { 'content-encoding': coding }),
    'content-length': bytes.byteLength,
  })
  if (request.method === 'HEAD') return void response.end()
  await endWith(response, bytes, patience)
}

/** Sends a response with the JSON of a value that is too long to be written at once. */
export async function sendLongJson(value: unknown, options: BodyOptions): Promise<void> {
  const { request, response, status, headers, patience } = options
  const coding = negotiate(request, response)
  response.writeHead(status, { ...headers, ...(coding && { 'content-encoding': coding }) })
  if (coding === undefined) await writeLongJson(response, value, patience)
  else await writeCompressed(longJsonChunks(value), openCompression(coding, false), options)
  response.end()
}

/**
 * Sends a response piece by piece, each at once, no faster than it is read, and requests no more pieces once the reader has left.
 * Rejects as the pieces do, without having ended the response.
 */
export async function sendPieces(pieces: AsyncIterable<string>, options: BodyOptions): Promise<void> {
  const { request, response, status, headers, patience } = options
  const coding = negotiate(request, response)
  response.writeHead(status, { ...headers, ...(coding && { 'content-encoding': coding }) })
  if (coding === undefined) {
    for await (const piece of pieces) {
      await untilTaken(response, patience, taken => response.write(piece, taken))
      if (response.closed) return
    }
  } else await writeCompressed(pieces, openCompression(coding, true), options)
  if (!response.closed) response.end()
}

/** No faster than they are read, and no more once the reader has left. */
async function writeCompressed(
  pieces: AsyncIterable<string | Buffer>,
  compression: Transform,
  { response, patience }: Pick<BodyOptions, 'response' | 'patience'>,
): Promise<void> {
  const write = async (compressed: AsyncIterable<Buffer>) => {
    for await (const bytes of compressed) {
      await untilTaken(response, patience, taken => response.write(bytes, taken))
      if (response.closed) return
    }
  }
  try {
    await pipeline(Readable.from(pieces), compression, write)
  } catch (error) {
    if (!response.closed) throw error
  }
}

function negotiate({ headers }: IncomingMessage, response: ServerResponse): Coding | undefined {
  if (!/accept-encoding/i.test(String(response.getHeader('vary'))))
    response.appendHeader('vary', 'Accept-Encoding')
  return codingFor(headers['accept-encoding'])
}

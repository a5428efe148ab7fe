import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Coding, codingFor, compress, openCompression } from './body-coding.ts'
import { longJsonChunks, writeLongJson } from './long-json.ts'
import { chunkBytes, endWith, untilTaken } from './slow-readers.ts'

export interface BodyOptions {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Milliseconds that a reader may take nothing. */
  readonly patience: number
}

/** Bodies of fewer bytes are sent as they are: compressing them takes longer than sending them. */
const worthCompressing = 1024

/** Sends a response with this text, compressed if it is long and the client takes that. Of HEAD, only its headers. */
export async function sendText(text: string, options: BodyOptions): Promise<void> {
  const { request, response, status, headers, patience } = options
  const length = Buffer.byteLength(text)
  // The same bytes if all is ASCII, written in a third of the time and memory.
  const encoding = length === text.length ? 'latin1' : 'utf8'
  const coding = length < worthCompressing ? undefined : negotiate(request, response)
  if (coding === undefined && length <= chunkBytes) {
    response.writeHead(status, { ...headers, 'content-length': length })
    return void (request.method === 'HEAD' ? response.end() : response.end(text, encoding))
  }
  const plain = Buffer.from(text, encoding)
  const body = coding === undefined ? plain : await compress(plain, coding)
  if (response.destroyed) return
  response.writeHead(status, {
    ...headers,
    ...(coding && { 'content-encoding': coding }),
    'content-length': body.byteLength,
  })
  if (request.method === 'HEAD') return void response.end()
  await endWith(response, body, patience)
}

/** Sends a response with the JSON of a value that is too long to be written at once. */
export async function sendLongJson(value: unknown, options: BodyOptions): Promise<void> {
  const { request, response, status, headers, patience } = options
  const coding = negotiate(request, response)
  response.writeHead(status, { ...headers, ...(coding && { 'content-encoding': coding }) })
  if (coding === undefined) await writeLongJson(response, value, patience)
  else await writeCompressed(value, coding, options)
  response.end()
}

/** No faster than it is read; nothing more once the reader has left. */
async function writeCompressed(
  value: unknown,
  coding: Coding,
  { response, patience }: BodyOptions,
): Promise<void> {
  const write = async (compressed: AsyncIterable<Buffer>) => {
    for await (const bytes of compressed) {
      await untilTaken(response, patience, taken => response.write(bytes, taken))
      if (response.closed) return
    }
  }
  try {
    await pipeline(Readable.from(longJsonChunks(value)), openCompression(coding), write)
  } catch (error) {
    if (!response.closed) throw error
  }
}

function negotiate({ headers }: IncomingMessage, response: ServerResponse): Coding | undefined {
  if (!/accept-encoding/i.test(String(response.getHeader('vary'))))
    response.appendHeader('vary', 'Accept-Encoding')
  return codingFor(headers['accept-encoding'])
}

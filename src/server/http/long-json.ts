import type { ServerResponse } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { hasWorkedLong } from '../../upstream/turns.ts'
import { jsonPieces } from './json-pieces.ts'
import { chunkBytes, untilTaken } from './slow-readers.ts'

/**
 * Writes long JSON no faster than it is read, and yields to other requests in between. A reader who takes nothing for
 * that long is disconnected.
 */
export async function writeLongJson(
  response: ServerResponse,
  value: unknown,
  milliseconds: number,
): Promise<void> {
  for await (const chunk of longJsonChunks(value)) {
    await untilTaken(response, milliseconds, taken => response.write(chunk, taken))
    if (response.closed) return
  }
}

/** The JSON of a long value in chunks for a socket. Yields to other requests in between. */
export async function* longJsonChunks(value: unknown): AsyncGenerator<Buffer> {
  let chunk = ''
  for (const piece of jsonPieces(value)) {
    chunk += piece
    if (hasWorkedLong()) await nextTurn()
    if (chunk.length < chunkBytes) continue
    yield Buffer.from(chunk, encodingOf(chunk))
    chunk = ''
  }
  yield Buffer.from(chunk, encodingOf(chunk))
}

/** The same bytes if all is ASCII, written in a third of the time. */
function encodingOf(text: string): BufferEncoding {
  return Buffer.byteLength(text) === text.length ? 'latin1' : 'utf8'
}

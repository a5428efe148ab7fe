import type { ServerResponse } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { hasWorkedLong } from '../upstream/source/turns.ts'
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
  let chunk = ''
  const write = () =>
    untilTaken(response, milliseconds, taken => response.write(chunk, encodingOf(chunk), taken))
  for (const piece of jsonPieces(value)) {
    chunk += piece
    if (hasWorkedLong()) await nextTurn()
    if (chunk.length < chunkBytes) continue
    await write()
    if (response.closed) return
    chunk = ''
  }
  await write()
}

/** The same bytes if all is ASCII, written in a third of the time. */
function encodingOf(text: string): BufferEncoding {
  return Buffer.byteLength(text) === text.length ? 'latin1' : 'utf8'
}

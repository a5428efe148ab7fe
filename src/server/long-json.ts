import type { ServerResponse } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { hasWorkedLong } from '../upstream/source/turns.ts'
import { jsonPieces } from './json-pieces.ts'
import { chunkBytes, untilTaken } from './slow-readers.ts'

/**
 * Writes a value's JSON into a response, no faster than it is read, in turns of the event loop that leave room for others. A
 * reader who takes nothing for so many milliseconds is dropped.
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

/** Of ASCII only the same bytes, written in a third of the time. */
function encodingOf(text: string): BufferEncoding {
  return Buffer.byteLength(text) === text.length ? 'latin1' : 'utf8'
}

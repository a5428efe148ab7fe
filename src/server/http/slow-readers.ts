import type { ServerResponse } from 'node:http'

/** Milliseconds in which a reader has to take the next part. */
export const readerPatience = 15_000

/** Bytes given to a socket at once. */
export const chunkBytes = 65_536

/**
 * Gives a response, or a piece of it, to its socket by `give`, which calls back when it was taken. Resolves then, or
 * when the connection closes. Closes the connection if that takes longer than `milliseconds`; the time starts only
 * when earlier responses on the connection are done.
 */
export function untilTaken(
  response: ServerResponse,
  milliseconds: number,
  give: (taken: () => void) => void,
): Promise<void> {
  if (response.closed) return Promise.resolve()
  return new Promise(resolve => {
    let late: NodeJS.Timeout | undefined
    const watch = () => {
      late = setTimeout(() => drop(response), milliseconds)
    }
    const done = () => {
      clearTimeout(late)
      response.off('socket', watch).off('close', done)
      resolve()
    }
    if (response.socket) watch()
    else response.once('socket', watch)
    response.once('close', done)
    give(done)
  })
}

/** Whether a response has ended, and its socket has passed on all of it. */
export function isTaken({ writableEnded, socket }: ServerResponse): boolean {
  return writableEnded && socket?.writableLength === 0
}

/**
 * Cuts a response off; also closes the socket of a response that still waits behind others. Over HTTP/1.0 the end of the
 * connection ends a body without a length, so there the connection is reset: nobody may take a part for the whole.
 */
export function drop(response: ServerResponse): void {
  const { socket, httpVersion } = response.req
  if (httpVersion === '1.0') socket.resetAndDestroy()
  else socket.destroy()
  response.destroy()
}

export function* chunksOf(bytes: Buffer): Generator<Buffer> {
  for (let start = 0; start < bytes.byteLength; start += chunkBytes)
    yield bytes.subarray(start, start + chunkBytes)
}

/** Ends a response whose head is written. Writes the bytes no faster than they are read. */
export async function endWith(response: ServerResponse, bytes: Buffer, milliseconds: number): Promise<void> {
  for (const chunk of chunksOf(bytes)) {
    await untilTaken(response, milliseconds, taken => response.write(chunk, taken))
    if (response.closed) return
  }
  response.end()
}

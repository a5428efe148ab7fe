import type { ServerResponse } from 'node:http'

/** For how long a reader may take nothing, in milliseconds. */
export const readerPatience = 15_000

/** As much as a socket is given at once, in bytes: who does not take it in time takes nothing. */
export const chunkBytes = 65_536

/**
 * Gives a response to its socket, or a part of it, by `give`, which is to call back once that was taken. Resolves then, or when
 * the connection is closed: a reader who has not taken it after so many milliseconds is dropped with its connection. What waits
 * behind another response on its connection is not offered yet.
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

/** Its socket is gone even where other responses were to go out on it before. */
export function drop(response: ServerResponse): void {
  response.req.socket.destroy()
  response.destroy()
}

export function* chunksOf(bytes: Buffer): Generator<Buffer> {
  for (let start = 0; start < bytes.byteLength; start += chunkBytes)
    yield bytes.subarray(start, start + chunkBytes)
}

/** Ends a response whose head is written, with bytes that are written no faster than they are read. */
export async function endWith(response: ServerResponse, bytes: Buffer, milliseconds: number): Promise<void> {
  for (const chunk of chunksOf(bytes)) {
    await untilTaken(response, milliseconds, taken => response.write(chunk, taken))
    if (response.closed) return
  }
  response.end()
}

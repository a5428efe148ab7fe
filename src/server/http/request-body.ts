import type { IncomingMessage, ServerResponse } from 'node:http'
import { Refusal } from './refusal.ts'

/**
 * Reads a body of at most that many bytes. Throws a Refusal of status 413 if it is longer; resolves with undefined if
 * the client leaves. The HTTP server limits how long it may take.
 */
export async function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: number,
): Promise<Buffer | undefined> {
  const tooLarge = () => {
    // Unread bytes would be taken for the next request.
    response.shouldKeepAlive = false
    return new Refusal(413, `A request body has ${bytes} bytes at most.`)
  }
  const isDeclared = Number(request.headers['content-length']) > bytes
  const isAnnounced = request.headers.expect !== undefined
  if (isDeclared && isAnnounced) throw tooLarge()
  if (isAnnounced) response.writeContinue()
  const { promise, resolve, reject } = Promise.withResolvers<Buffer | undefined>()
  const refuse = () => reject(tooLarge())
  const refuseSoon = () => setTimeout(refuse, discardMilliseconds)
  let late = isDeclared ? refuseSoon() : undefined
  const chunks: Buffer[] = []
  let read = 0
  request.on('data', (chunk: Buffer) => {
    read += chunk.byteLength
    if (read <= bytes && !isDeclared) chunks.push(chunk)
    else late ??= refuseSoon()
  })
  request.on('end', () => (late ? refuse() : resolve(joined(chunks))))
  request.on('error', () => resolve(undefined))
  request.on('close', () => resolve(undefined))
  try {
    return await promise
  } finally {
    clearTimeout(late)
  }
}

/** Closes the connection of a client that has its response and goes on sending its body. */
export function endUnread(request: IncomingMessage): void {
  if (request.complete) return
  setTimeout(() => request.complete || request.socket.destroy(), discardMilliseconds).unref()
}

/**
 * Milliseconds for which an unwanted body is read and dropped. A client that is still writing when the connection closes sees a
 * reset instead of the response (RFC 9112, section 9.6).
 */
const discardMilliseconds = 2000

/** Most bodies come in one chunk. */
function joined(chunks: readonly Buffer[]): Buffer {
  const [first] = chunks
  return first && chunks.length === 1 ? first : Buffer.concat(chunks)
}

import type { IncomingMessage, ServerResponse } from 'node:http'
import { Refusal } from './refusal.ts'

/**
 * Reads a body of so many bytes at most; throws a Refusal of status 413 at a longer one, and answers with undefined when the
 * caller leaves in the middle of it. How long it may take is the server's to say.
 */
export async function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: number,
): Promise<Buffer | undefined> {
  const tooLarge = () => {
    // What is not read would be taken for the next request.
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
  request.on('end', () => (late ? refuse() : resolve(Buffer.concat(chunks))))
  request.on('error', () => resolve(undefined))
  request.on('close', () => resolve(undefined))
  try {
    return await promise
  } finally {
    clearTimeout(late)
  }
}

/**
 * How long what is too much is read and dropped: a caller who still writes when the connection is closed sees no response, but
 * that it was reset (RFC 9112, section 9.6).
 */
const discardMilliseconds = 2000

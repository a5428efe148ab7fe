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
  if (Number(request.headers['content-length']) > bytes) throw tooLarge()
  if (request.headers.expect !== undefined) response.writeContinue()
  const { promise, resolve, reject } = Promise.withResolvers<Buffer | undefined>()
  const chunks: Buffer[] = []
  let read = 0
  request.on('data', (chunk: Buffer) => {
    read += chunk.byteLength
    if (read <= bytes) chunks.push(chunk)
    else {
      request.pause()
      reject(tooLarge())
    }
  })
  request.on('end', () => resolve(Buffer.concat(chunks)))
  request.on('error', () => resolve(undefined))
  request.on('close', () => resolve(undefined))
  return promise
}

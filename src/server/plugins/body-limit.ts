import type { ServerResponse } from 'node:http'
import { createGraphQLError, type Plugin } from 'graphql-yoga'

/**
 * Reads no more of a body than the limit, 413 otherwise. Yoga's own limit leads each body through a stream that takes longer
 * than all else of a small request; a length that is told needs none, since HTTP holds the caller to it.
 */
export function useBodyLimit(bytes: number): Plugin<object, { readonly res: ServerResponse }> {
  return {
    onRequestParse({ request, serverContext, requestParser, setRequestParser, fetchAPI }) {
      const tooLarge = () => {
        // What is not read would be taken for the next request.
        serverContext.res.shouldKeepAlive = false
        const extensions = { code: 'REQUEST_ENTITY_TOO_LARGE', http: { status: 413 } }
        return createGraphQLError('Request body too large', { extensions })
      }
      const length = request.headers.get('content-length')
      if (Number(length) > bytes) throw tooLarge()
      if (length !== null || !requestParser || request.method === 'GET') return
      setRequestParser(async ({ url, method, headers, signal, body: stream }) => {
        const body = stream && (await readBody(stream, bytes))
        if (body === undefined) throw tooLarge()
        return requestParser(new fetchAPI.Request(url, { method, headers, signal, body }))
      })
    },
  }
}

/** Undefined when there is more of it. */
async function readBody(stream: ReadableStream<Uint8Array>, bytes: number): Promise<string | undefined> {
  // Leaving a loop over the stream would end the connection, and with it the answer.
  const reader = stream.getReader()
  const chunks: Uint8Array[] = []
  let read = 0
  for (;;) {
    const { value } = await reader.read()
    if (!value) return Buffer.concat(chunks).toString()
    read += value.byteLength
    if (read > bytes) return undefined
    chunks.push(value)
  }
}

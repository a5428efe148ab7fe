import type { Reply } from './emulator.ts'

/**
 * The shapes of errors of Datadog's services: a list of strings, a list of objects, the gateway's own, and `text`: a list
 * of strings as JSON with the type `text/plain` [vendor's recorded traffic].
 */
export type ErrorShape = 'strings' | 'objects' | 'gateway' | 'text'

/** An error response in one of those shapes. */
export function errorReply(shape: ErrorShape, status: number, messages: readonly string[]): Reply {
  switch (shape) {
    case 'strings':
      return { status, body: { errors: messages } }
    case 'objects':
      return {
        status,
        body: {
          errors: messages.map(detail => ({ status: String(status), title: titles.get(status), detail })),
        },
      }
    case 'gateway':
      return {
        status,
        body: {
          status: 'error',
          code: status,
          errors: messages,
          statuspage: 'http://status.datadoghq.com',
          twitter: 'http://twitter.com/datadogops',
          email: 'support@datadoghq.com',
        },
      }
    case 'text':
      return {
        status,
        headers: { 'content-type': 'text/plain; charset=utf-8' },
        body: JSON.stringify({ errors: messages }),
      }
  }
}

const titles = new Map([
  [400, 'Bad Request'],
  [403, 'Forbidden'],
  [404, 'Not Found'],
  [415, 'Unsupported Media Type'],
  [422, 'Unprocessable Entity'],
  [429, 'Too many requests'],
])

import type { ServerResponse } from 'node:http'
import { longestMessage } from '../upstream/bad-input.ts'
import { cutText } from '../upstream/cut-text.ts'

/** Thrown at a request that is refused before any of it is run; the front door answers it. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly headers: Readonly<Record<string, string>>

  /** `message` is told to the client; of a longer one than any message may be, its beginning and end. */
  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(cutText(message, longestMessage))
    this.status = status
    this.headers = headers
  }
}

/** Answers with one GraphQL error, which nobody may keep. */
export function sendRefusal(response: ServerResponse, { status, message, headers }: Refusal): void {
  const body = { errors: [{ message, extensions: { code: codes[status] ?? 'BAD_REQUEST' } }] }
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    ...headers,
  })
  response.end(text)
}

const codes: Readonly<Record<number, string>> = {
  403: 'FORBIDDEN',
  413: 'REQUEST_ENTITY_TOO_LARGE',
  421: 'MISDIRECTED_REQUEST',
  500: 'INTERNAL_SERVER_ERROR',
}

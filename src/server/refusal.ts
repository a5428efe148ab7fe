import type { IncomingMessage, ServerResponse } from 'node:http'
import { imagePath } from '../images/image-path.ts'
import { sendProblem } from '../images/json-response.ts'
import { problem } from '../images/problem.ts'
import { longestMessage } from '../upstream/bad-input.ts'
import { cutText } from '../upstream/cut-text.ts'
import { answeredId } from './request-id.ts'

/** Thrown to refuse a request before any of it runs. The front door sends it. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly headers: Readonly<Record<string, string>>

  /** The client sees `message`; of a long one, its beginning and end. */
  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(cutText(message, longestMessage))
    this.status = status
    this.headers = headers
  }
}

/** Sends one GraphQL error, or problem JSON below the path of image links. No cache may keep it. */
export function sendRefusal(
  request: IncomingMessage,
  response: ServerResponse,
  { status, message, headers }: Refusal,
): void {
  const code = codes[status] ?? 'BAD_REQUEST'
  if (request.url?.startsWith(imagePath)) {
    response.setHeaders(new Map(Object.entries(headers)))
    sendProblem(request, response, problem(status, message, { code }))
    return
  }
  const extensions = { code, requestId: answeredId(response) }
  const text = JSON.stringify({ errors: [{ message, extensions }] })
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

import type { IncomingMessage, ServerResponse } from 'node:http'
import { exportPath } from '../export/export-path.ts'
import { imagePath } from '../images/image-path.ts'
import { sendProblem } from '../images/json-response.ts'
import { problem } from '../images/problem.ts'
import { longestMessage } from '../upstream/bad-input.ts'
import { cutText } from '../upstream/cut-text.ts'
import { answeredId } from './request-id.ts'

const codes: Readonly<Record<number, string>> = {
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  413: 'REQUEST_ENTITY_TOO_LARGE',
  421: 'MISDIRECTED_REQUEST',
  500: 'INTERNAL_SERVER_ERROR',
  503: 'SERVICE_UNAVAILABLE',
}

/** Thrown to refuse a request before any of it runs. The front door sends it. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** For the member `extensions.code`. */
  readonly code: string

  /** The client sees `message`; of a long one, its beginning and end. The status has a code of its own. */
  constructor(
    status: number,
    message: string,
    headers: Readonly<Record<string, string>> = {},
    code = codes[status] ?? 'BAD_REQUEST',
  ) {
    super(cutText(message, longestMessage))
    this.status = status
    this.headers = headers
    this.code = code
  }
}

/** Sends one GraphQL error, or problem JSON below the paths of images and exports. No cache may keep it. */
export function sendRefusal(
  request: IncomingMessage,
  response: ServerResponse,
  { status, message, headers, code }: Refusal,
): void {
  if (request.url?.startsWith(imagePath) || request.url?.startsWith(exportPath)) {
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

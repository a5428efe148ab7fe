import type { IncomingMessage, ServerResponse } from 'node:http'
import { exportPath } from '../export/export-path.ts'
import { imagePath } from '../images/image-path.ts'
import { sendProblem } from '../images/json-response.ts'
import { problem } from '../images/problem.ts'
import type { Refusal } from './http/refusal.ts'
import { answeredId } from './http/request-id.ts'

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

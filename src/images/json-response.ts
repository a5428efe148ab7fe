import type { IncomingMessage, ServerResponse } from 'node:http'
import { answeredId } from '../server/http/request-id.ts'
import type { Problem } from './problem.ts'

/** Sends a problem as JSON (RFC 9457), with the id of its request. */
export function sendProblem(request: IncomingMessage, response: ServerResponse, problem: Problem): void {
  const { retryAfterSeconds } = problem
  if (typeof retryAfterSeconds === 'number') response.setHeader('retry-after', retryAfterSeconds)
  const requestId = answeredId(response)
  sendJson(request, response, problem.status, 'application/problem+json', { ...problem, requestId })
}

export function sendJson(
  { method }: IncomingMessage,
  response: ServerResponse,
  status: number,
  type: string,
  json: object,
): void {
  const body = Buffer.from(`${JSON.stringify(json)}\n`)
  response.writeHead(status, {
    'content-type': type,
    'content-length': body.byteLength,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  response.end(method === 'HEAD' ? undefined : body)
}

import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import pLimit from 'p-limit'
import { z } from 'zod'
import { answerSignal } from '../server/answer-signal.ts'
import { allowOrigins } from './cross-origin.ts'
import { formats } from './drawing.ts'
import type { Handles } from './handles.ts'
import { imagePath } from './image-path.ts'
import { sendPicture } from './image-response.ts'
import { freshSeconds, type Pictures } from './pictures.ts'
import { type Problem, problem, problemOf } from './problem.ts'

export interface ImageRouteOptions {
  readonly handles: Handles
  readonly pictures: Pictures
  /** For an answer, from the request to its last byte. */
  readonly deadlineMilliseconds: number
  /** Whose pages may read what is answered: origins, or `*`. */
  readonly corsOrigins: readonly string[]
  /** Told of errors that are not the asker's. */
  readonly logError: (error: unknown, place: string) => void
}

const query = z.object({
  width: z
    .string()
    .regex(/^\d{1,4}$/)
    .transform(Number)
    .refine(width => width >= 1 && width <= maximumWidth)
    .optional(),
  format: z.enum(formats).optional(),
})
const maximumWidth = 4096

/**
 * Answers GET and HEAD with the picture that a handle names: 202 and its state as JSON while it is being drawn, else
 * problem+json (RFC 9457).
 */
export function imageRoute(
  options: ImageRouteOptions,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { deadlineMilliseconds, corsOrigins, logError } = options
  const turns = pLimit(mostAtOnce)
  const answered = async (request: IncomingMessage, response: ServerResponse, signal: AbortSignal) => {
    if (response.closed) return
    try {
      await answer(options, request, response, signal)
    } catch (error) {
      const known = problemOf(error)
      if (!known || known.status >= 500) logError(error, imagePath)
      sendProblem(request, response, known ?? problem(500, 'Something unexpected went wrong.'))
    }
    // Whatever it ends of, its turn is over.
    if (!response.closed) await once(response, 'close').catch(() => undefined)
  }
  return async (request, response) => {
    const signal = answerSignal(response, deadlineMilliseconds)
    signal.addEventListener('abort', () => response.writableEnded && response.destroy(), { once: true })
    allowOrigins(request, response, corsOrigins)
    if (request.method === 'OPTIONS') return void response.writeHead(204, { allow: methods }).end()
    await turns(() => answered(request, response, signal))
  }
}

/** Those whose bytes are held: whoever reads slowly keeps a picture in memory. */
const mostAtOnce = 64

const methods = 'GET, HEAD, OPTIONS'

async function answer(
  { handles, pictures }: ImageRouteOptions,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', methods)
    return sendProblem(request, response, problem(405, 'A picture is asked by GET or HEAD.'))
  }
  const url = new URL(request.url ?? '', 'http://isotherm')
  const { reference, expiresAt } = await handles.read(url.pathname.slice(imagePath.length))
  const variant = query.safeParse(Object.fromEntries(url.searchParams))
  if (!variant.success) {
    const detail = `width is from 1 to ${maximumWidth} pixels, and format one of ${formats.join(', ')}.`
    return sendProblem(request, response, problem(422, detail))
  }
  const found = await pictures.open(reference, variant.data, signal)
  if (found.state === 'READY') {
    const seconds = Math.min(freshSeconds[reference.provider], Math.floor((expiresAt - Date.now()) / 1000))
    return sendPicture(request, response, found.picture, seconds)
  }
  if (found.state === 'FAILED') {
    return sendProblem(request, response, problem(422, found.failure, { state: 'FAILED' }))
  }
  const { retryAfterSeconds } = found
  response.setHeader('retry-after', retryAfterSeconds)
  sendJson(request, response, 202, 'application/json', { state: 'RENDERING', retryAfterSeconds })
}

function sendProblem(request: IncomingMessage, response: ServerResponse, told: Problem): void {
  const { retryAfterSeconds } = told
  if (typeof retryAfterSeconds === 'number') response.setHeader('retry-after', retryAfterSeconds)
  sendJson(request, response, told.status, 'application/problem+json', told)
}

function sendJson(
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

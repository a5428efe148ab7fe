import type { IncomingMessage, ServerResponse } from 'node:http'
import { cutParts, type ImageFile } from '../upstream/images/image.ts'
import { arrivingPieces, type EarlyImage } from './arriving.ts'
import { judgeConditions, judgeIfRange } from './conditions.ts'
import type { Deliveries } from './deliveries.ts'
import { sendProblem } from './json-response.ts'
import { problem } from './problem.ts'
import { rangeIn } from './ranges.ts'

export interface SendingOptions {
  /** Seconds that a cache may use the image without revalidating it. */
  readonly freshSeconds: number
  readonly deliveries: Deliveries
}

export interface Sending extends SendingOptions {
  readonly image: ImageFile
}

/** Sends an image, a range of it, or 304 if the client has it already. */
export async function sendImage(
  request: IncomingMessage,
  response: ServerResponse,
  { image, freshSeconds, deliveries }: Sending,
): Promise<void> {
  const { byteLength, contentType, etag } = image
  const verdict = judgeConditions(request.headers, etag)
  if (verdict === 'FAILED') return sendProblem(request, response, conditionFailed)
  const headers = headersOf(etag, freshSeconds)
  if (verdict === 'NOT_MODIFIED') return void response.writeHead(304, headers).end()
  const mayBeRange = request.method === 'GET' && judgeIfRange(request.headers, etag)
  const range = mayBeRange ? rangeIn(request.headers.range, byteLength) : 'WHOLE'
  response.setHeader('accept-ranges', 'bytes')
  if (range === 'UNSATISFIABLE') {
    response.setHeader('content-range', `bytes */${byteLength}`)
    return sendProblem(request, response, problem(416, `The picture has ${byteLength} bytes.`))
  }
  const { first, last } = range === 'WHOLE' ? { first: 0, last: byteLength - 1 } : range
  response.writeHead(range === 'WHOLE' ? 200 : 206, {
    ...headers,
    ...bodyHeadersOf(contentType, last - first + 1),
    ...(range !== 'WHOLE' && { 'content-range': `bytes ${first}-${last}/${byteLength}` }),
  })
  if (request.method === 'HEAD') return void response.end()
  await deliveries.deliver(response, image, cutParts(image, first, last + 1))
}

/** Whether a request wants all of an image, whatever it has of it. */
export function wantsAll({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && conditions.every(name => headers[name] === undefined)
}

const conditions = ['if-match', 'if-none-match', 'if-range', 'range'] as const

/** Sends an image while it arrives. Rejects if the rest of it does not come. */
export async function sendArriving(
  response: ServerResponse,
  early: EarlyImage,
  { freshSeconds, deliveries }: SendingOptions,
): Promise<void> {
  const { image } = early
  response.writeHead(200, {
    'accept-ranges': 'bytes',
    ...headersOf(image.etag, freshSeconds),
    ...bodyHeadersOf(image.contentType, image.byteLength),
  })
  await deliveries.deliver(response, image, arrivingPieces(early))
}

function headersOf(etag: string, freshSeconds: number) {
  return {
    etag,
    // A link shows its image only to whoever has the link, so no shared cache may keep it.
    'cache-control': `private, max-age=${Math.max(0, freshSeconds)}`,
    // Pages of other origins may show it.
    'cross-origin-resource-policy': 'cross-origin',
  }
}

function bodyHeadersOf(contentType: string, length: number) {
  return {
    'content-type': contentType,
    'content-length': length,
    'content-disposition': `inline; filename="heatmap.${contentType.slice('image/'.length)}"`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
  }
}

export const conditionFailed = problem(412, 'If-Match names none of what there is.')

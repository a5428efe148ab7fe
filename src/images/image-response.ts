import type { IncomingMessage, ServerResponse } from 'node:http'
import { cutParts, type ImageFile } from '../upstream/images/image.ts'
import { arrivingPieces, type EarlyImage } from './arriving.ts'
import type { Deliveries } from './deliveries.ts'
import { sendProblem } from './json-response.ts'
import { problem } from './problem.ts'
import { requestedPart } from './requested-part.ts'

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
  const part = requestedPart(request, image)
  if (part.status === 412) return sendProblem(request, response, conditionFailed)
  const headers = headersOf(etag, freshSeconds)
  if (part.status === 304) return void response.writeHead(304, headers).end()
  if (part.status === 416) {
    response.setHeaders(new Map(Object.entries(part.headers)))
    return sendProblem(request, response, problem(416, `The image has ${byteLength} bytes.`))
  }
  response.writeHead(part.status, { ...headers, ...bodyHeadersOf(contentType), ...part.headers })
  if (request.method === 'HEAD') return void response.end()
  await deliveries.deliver(response, image, cutParts(image, part.first, part.last + 1))
}

/** Whether a request wants the whole image, even if its cache holds some version. */
export function wantsAll({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && conditions.every(name => headers[name] === undefined)
}

const conditions = ['if-match', 'if-none-match', 'if-range', 'range'] as const

/** Sends an image while it arrives. Rejects if the rest does not come. */
export async function sendArriving(
  response: ServerResponse,
  early: EarlyImage,
  { freshSeconds, deliveries }: SendingOptions,
): Promise<void> {
  const { image } = early
  response.writeHead(200, {
    'accept-ranges': 'bytes',
    ...headersOf(image.etag, freshSeconds),
    'content-length': image.byteLength,
    ...bodyHeadersOf(image.contentType),
  })
  await deliveries.deliver(response, image, arrivingPieces(early))
}

function headersOf(etag: string, freshSeconds: number) {
  return {
    etag,
    // Only whoever has the link may see the image, so no shared cache may keep it.
    'cache-control': `private, max-age=${Math.max(0, freshSeconds)}`,
    // Pages of other origins may show the image.
    'cross-origin-resource-policy': 'cross-origin',
  }
}

function bodyHeadersOf(contentType: string) {
  return {
    'content-type': contentType,
    'content-disposition': `inline; filename="heatmap.${contentType.slice('image/'.length)}"`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
  }
}

export const conditionFailed = problem(412, 'If-Match names none of what there is.')

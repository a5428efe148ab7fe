import type { IncomingMessage, ServerResponse } from 'node:http'
import { cutParts, type ImageFile } from '../upstream/images/image.ts'
import { judgeConditions, judgeIfRange } from './conditions.ts'
import type { Deliveries } from './deliveries.ts'
import { sendProblem } from './json-response.ts'
import { problem } from './problem.ts'
import { rangeIn } from './ranges.ts'

export interface Sending {
  readonly image: ImageFile
  /** Seconds that a cache may use the image without revalidating it. */
  readonly freshSeconds: number
  readonly deliveries: Deliveries
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
  const headers = {
    etag,
    // A link shows its image only to whoever has the link, so no shared cache may keep it.
    'cache-control': `private, max-age=${Math.max(0, freshSeconds)}`,
    // Pages of other origins may show it.
    'cross-origin-resource-policy': 'cross-origin',
  }
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
    'content-type': contentType,
    'content-length': last - first + 1,
    ...(range !== 'WHOLE' && { 'content-range': `bytes ${first}-${last}/${byteLength}` }),
    'content-disposition': `inline; filename="heatmap.${contentType.slice('image/'.length)}"`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
  })
  if (request.method === 'HEAD') return void response.end()
  await deliveries.deliver(response, image, cutParts(image, first, last + 1))
}

export const conditionFailed = problem(412, 'If-Match names none of what there is.')

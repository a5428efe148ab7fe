import type { IncomingMessage, ServerResponse } from 'node:http'
import fresh from 'fresh'
import parseRange from 'range-parser'
import { cutParts, type Picture } from '../upstream/picture.ts'

/** A reader that takes nothing for so long has gone, in milliseconds. */
const patience = 60_000

/** Sends a picture, or the part of it that is asked, or that it is still the same. */
export function sendPicture(
  request: IncomingMessage,
  response: ServerResponse,
  picture: Picture,
  freshSeconds: number,
): void {
  const { byteLength, contentType, etag } = picture
  const headers = {
    etag,
    // Whoever holds a link may see its picture, and nobody else.
    'cache-control': `private, max-age=${Math.max(0, freshSeconds)}`,
    // A page of another origin may show it.
    'cross-origin-resource-policy': 'cross-origin',
  }
  if (fresh(request.headers, headers)) return void response.writeHead(304, headers).end()
  const { status, first, last } = partOf(request, etag, byteLength)
  if (status === 416) {
    return void response.writeHead(416, { 'content-range': `bytes */${byteLength}` }).end()
  }
  response.writeHead(status, {
    ...headers,
    'content-type': contentType,
    'content-length': last - first + 1,
    ...(status === 206 && { 'content-range': `bytes ${first}-${last}/${byteLength}` }),
    'accept-ranges': 'bytes',
    'content-disposition': `inline; filename="heatmap.${contentType.slice('image/'.length)}"`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
  })
  response.setTimeout(patience, () => response.destroy())
  if (request.method !== 'HEAD') {
    response.cork()
    for (const part of cutParts(picture, first, last + 1)) response.write(part)
  }
  response.end()
}

/** Several ranges at once, and what is no range of bytes, is answered with the whole. */
function partOf({ headers, method }: IncomingMessage, etag: string, size: number) {
  const whole = { status: 200, first: 0, last: size - 1 }
  const { range } = headers
  const ifRange = headers['if-range']
  if (method !== 'GET' || !range || (ifRange !== undefined && ifRange !== etag)) return whole
  const ranges = parseRange(size, range)
  if (ranges === -1) return { ...whole, status: 416 }
  if (ranges === -2 || ranges.type !== 'bytes') return whole
  const [only, ...others] = ranges
  return only && others.length === 0 ? { status: 206, first: only.start, last: only.end } : whole
}

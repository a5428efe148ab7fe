import type { IncomingMessage } from 'node:http'
import { judgeConditions, judgeIfRange } from './conditions.ts'
import { type ByteRange, rangeIn } from './ranges.ts'

/** The response to a GET or HEAD of something that does not change: all of it or a part, by the headers. */
export type RequestedPart =
  | { readonly status: 304 }
  | { readonly status: 412 }
  | { readonly status: 416; readonly headers: Readonly<Record<string, string>> }
  | ({ readonly status: 200 | 206; readonly headers: Readonly<Record<string, string | number>> } & ByteRange)

/** Decided by the conditions of the request, then by its range. */
export function requestedPart(
  { method, headers }: Pick<IncomingMessage, 'method' | 'headers'>,
  { etag, byteLength }: { readonly etag: string; readonly byteLength: number },
): RequestedPart {
  const verdict = judgeConditions(headers, etag)
  if (verdict === 'FAILED') return { status: 412 }
  if (verdict === 'NOT_MODIFIED') return { status: 304 }
  const mayBeRange = method === 'GET' && judgeIfRange(headers, etag)
  const range = mayBeRange ? rangeIn(headers.range, byteLength) : 'WHOLE'
  const ranges = { 'accept-ranges': 'bytes' }
  if (range === 'UNSATISFIABLE')
    return { status: 416, headers: { ...ranges, 'content-range': `bytes */${byteLength}` } }
  if (range === 'WHOLE')
    return {
      status: 200,
      first: 0,
      last: byteLength - 1,
      headers: { ...ranges, 'content-length': byteLength },
    }
  const { first, last } = range
  const partHeaders = {
    'content-length': last - first + 1,
    'content-range': `bytes ${first}-${last}/${byteLength}`,
  }
  return { status: 206, first, last, headers: { ...ranges, ...partHeaders } }
}

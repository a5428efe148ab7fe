import type { ServerResponse } from 'node:http'
import { isLongJson } from '../http/json-pieces.ts'
import { writeLongJson } from '../http/long-json.ts'
import { answeredId } from '../http/request-id.ts'
import { untilTaken } from '../http/slow-readers.ts'
import type { StreamType } from './response-format.ts'
import { bodyOf, type Result } from './result-body.ts'

/** Interval of keep-alive comments, so that no proxy closes a silent stream. */
const pulseMilliseconds = 12_000

/** Keeps proxies from buffering a stream or compressing it in blocks. */
const unbuffered = { 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' }

export interface StreamOptions {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** A parameter of the content type. */
  readonly parameter?: string
  /** Milliseconds that a reader may take nothing. */
  readonly patience: number
}

/**
 * Writes each result as soon as it arrives, but no faster than it is read. Ends the source of results when the reader
 * leaves or is disconnected.
 */
export async function sendResults(
  response: ServerResponse,
  results: AsyncIterator<Result>,
  type: StreamType,
  { status = 200, headers = {}, parameter = '', patience }: StreamOptions,
): Promise<void> {
  const form = forms[type]
  const contentType = parameter ? `${form.contentType}; ${parameter}` : form.contentType
  response.writeHead(status, { 'content-type': contentType, ...unbuffered, ...headers })
  const { promise: left, resolve: leave } = Promise.withResolvers<void>()
  response.once('close', leave)
  response.flushHeaders()
  const requestId = answeredId(response)
  let isWriting = false
  const write = (text: string) => untilTaken(response, patience, taken => response.write(text, taken))
  const writeResult = async (result: Result) => {
    const value = bodyOf(result, requestId)
    if (!isLongJson(value)) {
      const text = JSON.stringify(value)
      return write(form.head(Buffer.byteLength(text)) + text + form.tail)
    }
    await write(form.head())
    await writeLongJson(response, value, patience)
    await write(form.tail)
  }
  void write(form.start)
  void left.then(() => endSource(results))
  // Nothing may be written between the chunks of a long result.
  const isFree = () => response.socket !== null && !isWriting && !isPulsing
  let isPulsing = false
  const pulse = setInterval(async () => {
    if (!form.pulse || !isFree()) return
    isPulsing = true
    await write(form.pulse)
    isPulsing = false
  }, pulseMilliseconds)
  const writeAll = async () => {
    for (;;) {
      const { done, value } = await results.next()
      if (response.destroyed) return
      if (done) break
      isWriting = true
      await writeResult(value)
      isWriting = false
    }
    clearInterval(pulse)
    await untilTaken(response, patience, taken => response.end(form.end, taken))
  }
  try {
    await Promise.race([writeAll(), left])
    await left
  } finally {
    clearInterval(pulse)
  }
}

/**
 * Ends the operation that nobody reads any more, without waiting: during a pause an operation never continues once its reader has
 * left, so it would never end.
 */
export function endSource(results: AsyncIterator<unknown>): void {
  const end = async () => results.return?.()
  end().catch(() => undefined)
}

interface Form {
  readonly contentType: string
  /** Sent first, as some browsers show no response before its first byte. */
  readonly start: string
  /** Empty if nothing may stand between results. */
  readonly pulse: string
  /** Precedes a result of that many bytes, if the length is known. */
  readonly head: (bytes?: number) => string
  readonly tail: string
  readonly end: string
}

const forms: Readonly<Record<StreamType, Form>> = {
  'text/event-stream': {
    contentType: 'text/event-stream',
    start: ':\n\n',
    pulse: ':\n\n',
    head: () => 'event: next\ndata: ',
    tail: '\n\n',
    end: 'event: complete\ndata:\n\n',
  },
  'multipart/mixed': {
    contentType: 'multipart/mixed; boundary="-"',
    start: '\r\n---',
    pulse: '',
    head: bytes => `\r\nContent-Type: application/json; charset=utf-8\r\n${lengthOf(bytes)}\r\n`,
    tail: '\r\n---',
    end: '--\r\n',
  },
}

function lengthOf(bytes: number | undefined): string {
  return bytes === undefined ? '' : `Content-Length: ${bytes}\r\n`
}

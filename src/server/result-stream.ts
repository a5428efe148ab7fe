import type { ServerResponse } from 'node:http'
import { isLongJson } from './json-pieces.ts'
import { writeLongJson } from './long-json.ts'
import type { StreamType } from './response-format.ts'
import { bodyOf, type Result } from './result-body.ts'
import { untilTaken } from './slow-readers.ts'

/** How often a silent stream of events says that it is alive, so that no proxy takes it for dead. */
const pulseMilliseconds = 12_000

/** Told to proxies, which else may hold a stream back, or compress it in blocks. */
const unbuffered = { 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' }

export interface StreamOptions {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Of the content type. */
  readonly parameter?: string
  /** How long a reader may take nothing of what there is, in milliseconds. */
  readonly patience: number
}

/**
 * Writes each result as soon as it is there, and no faster than it is read. A reader who leaves, or is dropped as it takes
 * nothing, ends what they come from.
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
  let isWriting = false
  const write = (text: string) => untilTaken(response, patience, taken => response.write(text, taken))
  const writeResult = async (result: Result) => {
    const value = bodyOf(result)
    if (!isLongJson(value)) {
      const text = JSON.stringify(value)
      return write(form.head(Buffer.byteLength(text)) + text + form.tail)
    }
    await write(form.head())
    await writeLongJson(response, value, patience)
    await write(form.tail)
  }
  void write(form.start)
  const ended = left.then(() => results.return?.())
  // Between the chunks of a long result nothing else may stand.
  const pulse = setInterval(() => form.pulse && !isWriting && void write(form.pulse), pulseMilliseconds)
  const writeAll = async () => {
    for (;;) {
      const { done, value } = await results.next()
      if (response.destroyed) return
      if (done) break
      isWriting = true
      await writeResult(value)
      isWriting = false
    }
    response.end(form.end)
  }
  try {
    await Promise.all([writeAll(), ended])
  } finally {
    clearInterval(pulse)
  }
}

interface Form {
  readonly contentType: string
  /** At the start: some browsers show no response before its first byte. */
  readonly start: string
  /** Empty where nothing may stand between results. */
  readonly pulse: string
  /** Before a result of so many bytes, where that is known. */
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
